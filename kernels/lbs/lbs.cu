#include "aatgs/resident.cuh"
#include "lbs/lbs_step.hpp"

AATGS_CUDA_KERNELS(aatgs::lbs::LbsStep, lbs)
