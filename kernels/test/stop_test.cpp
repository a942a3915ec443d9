// The end of a context in every state the engine can be in.
#include "client.hpp"

using namespace aatgs;
using namespace aatgs::test;

namespace {

const auto kIgnore = [](const ExampleTelemetry&) {};
constexpr uint32_t kMilli = 1000000;  // nanoseconds

uint32_t status(Client& client) {
  return engine::shared_word(client.context().ring().device().status).load(std::memory_order_seq_cst);
}
constexpr auto kStopped = static_cast<uint32_t>(EngineStatus::STOPPED);

}  // namespace

TEST(stop_at_any_moment) {
  for (uint32_t i = 0; i < 160; ++i) {
    Client client({.shape = {8, 4, 0, 0}, .threads = 1 + i % 4});
    for (uint32_t k = 0; k < i % 9 && client.has_room(); ++k) client.put();
    if (i % 5) client.publish();
    if (i % 3) std::this_thread::sleep_for(microseconds(i * 2));
    CHECK(client.context().stop(kPatience));
    CHECK_EQ(status(client), kStopped);
    // Whatever was answered is whole, and the two cursors agree.
    const RingDeviceLine& device = client.context().ring().device();
    CHECK_EQ(device.config_read, device.telemetry_write);
  }
}

TEST(stop_twice_and_use_after_stop) {
  Client client;
  client.run(3, [&](uint32_t) { client.put(); }, kIgnore);
  CHECK(client.context().stop(kPatience));
  CHECK(client.context().stop(milliseconds(0)));
  CHECK(client.context().stopped());
  client.put();
  client.publish();  // does nothing, and does not crash
  CHECK(!client.wait(Watch::kTelemetry, client.written(), microseconds(0), milliseconds(1)) == false);
  CHECK_EQ(client.context().ring().device().telemetry_write, 3u);
}

TEST(stop_while_a_long_step_runs) {
  for (const uint32_t threads : {1u, 3u}) {
    Client client({.threads = threads});
    client.run(1, [&](uint32_t) { client.put(); }, kIgnore);
    client.put(ExamplePhase::SPIN, 60 * kMilli);
    client.put();
    client.publish();
    std::this_thread::sleep_for(milliseconds(5));
    CHECK(client.context().stop(kPatience));
    // A result the stop may have cut short is not shown as one, and the config behind it does not run.
    CHECK_EQ(client.context().ring().device().telemetry_write, 1u);
    CHECK_EQ(client.context().ring().device().config_read, 1u);
  }
}

TEST(stop_cuts_substeps_short) {
  // Hours of substeps: cancelled() must end them at the next barrier.
  Client client({.entities = 100, .goal = 0x7fffffff, .threads = 2});
  client.put(ExamplePhase::RUN, ~0u);
  client.publish();
  std::this_thread::sleep_for(milliseconds(5));
  CHECK(client.context().stop(kPatience));
  CHECK_EQ(client.context().ring().device().telemetry_write, 0u);
}

TEST(stop_while_stalled) {
  for (const uint32_t threads : {1u, 2u}) {
    Client client({.shape = {8, 2, 0, 0}, .threads = threads});
    for (int i = 0; i < 8; ++i) client.put();
    client.publish();
    CHECK(client.wait(Watch::kTelemetry, 2));
    std::this_thread::sleep_for(milliseconds(threads));
    CHECK(client.context().stop(kPatience));
    CHECK_EQ(client.context().ring().device().telemetry_write, 2u);
  }
}

TEST(stop_in_vain_then_in_time) {
  for (const uint32_t threads : {1u, 3u}) {
    Client client({.threads = threads, .library = AATGS_DEAF_MODULE});
    client.put(ExamplePhase::SPIN, 1000 * kMilli);
    client.publish();
    std::this_thread::sleep_for(milliseconds(20));
    const auto start = std::chrono::steady_clock::now();
    CHECK(!client.context().stop(milliseconds(100)));
    const auto took = std::chrono::steady_clock::now() - start;
    CHECK(took >= milliseconds(100) && took < milliseconds(900));
    CHECK(!client.context().stopped());
    client.publish();  // still allowed: the engine is there
    CHECK(client.context().stop(kPatience));
    CHECK_EQ(status(client), kStopped);
    CHECK_EQ(client.context().ring().device().telemetry_write, 0u);
  }
}

TEST(destroying_without_stop) {
  for (uint32_t threads = 1; threads <= 4; ++threads) {
    Client client({.threads = threads});
    client.put();
    client.publish();
  }
}
