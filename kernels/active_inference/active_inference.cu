#include "aatgs/resident.cuh"
#include "active_inference/active_inference_step.hpp"

AATGS_CUDA_KERNELS(aatgs::active_inference::ActiveInferenceStep, active_inference)
