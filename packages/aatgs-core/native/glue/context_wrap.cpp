#include "glue/context_wrap.hpp"

#include <cstring>

#include "engine/module_loader.hpp"
#include "glue/guard.hpp"

namespace aatgs::glue {

using engine::Context;
using engine::Ring;
using engine::Watch;

/// Where external buffers are refused, JavaScript writes to a copy and publish() moves what is new.
struct ContextWrap::Port {
  std::unique_ptr<Context> context;
  std::byte* copy = nullptr;  // null when JavaScript sees the ring itself

  void publish() noexcept {
    if (copy) send();
    context->publish();
    if (copy) receive();
  }

 private:
  void send() const {
    const Ring& ring = context->ring();
    const Ring mine(ring.shape(), copy);
    const auto& places = ring.places();
    for (uint32_t s = ring.doorbell().config_write; s != mine.doorbell().config_write; ++s) {
      std::memcpy(ring.config_slot(s), mine.config_slot(s), 256);
      const uint64_t input = places.inputs + places.input_stride * (s & (ring.shape().config_slots - 1));
      std::memcpy(ring.base() + input, copy + input, places.input_stride);
    }
    ring.doorbell() = mine.doorbell();
  }
  void receive() const {
    const Ring& ring = context->ring();
    const Ring mine(ring.shape(), copy);
    const auto& places = ring.places();
    for (uint32_t s = mine.mirror().telemetry_write; s != ring.mirror().telemetry_write; ++s) {
      std::memcpy(mine.telemetry_slot(s), ring.telemetry_slot(s), 64);
      const uint64_t output = places.outputs + places.output_stride * (s & (ring.shape().telemetry_slots - 1));
      std::memcpy(copy + output, ring.base() + output, places.output_stride);
    }
    mine.mirror() = ring.mirror();
  }
};

namespace {

uint32_t option_u32(const Napi::Object& options, const char* name) {
  const Napi::Value value = options.Get(name);
  return value.IsNumber() ? value.As<Napi::Number>().Uint32Value() : 0;
}

engine::ContextOptions read_options(const Napi::Object& options, std::vector<AatgsSpan>& parts) {
  engine::ContextOptions result;
  result.module = engine::load_module(options.Get("library").As<Napi::String>().Utf8Value());
  result.threads = option_u32(options, "threads");
  result.initial_sequence = option_u32(options, "initialSequence");
  result.shape = {option_u32(options, "configSlots"), option_u32(options, "telemetrySlots"),
                  static_cast<uint64_t>(options.Get("inputBytes").As<Napi::Number>().Int64Value()),
                  static_cast<uint64_t>(options.Get("outputBytes").As<Napi::Number>().Int64Value())};
  const auto power_of_two = [](uint32_t n) { return n != 0 && (n & (n - 1)) == 0 && n <= 65536; };
  if (!power_of_two(result.shape.config_slots) || !power_of_two(result.shape.telemetry_slots)) {
    bad_argument("slot counts must be powers of two");
  }
  const int32_t device = options.Get("device").As<Napi::Number>().Int32Value();
  result.on_gpu = device >= 0;
  result.cuda.device = device;
  const std::string mode = options.Get("engine").ToString();
  result.cuda.mode = mode == "resident" ? engine::CudaMode::RESIDENT
                     : mode == "launch" ? engine::CudaMode::LAUNCH
                                        : engine::CudaMode::ADAPTIVE;
  result.cuda.inline_launch = !options.Get("async").ToBoolean();
  result.cuda.max_blocks = option_u32(options, "maxBlocks");
  result.cuda.idle_us = option_u32(options, "idleTimeoutUs");
  result.cuda.resident_ms = option_u32(options, "maxResidentMs");
  result.cuda.heartbeat_ms = option_u32(options, "heartbeatTimeoutMs");
  result.setup.header = bytes_of(options.Get("setup"));
  const auto list = options.Get("parts").As<Napi::Array>();
  for (uint32_t i = 0; i < list.Length(); ++i) parts.push_back(bytes_of(list.Get(i)));
  result.setup.parts = parts.data();
  result.setup.part_count = static_cast<uint32_t>(parts.size());
  return result;
}

Watch read_watch(const Napi::CallbackInfo& info) {
  return {info[0].As<Napi::Number>().Uint32Value(), info[1].As<Napi::Number>().Uint32Value(),
          info[2].As<Napi::Number>().Uint32Value()};
}

/// Runs the wake-up on the JavaScript thread. An error in it is fatal like any uncaught one; a thread that is being
/// terminated fails the call as well, and that is no error.
void call_back(Napi::Env env, Napi::Function callback) {
  napi_value undefined = nullptr, error = nullptr;
  bool is_error = false;
  if (napi_get_undefined(env, &undefined) != napi_ok) return;
  if (napi_call_function(env, undefined, callback, 0, nullptr, nullptr) == napi_ok) return;
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok && napi_is_error(env, error, &is_error) == napi_ok &&
      is_error) {
    napi_fatal_exception(env, error);
  }
}

}  // namespace

