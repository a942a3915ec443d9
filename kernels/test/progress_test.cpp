// Progress: nobody who waits may be left waiting, whatever the moment the engine publishes in.
#include <atomic>

#include "client.hpp"

using namespace aatgs;
using namespace aatgs::test;

namespace {

const auto kIgnore = [](const ExampleTelemetry&) {};

bool reaches(const std::atomic<uint32_t>& word, uint32_t target) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (word.load() < target && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  return word.load() == target;
}

}  // namespace

TEST(wait_never_misses_a_record) {
  Client client({.shape = {4, 4, 0, 0}});
  for (uint32_t i = 0; i < 3000; ++i) {
    client.put();
    client.publish();
    // No spinning: every wait goes through the lock, and some begin while the engine is publishing.
    if (!CHECK(client.wait(i % 2 ? Watch::kTelemetry : Watch::kConfig, client.written()))) return;
    CHECK(client.wait(Watch::kTelemetry, client.written()));
    client.publish();
    CHECK_EQ(client.drain(kIgnore), 1u);
  }
}

TEST(wait_gives_up_in_time) {
  Client client;
  const auto start = std::chrono::steady_clock::now();
  CHECK(!client.wait(Watch::kTelemetry, client.written() + 1, microseconds(10), milliseconds(20)));
  const auto took = std::chrono::steady_clock::now() - start;
  CHECK(took >= milliseconds(20) && took < std::chrono::seconds(5));
  // A cursor behind the target by nearly half the range is not "reached".
  CHECK(!client.wait(Watch::kConfig, client.written() + 0x7fffffff, microseconds(0), milliseconds(1)));
  CHECK(client.wait(Watch::kConfig, client.written() - 0x7fffffff, microseconds(0), milliseconds(1)));
}

TEST(armed_callback_comes_exactly_once_or_is_refused) {
  Client client({.shape = {4, 8, 0, 0}, .initial_sequence = 0u - 1000});
  std::atomic<uint32_t> calls{0};
  client.context().progress().on_wake([&] { ++calls; });
  uint32_t expected = 0, refused = 0;
  for (uint32_t i = 0; i < 3000; ++i) {
    client.put();
    client.publish();
    if (i % 3 == 0) std::this_thread::sleep_for(microseconds(i % 64));
    const uint32_t mask = 1 + i % 3;
    client.context().progress().arm({mask, client.written(), client.written()}) ? ++expected : ++refused;
    if (!CHECK(reaches(calls, expected))) return;
    CHECK(client.wait(Watch::kTelemetry, client.written()));
    client.publish();
    client.drain(kIgnore);
  }
  CHECK(expected > 0 && refused > 0);
  std::this_thread::sleep_for(milliseconds(1));
  CHECK_EQ(calls.load(), expected);
}

TEST(a_new_watch_replaces_the_old_one) {
  Client client;
  std::atomic<uint32_t> calls{0};
  client.context().progress().on_wake([&] { ++calls; });
  const uint32_t far = client.written() + 1000;
  for (int i = 0; i < 5; ++i) CHECK(client.context().progress().arm({Watch::kTelemetry, far, far}));
  client.run(1, [&](uint32_t) { client.put(); }, kIgnore);
  CHECK_EQ(calls.load(), 0u);
  CHECK(!client.context().progress().arm({Watch::kTelemetry, 0, client.written()}));
  client.run(1, [&](uint32_t) { client.put(); }, kIgnore);
  std::this_thread::sleep_for(milliseconds(1));
  CHECK_EQ(calls.load(), 0u);
}

TEST(waiters_on_several_threads_while_the_engine_publishes) {
  Client client({.shape = {8, 64, 0, 0}, .threads = 2});
  const uint32_t n = 1500, first = client.written();
  std::atomic<uint32_t> failed{0};
  const auto follow = [&](uint32_t mask, uint32_t stride) {
    for (uint32_t i = stride; i <= n; i += stride) {
      const uint32_t target = first + i;
      if (!client.context().progress().sleep({mask, target, target}, kPatience)) ++failed;
    }
  };
  std::thread a(follow, Watch::kTelemetry, 1), b(follow, Watch::kConfig, 7),
      c(follow, Watch::kConfig | Watch::kTelemetry, 3);
  client.run(
      n,
      [&](uint32_t i) {
        if (i % 16 == 0) std::this_thread::sleep_for(microseconds(i % 128));
        client.put();
      },
      kIgnore);
  a.join();
  b.join();
  c.join();
  CHECK_EQ(failed.load(), 0u);
}

TEST(the_end_of_the_engine_wakes_everybody) {
  for (int i = 0; i < 20; ++i) {
    Client client;
    std::atomic<uint32_t> calls{0};
    client.context().progress().on_wake([&] { ++calls; });
    const uint32_t far = client.written() + 1000;
    CHECK(client.context().progress().arm({Watch::kTelemetry, far, far}));
    std::atomic<bool> woken{false};
    std::thread waiter([&] { woken = client.context().progress().sleep({Watch::kConfig, far, far}, kPatience); });
    if (i % 2) std::this_thread::sleep_for(microseconds(i * 50));
    CHECK(client.context().stop(kPatience));
    waiter.join();
    CHECK(woken);
    CHECK_EQ(calls.load(), 1u);
    CHECK(!client.context().progress().arm({Watch::kTelemetry, far, far}));
  }
}
