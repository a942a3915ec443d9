// The JavaScript object around an engine context.
#pragma once
#include <napi.h>

#include <memory>

#include "engine/context.hpp"

namespace aatgs::glue {

class ContextWrap : public Napi::ObjectWrap<ContextWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit ContextWrap(const Napi::CallbackInfo& info);
  ~ContextWrap() override;

 private:
  Napi::Value info(const Napi::CallbackInfo& info);
  Napi::Value arm(const Napi::CallbackInfo& info);
  Napi::Value wait_sync(const Napi::CallbackInfo& info);
  Napi::Value allocate(const Napi::CallbackInfo& info);
  void free(const Napi::CallbackInfo& info);
  void write_host(const Napi::CallbackInfo& info);
  void read_host(const Napi::CallbackInfo& info);
  Napi::Value stop(const Napi::CallbackInfo& info);

  /// What publish() needs, reached through a plain function's data pointer: no unwrapping on the hot path.
  struct Port;
  static napi_value publish(napi_env env, napi_callback_info info);
  void open_ring(Napi::Env env, bool external);
  void account(Napi::Env env, int64_t bytes);
  void close();
  static void on_env_cleanup(void* self);
  engine::Context& context();

  std::shared_ptr<Port> port_;
  Napi::ObjectReference buffer_;
  Napi::ThreadSafeFunction wake_;
  int64_t external_bytes_ = 0;
  bool hooked_ = false;
};

}  // namespace aatgs::glue
