// The addon: context-aware, no static state, so that every worker thread loads its own.
#include <napi.h>

#include "engine/cuda/device.hpp"
#include "engine/cuda/driver.hpp"
#include "engine/module_loader.hpp"
#include "glue/context_wrap.hpp"
#include "glue/guard.hpp"

namespace aatgs::glue {
namespace {

Napi::Value describe_module(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return guard(env, [&]() -> Napi::Value {
    const AatgsModule* module = engine::load_module(info[0].As<Napi::String>().Utf8Value());
    auto result = Napi::Object::New(env);
    result.Set("name", module->name);
    result.Set("version", module->version);
    result.Set("abi", module->abi_version);
    result.Set("ringProtocol", module->ring_protocol);
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(module->layout_fingerprint));
    result.Set("fingerprint", digits);
    result.Set("setupBytes", module->setup_bytes);
    result.Set("cudaBytes", static_cast<double>(module->cuda ? module->cuda->bytes : 0));
    auto fields = Napi::Array::New(env);
    for (uint32_t i = 0; i < module->field_count; ++i) {
      auto field = Napi::Object::New(env);
      field.Set("name", module->fields[i].name);
      field.Set("offset", static_cast<double>(module->fields[i].offset));
      field.Set("bytes", static_cast<double>(module->fields[i].bytes));
      fields.Set(i, field);
    }
    result.Set("fields", fields);
    return result;
  });
}

/// Starts the driver: call it in a child process first.
Napi::Value cuda_status(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return guard(env, [&]() -> Napi::Value {
    auto result = Napi::Object::New(env);
    const engine::cuda::Driver* driver = engine::cuda::driver();
    auto devices = Napi::Array::New(env);
    for (const auto& gpu : engine::cuda::list_devices()) {
      auto device = Napi::Object::New(env);
      device.Set("index", gpu.index);
      device.Set("name", gpu.name);
      device.Set("computeCapability", std::to_string(gpu.compute_major) + "." + std::to_string(gpu.compute_minor));
      device.Set("multiprocessors", gpu.multiprocessors);
      devices.Set(devices.Length(), device);
    }
    const bool none = driver && devices.Length() == 0;
    result.Set("available", driver != nullptr && !none);
    result.Set("reason", none ? "no GPU here has compute capability 7.5 or newer and cooperative launch"
                              : engine::cuda::driver_problem());
    result.Set("driverVersion", driver ? driver->version : 0);
    result.Set("devices", devices);
    return result;
  });
}

/// Whether one GPU's kernels can use another one's memory; the third argument enables it.
Napi::Value peer_access(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return guard(env, [&]() -> Napi::Value {
    const auto index = [&](size_t i) { return info[i].As<Napi::Number>().Int32Value(); };
    return Napi::Boolean::New(env, engine::cuda::peer_access(index(0), index(1), info[2].ToBoolean()));
  });
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("abi", AATGS_ABI_VERSION);
  exports.Set("ringProtocol", RING_PROTOCOL);
  exports.Set("describeModule", Napi::Function::New(env, describe_module, "describeModule"));
  exports.Set("cudaStatus", Napi::Function::New(env, cuda_status, "cudaStatus"));
  exports.Set("peerAccess", Napi::Function::New(env, peer_access, "peerAccess"));
  exports.Set("NativeContext", ContextWrap::define(env));
  return exports;
}

}  // namespace
}  // namespace aatgs::glue

Napi::Object aatgs_init(Napi::Env env, Napi::Object exports) { return aatgs::glue::init(env, exports); }
NODE_API_MODULE(NODE_GYP_MODULE_NAME, aatgs_init)
