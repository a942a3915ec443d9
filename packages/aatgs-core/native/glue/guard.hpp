// Every entry point runs inside guard(): an engine error becomes a JavaScript Error with its code.
#pragma once
#include <napi.h>

#include <exception>

#include "engine/error.hpp"

namespace aatgs::glue {

inline Napi::Error to_js(Napi::Env env, const char* code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

template <class F>
auto guard(Napi::Env env, F f) -> decltype(f()) {
  try {
    return f();
  } catch (const engine::EngineError& error) {
    throw to_js(env, error.code().c_str(), error.what());
  } catch (const std::bad_alloc&) {
    throw to_js(env, "ERR_AATGS_OUT_OF_MEMORY", "out of memory");
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& error) {
    throw to_js(env, "ERR_AATGS_INTERNAL", error.what());
  }
}

[[noreturn]] inline void bad_argument(const char* what) {
  throw engine::EngineError("ERR_AATGS_INVALID_ARGUMENT", what);
}

/// The bytes of a typed array or DataView. Detached arrays read as empty.
inline AatgsSpan bytes_of(const Napi::Value& value) {
  if (!value.IsTypedArray()) bad_argument("expected a typed array");
  const auto array = value.As<Napi::TypedArray>();
  const auto* data = static_cast<const std::byte*>(array.ArrayBuffer().Data());
  return {data ? data + array.ByteOffset() : nullptr, array.ByteLength()};
}

inline Napi::BigInt address_value(Napi::Env env, uint64_t address) { return Napi::BigInt::New(env, address); }

inline uint64_t address_of(const Napi::Value& value) {
  if (!value.IsBigInt()) bad_argument("expected a bigint address");
  bool lossless = false;
  return value.As<Napi::BigInt>().Uint64Value(&lossless);
}

}  // namespace aatgs::glue
