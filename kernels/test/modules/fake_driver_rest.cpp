// The functions fake_driver.cpp does not define. Left out, they make a driver that is too old to have them.
#include "engine/cuda/driver.hpp"

using namespace aatgs::engine::cuda;

#define AATGS_REFUSE(name, arguments) \
  extern "C" __attribute__((weak)) CUresult name arguments { return 999; }
AATGS_CUDA_FUNCTIONS(AATGS_REFUSE)
