#include "aatgs/resident.cuh"
#include "whcr/whcr_step.hpp"

AATGS_CUDA_KERNELS(aatgs::whcr::WhcrStepOf<aatgs::whcr::kDenseRegime>, whcr_dense)
AATGS_CUDA_KERNELS(aatgs::whcr::WhcrStepOf<aatgs::whcr::kSparseRegime>, whcr_sparse)
