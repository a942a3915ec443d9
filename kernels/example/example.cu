#include "aatgs/resident.cuh"
#include "example/example_step.hpp"

AATGS_CUDA_KERNELS(aatgs::example::ExampleStep, example)
