// The ring protocol end to end on the host engine: order, exactly once, wrap-around, every size, stalls.
#include "client.hpp"
#include "example_model.hpp"

using namespace aatgs;
using namespace aatgs::test;

namespace {

/// Runs `n` configs of one substep and compares every record with the model.
void run_against_model(const ClientOptions& options, uint32_t n) {
  Client client(options);
  ExampleModel model(options.entities, options.goal);
  uint32_t seen = 0;
  std::vector<ExampleConfig> configs;
  client.run(
      n, [&](uint32_t) { configs.push_back(client.put()); },
      [&](const ExampleTelemetry& record) { CHECK(same_record(record, model.run(configs[seen++]))); });
  CHECK_EQ(seen, n);
  CHECK_EQ(client.mirror().config_read, client.written());
  CHECK_EQ(client.mirror().heartbeat, n);
}

}  // namespace

TEST(every_size_of_both_rings) {
  for (uint32_t configs = 1; configs <= 256; configs *= 2) {
    for (uint32_t telemetry = 1; telemetry <= 256; telemetry *= 2) {
      run_against_model({.goal = 100, .shape = {configs, telemetry, 0, 0}}, 2 * std::max(configs, telemetry) + 3);
    }
  }
}

TEST(cursors_wrap_around) {
  for (const uint32_t before : {0u, 1u, 15u, 16u, 17u, 100u}) {
    for (const uint32_t slots : {1u, 16u}) {
      run_against_model({.shape = {slots, slots, 0, 0}, .threads = 2, .initial_sequence = 0u - before}, 120);
      run_against_model({.shape = {slots, 2 * slots, 0, 0}, .initial_sequence = 0x80000000u - before}, 120);
    }
  }
}

TEST(full_telemetry_stalls_and_loses_nothing) {
  for (const uint32_t first : {0u, 0u - 3}) {
    Client client({.shape = {8, 2, 0, 0}, .initial_sequence = first});
    for (int i = 0; i < 8; ++i) client.put();
    client.publish();
    CHECK(client.wait(Watch::kTelemetry, first + 2));
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (client.mirror().stalls == 0 && std::chrono::steady_clock::now() < deadline) client.publish();
    std::this_thread::sleep_for(milliseconds(5));  // time enough to do wrong
    client.publish();
    CHECK_EQ(client.mirror().stalls, 1u);
    CHECK_EQ(client.mirror().config_read, first + 2);
    CHECK_EQ(client.mirror().telemetry_write, first + 2);
    // Room for one lets exactly one more through.
    uint32_t expected = first;
    const auto see = [&](const ExampleTelemetry& record) { CHECK_EQ(record.header.sequence, expected++); };
    client.drain(see, 1);
    client.publish();
    CHECK(client.wait(Watch::kConfig, first + 3));
    std::this_thread::sleep_for(milliseconds(2));
    client.publish();
    CHECK_EQ(client.mirror().telemetry_write, first + 3);
    for (;;) {
      client.drain(see);
      client.publish();
      if (expected == first + 8 || !CHECK(client.wait(Watch::kTelemetry, expected + 1))) break;
      client.publish();
    }
    CHECK_EQ(client.mirror().config_read, first + 8);
  }
}

TEST(the_mirror_shows_no_record_before_its_free_slot) {
  Client client({.entities = 1, .shape = {64, 64, 0, 0}});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  while (std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 64; ++i) {
      if (client.has_room()) client.put();
      client.publish();
      if (!CHECK(static_cast<int32_t>(client.mirror().config_read - client.mirror().telemetry_write) >= 0)) return;
      client.drain([](const ExampleTelemetry&) {});
    }
  }
}

TEST(random_parking_soak) {
  Client client({.shape = {8, 16, 0, 0}, .threads = 2, .initial_sequence = 0u - 500});
  ExampleModel model(5, 1000);
  std::vector<ExampleConfig> configs;
  size_t seen = 0;
  uint32_t random = 1;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  while (std::chrono::steady_clock::now() < end) {
    random = random * 1664525 + 1013904223;
    for (uint32_t n = (random >> 20) % 3; n > 0 && client.has_room(); --n) {
      configs.push_back(client.put((random >> 16) % 50 == 0 ? ExamplePhase::RESET : ExamplePhase::RUN));
    }
    client.publish();
    client.drain([&](const ExampleTelemetry& record) { CHECK(same_record(record, model.run(configs[seen++]))); });
    // Around the engine's own patience (50 us), so that it is falling asleep when the next config comes.
    const uint32_t pause = (random >> 24) % 128;
    if (pause > 8) std::this_thread::sleep_for(microseconds(pause));
  }
  while (client.consumed() != client.written()) {
    client.publish();
    client.drain([&](const ExampleTelemetry& record) { CHECK(same_record(record, model.run(configs[seen++]))); });
    client.publish();  // what was read makes room
    if (!CHECK(client.wait(Watch::kTelemetry, client.consumed() + (client.consumed() != client.written())))) break;
  }
  CHECK_EQ(seen, configs.size());
  CHECK(seen > 100);
  CHECK(client.mirror().parks > 0);
  CHECK(client.mirror().wakeups > 0 && client.mirror().wakeups <= client.mirror().parks);
}

TEST(a_config_that_comes_while_the_engine_falls_asleep) {
  // A lost wake-up needs a publish within nanoseconds of the engine's last look, so the pause before it homes in on the
  // moment the engine falls asleep: longer while it is still awake, shorter once it slept.
  using Clock = std::chrono::steady_clock;
  Client client;
  auto pause = std::chrono::nanoseconds(20000);
  uint32_t parked = 0, rounds = 0;
  const auto end = Clock::now() + std::chrono::seconds(1);
  for (; Clock::now() < end; ++rounds) {
    const uint32_t parks = client.mirror().parks;
    client.put();
    const auto start = Clock::now();
    // Yields at first, for a machine with one free core; the last microseconds are spun to hit the moment.
    while (Clock::now() - start + microseconds(5) < pause) std::this_thread::yield();
    while (Clock::now() - start < pause) cpu_relax();
    client.publish();
    const bool slept = client.mirror().parks != parks;
    parked += slept;
    pause += std::chrono::nanoseconds(slept ? -300 : 300);
    // Spins a little, so that the next round starts at once if there is a core for each side.
    if (!CHECK(client.wait(Watch::kTelemetry, client.written(), microseconds(20)))) return;
    client.publish();
    client.drain([](const ExampleTelemetry&) {});
  }
  std::printf("     %u of %u rounds met a sleeping engine, pause %lld ns\n", parked, rounds,
              static_cast<long long>(pause.count()));
  CHECK(parked > 0 && parked < rounds);
}

TEST(idle_engine_parks_and_wakes) {
  Client client;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const auto parked = static_cast<uint32_t>(EngineStatus::PARKED);
  for (uint32_t i = 0; i < 50; ++i) {
    while (client.mirror().status != parked && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(microseconds(20));
      // Rings without news: must wake nobody into losing a config.
      client.publish();
    }
    CHECK_EQ(client.mirror().status, parked);
    client.run(1, [&](uint32_t) { client.put(); }, [](const ExampleTelemetry&) {});
  }
  CHECK(client.mirror().parks >= 50);
}
