#include "engine/cuda/driver.hpp"

#include <dlfcn.h>

#include <cstdlib>

#include "engine/error.hpp"

namespace aatgs::engine::cuda {
namespace {

struct Loaded {
  Driver functions;
  std::string problem;

  Loaded() {
    // Read by the driver when it starts: kernels must be loaded before a resident grid runs, and streams must not share
    // a hardware queue with it.
    setenv("CUDA_MODULE_LOADING", "EAGER", 0);
    setenv("CUDA_DEVICE_MAX_CONNECTIONS", "32", 0);
    problem = load();
  }

  std::string load() {
    void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) return "there is no NVIDIA driver (libcuda.so.1 was not found)";
#define AATGS_FIND(name, arguments)                                                \
  functions.name = reinterpret_cast<CUresult(*) arguments>(dlsym(library, #name)); \
  if (!functions.name) return "the NVIDIA driver is too old: it has no " #name "; install R580 or newer";
    AATGS_CUDA_FUNCTIONS(AATGS_FIND)
#undef AATGS_FIND
    const CUresult started = functions.cuInit(0);
    if (started != CUDA_SUCCESS) return "the NVIDIA driver does not start: " + words(started);
    functions.cuDriverGetVersion(&functions.version);
    if (functions.version < kMinimumDriver) {
      return "the NVIDIA driver is too old: it supports CUDA " + std::to_string(functions.version / 1000) + "." +
             std::to_string(functions.version % 1000 / 10) + ", 13.0 is needed; install R580 or newer";
    }
    int count = 0;
    functions.cuDeviceGetCount(&count);
    return count > 0 ? "" : "the NVIDIA driver sees no GPU";
  }

  std::string words(CUresult result) const {
    const char* text = nullptr;
    return functions.cuGetErrorString(result, &text) == CUDA_SUCCESS && text ? text : std::to_string(result);
  }
};

/// Never destroyed: the driver must not be touched from static destructors.
Loaded& loaded() {
  static auto* instance = new Loaded();
  return *instance;
}

}  // namespace

const Driver* driver() { return loaded().problem.empty() ? &loaded().functions : nullptr; }
const std::string& driver_problem() { return loaded().problem; }

void check(CUresult result, const char* call) {
  if (result == CUDA_SUCCESS) return;
  const std::string text = std::string(call) + ": " + loaded().words(result);
  throw EngineError(result == CUDA_ERROR_OUT_OF_MEMORY ? "ERR_AATGS_OUT_OF_MEMORY" : "ERR_AATGS_CUDA", text);
}

std::vector<DeviceInfo> list_devices() {
  std::vector<DeviceInfo> devices;
  const Driver* cu = driver();
  if (!cu) return devices;
  int count = 0;
  check(cu->cuDeviceGetCount(&count), "cuDeviceGetCount");
  for (int index = 0; index < count; ++index) {
    CUdevice device = 0;
    check(cu->cuDeviceGet(&device, index), "cuDeviceGet");
    const auto attribute = [&](int which) {
      int value = 0;
      check(cu->cuDeviceGetAttribute(&value, which, device), "cuDeviceGetAttribute");
      return value;
    };
    char name[256] = {};
    check(cu->cuDeviceGetName(name, sizeof name, device), "cuDeviceGetName");
    const DeviceInfo info{index,
                          name,
                          attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
                          attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                          attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                          attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN)};
    const bool new_enough = info.compute_major * 10 + info.compute_minor >= 75;
    if (new_enough && attribute(CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH)) devices.push_back(info);
  }
  return devices;
}

}  // namespace aatgs::engine::cuda
