// The host's side of the ring as TypeScript plays it: fills slots, rings the doorbell, reads the mirror.
#pragma once
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "check.hpp"
#include "engine/context.hpp"
#include "engine/module_loader.hpp"
#include "example/example_layout.h"

namespace aatgs::test {

using engine::Context;
using engine::ContextOptions;
using engine::RingShape;
using engine::Watch;
using example::ExampleConfig;
using example::ExamplePhase;
using example::ExampleTelemetry;
using std::chrono::microseconds;
using std::chrono::milliseconds;

/// Longer than anything here takes on a busy machine; reaching it is a failure.
inline constexpr std::chrono::seconds kPatience{20};

struct ClientOptions {
  uint32_t entities = 5;
  uint32_t goal = 1000;
  RingShape shape{16, 64, 0, 0};
  uint32_t threads = 1;
  uint32_t initial_sequence = 0;
  const char* library = AATGS_EXAMPLE_MODULE;
};

class Client {
 public:
  explicit Client(const ClientOptions& options = {})
      : write_(options.initial_sequence), read_(options.initial_sequence), context_(make(options)) {}

  Context& context() { return context_; }
  uint32_t written() const { return write_; }
  uint32_t consumed() const { return read_; }
  const RingMirror& mirror() const { return context_.ring().mirror(); }
  bool has_room() const { return write_ - mirror().config_read < context_.ring().shape().config_slots; }

  /// Writes the next config without publishing it. There must be room.
  ExampleConfig& put(ExamplePhase phase = ExamplePhase::RUN, uint32_t amount = 1) {
    auto& config = *reinterpret_cast<ExampleConfig*>(context_.ring().config_slot(write_));
    config = {};
    config.header.sequence = write_;
    config.header.iteration = (uint64_t{7} << 32) + write_;
    config.header.seed = 42;
    config.header.phase = static_cast<uint32_t>(phase);
    (phase == ExamplePhase::SPIN ? config.spin_ns : config.substeps) = amount;
    ++write_;
    return config;
  }
  void publish() {
    context_.ring().doorbell().config_write = write_;
    context_.ring().doorbell().telemetry_read = read_;
    context_.publish();
  }
  /// Hands at most `most` records that have arrived to `f`; they count as consumed from the next publish on.
  template <class F>
  uint32_t drain(F f, uint32_t most = ~0u) {
    uint32_t n = 0;
    for (; n < most && read_ != mirror().telemetry_write; ++n, ++read_) {
      f(*reinterpret_cast<const ExampleTelemetry*>(context_.ring().telemetry_slot(read_)));
    }
    return n;
  }
  bool wait(uint32_t mask, uint32_t target, microseconds spin = microseconds(0), microseconds timeout = kPatience) {
    const Watch watch{mask, target, target};
    return context_.progress().spin(watch, spin) || context_.progress().sleep(watch, timeout);
  }
  /// Puts and publishes configs made by `make(i)`, reading telemetry when nothing else is possible, until all `n` are
  /// answered. Checks that records come in order, exactly once.
  template <class Make, class See>
  void run(uint32_t n, Make make, See see) {
    const uint32_t end = write_ + n;
    uint32_t made = 0;
    while (read_ != end) {
      while (made < n && has_room()) make(made++);
      publish();
      const uint32_t got = drain([&](const ExampleTelemetry& record) {
        CHECK_EQ(record.header.sequence, read_);
        see(record);
      });
      if (got == 0 && !CHECK(wait(Watch::kTelemetry, read_ + 1, microseconds(5)))) return;
    }
    publish();
  }
  /// Bytes of device memory, read in-band as a snapshot is.
  std::vector<std::byte> read_device(uint64_t address, uint64_t bytes) {
    const uint64_t buffer = context_.allocate(false, bytes);
    run(
        1,
        [&](uint32_t) {
          auto& header = put().header;
          header.kind = static_cast<uint32_t>(SlotKind::COPY);
          header.input = address;
          header.input_bytes = bytes;
          header.output = buffer;
          header.output_bytes = bytes;
        },
        [](const ExampleTelemetry&) {});
    std::vector<std::byte> result(bytes);
    context_.read_host(buffer, result);
    context_.free(buffer);
    return result;
  }
  std::vector<std::byte> state() {
    return read_device(context_.arena() + context_.plan().constant_bytes, context_.plan().mutable_bytes);
  }

 private:
  static ContextOptions make(const ClientOptions& options) {
    static thread_local example::ExampleSetup setup;  // plan and bind read it, then nobody
    setup = {options.entities, options.goal, {}};
    ContextOptions result;
    result.module = engine::load_module(options.library);
    result.setup.header = {&setup, sizeof setup};
    result.shape = options.shape;
    result.threads = options.threads;
    result.initial_sequence = options.initial_sequence;
    return result;
  }

  uint32_t write_, read_;
  Context context_;
};

}  // namespace aatgs::test