Napi::Function ContextWrap::define(Napi::Env env) {
  return DefineClass(
      env, "NativeContext",
      {InstanceMethod<&ContextWrap::info>("info"), InstanceMethod<&ContextWrap::arm>("arm"),
       InstanceMethod<&ContextWrap::wait_sync>("waitSync"), InstanceMethod<&ContextWrap::allocate>("allocate"),
       InstanceMethod<&ContextWrap::free>("free"), InstanceMethod<&ContextWrap::write_host>("writeHost"),
       InstanceMethod<&ContextWrap::read_host>("readHost"), InstanceMethod<&ContextWrap::stop>("stop")});
}

ContextWrap::ContextWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ContextWrap>(info) {
  const Napi::Env env = info.Env();
  guard(env, [&] {
    const auto options = info[0].As<Napi::Object>();
    std::vector<AatgsSpan> parts;
    port_ = std::make_shared<Port>();
    port_->context = std::make_unique<Context>(read_options(options, parts));
    open_ring(env, options.Get("externalBuffers").ToBoolean());

    wake_ = Napi::ThreadSafeFunction::New(env, info[1].As<Napi::Function>(), "aatgs wake", 0, 1);
    wake_.Unref(env);  // only a pending wait keeps the process alive
    context().progress().on_wake([this] { wake_.NonBlockingCall(&call_back); });
    // Runs before the addon's finalizers, also when a worker thread is terminated: no engine outlives its environment.
    hooked_ = napi_add_env_cleanup_hook(env, &ContextWrap::on_env_cleanup, this) == napi_ok;
    account(env, static_cast<int64_t>(context().device_bytes()));
  });
}

ContextWrap::~ContextWrap() {
  if (hooked_) napi_remove_env_cleanup_hook(Env(), &ContextWrap::on_env_cleanup, this);
  close();
}

void ContextWrap::on_env_cleanup(void* self) {
  auto* wrap = static_cast<ContextWrap*>(self);
  wrap->hooked_ = false;
  wrap->close();
}

void ContextWrap::open_ring(Napi::Env env, bool external) {
  const Ring& ring = context().ring();
  const size_t bytes = ring.places().total;
  napi_value buffer = nullptr;
  const auto keep_alive = [](napi_env, void*, void* hint) { delete static_cast<std::shared_ptr<Port>*>(hint); };
  auto* hint = new std::shared_ptr<Port>(port_);
  if (!external || napi_create_external_arraybuffer(env, ring.base(), bytes, keep_alive, hint, &buffer) != napi_ok) {
    delete hint;
    void* copy = nullptr;
    if (napi_create_arraybuffer(env, bytes, &copy, &buffer) != napi_ok) {
      throw engine::EngineError("ERR_AATGS_OUT_OF_MEMORY", "could not allocate the ring");
    }
    port_->copy = static_cast<std::byte*>(copy);
    std::memcpy(copy, ring.base(), bytes);
  }
  buffer_ = Napi::Persistent(Napi::Object(env, buffer));
  Value().Set("buffer", Napi::Value(env, buffer));

  napi_value function = nullptr;
  auto* held = new std::shared_ptr<Port>(port_);
  napi_create_function(env, "publish", NAPI_AUTO_LENGTH, &ContextWrap::publish, port_.get(), &function);
  napi_add_finalizer(
      env, function, held, [](napi_env, void* data, void*) { delete static_cast<std::shared_ptr<Port>*>(data); },
      nullptr, nullptr);
  Value().Set("publish", Napi::Value(env, function));
}

napi_value ContextWrap::publish(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  static_cast<Port*>(data)->publish();
  return nullptr;
}

Context& ContextWrap::context() { return *port_->context; }

/// Stops the engine and lets go of JavaScript; safe to call twice. Memory goes with the last reference to the port.
void ContextWrap::close() {
  if (!port_ || !port_->context) return;
  context().stop(std::chrono::seconds(2));
  context().progress().on_wake({});
  if (wake_) {
    wake_.Release();
    wake_ = {};
  }
}

