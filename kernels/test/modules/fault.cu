#include "aatgs/resident.cuh"
#include "fault_step.hpp"

AATGS_CUDA_KERNELS(aatgs::fault::FaultStep, fault)
