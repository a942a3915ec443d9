// Takes the place of libcuda.so.1 in tests, on machines without a GPU: a driver of version FAKE_VERSION that sees no GPU.
#include "engine/cuda/driver.hpp"

using namespace aatgs::engine::cuda;

extern "C" {
CUresult cuInit(unsigned) { return CUDA_SUCCESS; }
CUresult cuDriverGetVersion(int* version) {
  *version = FAKE_VERSION;
  return CUDA_SUCCESS;
}
CUresult cuDeviceGetCount(int* count) {
  *count = 0;
  return CUDA_SUCCESS;
}
CUresult cuGetErrorString(CUresult, const char** text) {
  *text = "fake";
  return CUDA_SUCCESS;
}
}
