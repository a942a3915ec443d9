// What differs between compilers, in one place.
#pragma once
#include <cstdint>

#if defined(__CUDACC__)
#define AATGS_FN __host__ __device__ __forceinline__
#define AATGS_HOT
// A function kept apart: for long ones called from several places, which would make device code large and slow to compile.
#define AATGS_OUTLINE __host__ __device__ __noinline__
#else
#define AATGS_FN inline
#define AATGS_HOT __attribute__((always_inline))
#define AATGS_OUTLINE inline
#endif

#if defined(__CUDA_ARCH__)
#define AATGS_ON_DEVICE 1
#else
#define AATGS_ON_DEVICE 0
#endif
