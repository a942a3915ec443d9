#include "engine/module_loader.hpp"

#include <dlfcn.h>

#include "aatgs/ring_layout.h"
#include "engine/error.hpp"

namespace aatgs::engine {

const AatgsModule* load_module(const std::string& path) {
  // Never closed: a step may still run while its context is torn down, and statics in a module must outlive it.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    throw EngineError("ERR_AATGS_MODULE_NOT_FOUND", std::string("could not open the kernel module: ") + dlerror());
  const auto entry = reinterpret_cast<AatgsModuleFunction>(dlsym(library, AATGS_MODULE_SYMBOL));
  if (!entry) {
    throw EngineError("ERR_AATGS_MODULE_INVALID",
                      path + " is not a kernel module: it does not export " AATGS_MODULE_SYMBOL);
  }
  const AatgsModule* module = entry();
  if (!module || !module->name || !module->version) {
    throw EngineError("ERR_AATGS_MODULE_INVALID", path + " returned no usable module descriptor");
  }
  const auto refuse = [&](const char* what, uint32_t theirs, uint32_t ours) {
    throw EngineError("ERR_AATGS_ABI_MISMATCH", std::string("module ") + module->name + " " + module->version +
                                                    " was built for " + what + " " + std::to_string(theirs) +
                                                    ", this core has " + std::to_string(ours) +
                                                    "; install matching versions of the module and @aatgs/core");
  };
  if (module->abi_version != AATGS_ABI_VERSION) refuse("module ABI", module->abi_version, AATGS_ABI_VERSION);
  if (module->ring_protocol != RING_PROTOCOL) refuse("ring protocol", module->ring_protocol, RING_PROTOCOL);
  if (module->struct_bytes < sizeof(AatgsModule)) {
    refuse("a descriptor of size", module->struct_bytes, static_cast<uint32_t>(sizeof(AatgsModule)));
  }
  // The macro of module.hpp cannot get these wrong; a descriptor written by hand can, and would take the engine with it.
  if (!module->plan || !module->bind || !module->run_host || module->config_bytes != 256 ||
      module->telemetry_bytes != 64) {
    throw EngineError("ERR_AATGS_MODULE_INVALID",
                      path + ": the module descriptor lacks a function, or its slots are not 256 and 64 bytes");
  }
  return module;
}

}  // namespace aatgs::engine
