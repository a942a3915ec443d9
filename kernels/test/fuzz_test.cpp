// Random operations on the host's side of the ring, against a model of the step and the rules of the protocol.
// Prints its seed when something fails; AATGS_FUZZ_SEED repeats it and AATGS_FUZZ_SECONDS makes it longer.
#include <atomic>
#include <cstdlib>
#include <deque>

#include "client.hpp"
#include "example_model.hpp"

using namespace aatgs;
using namespace aatgs::test;

namespace {

uint64_t from_environment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

class Fuzz {
 public:
  explicit Fuzz(uint64_t seed) : random_(seed, 0, 0), options_(draw_options()), client_(options_) {
    client_.context().progress().on_wake([this] { ++wakes_; });
  }

  void run(uint32_t operations) {
    for (uint32_t i = 0; i < operations; ++i) {
      switch (random_.below(8)) {
        case 0:
        case 1:
          put(1 + random_.below(4));
          break;
        case 2:
        case 3:
          publish();
          break;
        case 4:
          read(random_.below(4));
          break;
        case 5:
          wait();
          break;
        case 6:
          arm();
          break;
        default:
          pause();
          break;
      }
    }
    if (random_.below(4) == 0) return;  // the context ends with work in it
    while (client_.consumed() != client_.written()) {
      publish();
      read(~0u);
      publish();  // what was read makes room
      if (client_.consumed() == client_.written()) break;
      if (!CHECK(client_.wait(Watch::kTelemetry, client_.consumed() + 1))) return;
    }
    publish();
    CHECK(pending_.empty());
    CHECK_EQ(client_.mirror().config_read, client_.written());
  }

 private:
  ClientOptions draw_options() {
    ClientOptions options;
    options.entities = 1 + random_.below(20);
    options.goal = 1 + random_.below(300);
    options.shape = {1u << random_.below(6), 1u << random_.below(6), 0, 0};
    options.threads = 1 + random_.below(4);
    options.initial_sequence = random_.below(2) ? random_.next() : 0u - random_.below(100);
    return options;
  }
  void put(uint32_t most) {
    for (; most > 0 && client_.has_room(); --most) {
      const uint32_t kind = random_.below(20);
      if (kind == 0) {
        client_.put(ExamplePhase::RESET);
      } else if (kind == 1) {
        client_.put(ExamplePhase::SPIN, random_.below(100000));
      } else {
        client_.put(ExamplePhase::RUN, random_.below(4)).header.seed = random_.next();
      }
      pending_.push_back(
          *reinterpret_cast<ExampleConfig*>(client_.context().ring().config_slot(client_.written() - 1)));
    }
  }
  void publish() {
    client_.publish();
    published_ = client_.written();
    freed_ = client_.consumed();
    const RingMirror& mirror = client_.mirror();
    // In order, never ahead of the host, never over unread records; a config is done when its record is there.
    const uint32_t answered = mirror.telemetry_write - freed_;
    CHECK(answered <= options_.shape.telemetry_slots);
    CHECK(answered <= published_ - freed_);
    CHECK(published_ - mirror.config_read <= options_.shape.config_slots);
    // A record that is shown has given its config's slot back.
    CHECK(static_cast<int32_t>(mirror.config_read - mirror.telemetry_write) >= 0);
    CHECK(mirror.wakeups <= mirror.parks);
    CHECK(mirror.status == static_cast<uint32_t>(EngineStatus::RUNNING) ||
          mirror.status == static_cast<uint32_t>(EngineStatus::PARKED) ||
          mirror.status == static_cast<uint32_t>(EngineStatus::STARTING));
  }
  void read(uint32_t most) {
    client_.drain(
        [&](const ExampleTelemetry& record) {
          if (!CHECK(!pending_.empty())) return;
          CHECK(same_record(record, model_.run(pending_.front())));
          pending_.pop_front();
        },
        most);
  }
  void wait() {
    const uint32_t target = client_.mirror().telemetry_write + random_.below(3);
    const bool met =
        client_.wait(1 + random_.below(3), target, microseconds(random_.below(20)), microseconds(random_.below(200)));
    // Whatever has been reached cannot be taken back.
    if (met) CHECK(client_.wait(Watch::kConfig | Watch::kTelemetry, target, microseconds(0), microseconds(0)));
  }
  void arm() {
    const uint32_t target = client_.mirror().telemetry_write + random_.below(3);
    const uint32_t before = wakes_;
    const bool armed = client_.context().progress().arm({Watch::kTelemetry, 0, target});
    if (armed) ++arms_;
    CHECK(wakes_ <= arms_);
    if (armed && reachable(target)) {
      const auto deadline = std::chrono::steady_clock::now() + kPatience;
      while (wakes_ == before && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
      CHECK(wakes_ > before);
    }
  }
  /// Whether the engine gets there with what it was given.
  bool reachable(uint32_t target) const {
    const uint32_t given = published_ - freed_, room = options_.shape.telemetry_slots;
    return target - freed_ <= (given < room ? given : room);
  }
  void pause() {
    if (random_.below(3) == 0) std::this_thread::sleep_for(microseconds(random_.below(150)));
  }

  Random random_;
  ClientOptions options_;
  ExampleModel model_{options_.entities, options_.goal};
  std::deque<ExampleConfig> pending_;
  std::atomic<uint32_t> wakes_{0};
  uint32_t arms_ = 0;
  uint32_t published_ = options_.initial_sequence, freed_ = options_.initial_sequence;
  Client client_;  // last: its engine calls back into the members above
};

}  // namespace

TEST(random_operations) {
  const uint64_t first = from_environment("AATGS_FUZZ_SEED", 1);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(from_environment("AATGS_FUZZ_SECONDS", 4));
  uint64_t seed = first;
  for (; std::chrono::steady_clock::now() < end && failures == 0; ++seed) {
    Fuzz(seed).run(400);
    if (failures) std::fprintf(stderr, "AATGS_FUZZ_SEED=%llu\n", static_cast<unsigned long long>(seed));
  }
  std::printf("     %llu rounds\n", static_cast<unsigned long long>(seed - first));
}
