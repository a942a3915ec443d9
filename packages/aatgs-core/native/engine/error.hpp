// One error type for everything under the glue: a stable code first, prose second.
#pragma once
#include <stdexcept>
#include <string>

namespace aatgs::engine {

class EngineError : public std::runtime_error {
 public:
  EngineError(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}
  const std::string& code() const noexcept { return code_; }

 private:
  std::string code_;
};

}  // namespace aatgs::engine
