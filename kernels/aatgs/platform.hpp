// What differs between compilers, in one place.
#pragma once
#include <cstdint>

#if defined(__CUDACC__)
#define AATGS_FN __host__ __device__ __forceinline__
#define AATGS_HOT
#else
#define AATGS_FN inline
#define AATGS_HOT __attribute__((always_inline))
#endif

#if defined(__CUDA_ARCH__)
#define AATGS_ON_DEVICE 1
#else
#define AATGS_ON_DEVICE 0
#endif
