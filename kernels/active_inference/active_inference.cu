#include "aatgs/resident.cuh"
#include "active_inference/active_inference_step.hpp"

AATGS_CUDA_KERNELS(aatgs::active_inference::ActiveInferenceStepOf<aatgs::active_inference::kWarps>,
                   active_inference_warps)
AATGS_CUDA_KERNELS(aatgs::active_inference::ActiveInferenceStepOf<aatgs::active_inference::kDoubles>,
                   active_inference_doubles)
AATGS_CUDA_KERNELS(aatgs::active_inference::ActiveInferenceStepOf<aatgs::active_inference::kEach>,
                   active_inference_each)
AATGS_CUDA_KERNELS(aatgs::active_inference::ActiveInferenceStepOf<aatgs::active_inference::kSmall>,
                   active_inference_small)
AATGS_CUDA_KERNELS(aatgs::active_inference::ActiveInferenceStepOf<aatgs::active_inference::kShared>,
                   active_inference_shared)
AATGS_CUDA_KERNELS(aatgs::active_inference::ActiveInferenceStepOf<aatgs::active_inference::kOwn>, active_inference_own)
