// The engine for machines without a usable GPU: worker threads run the same step against the same ring.
#pragma once
#include <memory>

#include "engine/engine.hpp"

namespace aatgs::engine {

/// `threads` 0 means the cores this process may use less one, at least one.
std::unique_ptr<Engine> make_host_engine(uint32_t threads);

}  // namespace aatgs::engine