Napi::Value ContextWrap::info(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto about = context().engine().info();
  const auto& places = context().ring().places();
  auto result = Napi::Object::New(env);
  result.Set("engine", about.engine);
  result.Set("deviceName", about.device_name);
  result.Set("workers", about.workers);
  result.Set("moduleName", context().module().name);
  result.Set("moduleVersion", context().module().version);
  result.Set("copying", port_->copy != nullptr);
  result.Set("lostReason", context().engine().lost_reason());
  result.Set("ringAddress", address_value(env, context().ring_device_address()));
  result.Set("deviceBytes", static_cast<double>(context().device_bytes()));
  const std::pair<const char*, uint64_t> offsets[] = {{"configs", places.configs},
                                                      {"telemetry", places.telemetry},
                                                      {"inputs", places.inputs},
                                                      {"outputs", places.outputs},
                                                      {"inputStride", places.input_stride},
                                                      {"outputStride", places.output_stride},
                                                      {"doorbell", places.doorbell},
                                                      {"mirror", places.mirror}};
  for (const auto& [name, offset] : offsets) result.Set(name, static_cast<double>(offset));
  const AatgsPlan& plan = context().plan();
  result.Set("stateAddress", address_value(env, context().arena() + plan.constant_bytes));
  result.Set("stateBytes", static_cast<double>(plan.mutable_bytes));
  auto regions = Napi::Array::New(env);
  for (uint32_t i = 0; i < plan.region_count; ++i) {
    auto region = Napi::Object::New(env);
    region.Set("name", plan.regions[i].name);
    region.Set("address", address_value(env, context().arena() + plan.regions[i].offset));
    region.Set("bytes", static_cast<double>(plan.regions[i].bytes));
    regions.Set(i, region);
  }
  result.Set("regions", regions);
  return result;
}

Napi::Value ContextWrap::arm(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Watch watch = read_watch(info);
  if (watch.mask == 0) {  // nobody waits any more: the process may end
    if (wake_) wake_.Unref(env);
    return Napi::Boolean::New(env, true);
  }
  const bool armed = !context().stopped() && context().arm(watch);
  if (wake_) armed ? wake_.Ref(env) : wake_.Unref(env);
  return Napi::Boolean::New(env, armed);
}

Napi::Value ContextWrap::wait_sync(const Napi::CallbackInfo& info) {
  const Watch watch = read_watch(info);
  const std::chrono::milliseconds timeout(info[3].As<Napi::Number>().Uint32Value());
  return Napi::Boolean::New(info.Env(), context().wait(watch, timeout));
}

/// Tells the garbage collector how much hangs on this object.
void ContextWrap::account(Napi::Env env, int64_t bytes) {
  Napi::MemoryManagement::AdjustExternalMemory(env, bytes - external_bytes_);
  external_bytes_ = bytes;
}

Napi::Value ContextWrap::allocate(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return guard(env, [&] {
    const int64_t bytes = info[1].As<Napi::Number>().Int64Value();
    if (bytes < 0) bad_argument("bytes must not be negative");
    const uint64_t address = context().allocate(info[0].ToBoolean(), static_cast<uint64_t>(bytes));
    account(env, static_cast<int64_t>(context().device_bytes()));
    return address_value(env, address);
  });
}

void ContextWrap::free(const Napi::CallbackInfo& info) {
  guard(info.Env(), [&] {
    context().free(address_of(info[0]));
    account(info.Env(), static_cast<int64_t>(context().device_bytes()));
  });
}

void ContextWrap::write_host(const Napi::CallbackInfo& info) {
  guard(info.Env(), [&] {
    const AatgsSpan from = bytes_of(info[1]);
    context().write_host(address_of(info[0]), {static_cast<const std::byte*>(from.data), from.bytes});
  });
}

void ContextWrap::read_host(const Napi::CallbackInfo& info) {
  guard(info.Env(), [&] {
    const AatgsSpan into = bytes_of(info[1]);
    auto* target = static_cast<std::byte*>(const_cast<void*>(into.data));
    context().read_host(address_of(info[0]), {target, into.bytes});
  });
}

Napi::Value ContextWrap::stop(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::chrono::milliseconds timeout(info[0].As<Napi::Number>().Uint32Value());
  const bool stopped = context().stop(timeout);
  if (stopped && !buffer_.IsEmpty()) {
    // JavaScript must not reach memory that is about to go.
    if (!port_->copy) napi_detach_arraybuffer(env, buffer_.Value());
    buffer_.Reset();
    context().release_device_memory();
    account(env, 0);
    close();
  }
  return Napi::Boolean::New(env, stopped);
}

}  // namespace aatgs::glue
