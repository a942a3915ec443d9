#include "aatgs/resident.cuh"
#include "whcr/whcr_step.hpp"

AATGS_CUDA_KERNELS(aatgs::whcr::WhcrStep, whcr)
