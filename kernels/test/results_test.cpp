// What a step's rules promise: the same bits for any thread count and any split into substeps; staged data; copies.
#include "client.hpp"
#include "example_model.hpp"

using namespace aatgs;
using namespace aatgs::test;

TEST(thread_counts_give_the_same_state) {
  std::vector<std::byte> first;
  for (uint32_t threads = 1; threads <= 4; ++threads) {
    Client client({.entities = 1003, .goal = 200, .threads = threads});
    client.run(30, [&](uint32_t) { client.put(); }, [](const ExampleTelemetry&) {});
    const auto state = client.state();
    if (threads == 1) {
      first = state;
      ExampleModel model(1003, 200);
      ExampleConfig config{};
      config.header.seed = 42;
      config.substeps = 30;
      model.run(config);
      CHECK(std::memcmp(state.data(), model.counters().data(), 1003 * sizeof(uint32_t)) == 0);
    }
    CHECK(state == first);
  }
}

TEST(k_substeps_equal_k_configs) {
  std::vector<std::byte> expected;
  uint32_t expected_steps = 0;
  for (const uint32_t split : {1u, 2u, 3u, 5u, 6u, 10u, 15u, 30u}) {
    Client client({.entities = 77, .goal = 150, .threads = 2});
    ExampleTelemetry last{};
    client.run(
        30 / split, [&](uint32_t) { client.put(ExamplePhase::RUN, split); },
        [&](const ExampleTelemetry& record) { last = record; });
    const auto state = client.state();
    if (expected.empty()) {
      expected = state;
      expected_steps = last.steps;
      CHECK(last.steps > 10 && last.steps < 30);  // converged within the budget: the idle tail is part of the test
    }
    CHECK_EQ(last.steps, expected_steps);
    CHECK(state == expected);
  }
}

TEST(configs_after_convergence_change_nothing) {
  Client client({.entities = 9, .goal = 40, .threads = 3});
  client.run(60, [&](uint32_t) { client.put(); }, [](const ExampleTelemetry&) {});
  const auto state = client.state();
  uint32_t idle = 0;
  client.run(
      20, [&](uint32_t) { client.put(ExamplePhase::RUN, 7); },
      [&](const ExampleTelemetry& record) {
        idle +=
            record.header.status == (static_cast<uint32_t>(Status::IDLE) | static_cast<uint32_t>(Status::CONVERGED));
      });
  CHECK_EQ(idle, 20u);
  CHECK(client.state() == state);
}

TEST(staged_input_and_output_areas) {
  for (uint32_t threads = 1; threads <= 3; ++threads) {
    // Sizes that are no multiples of anything: each slot's area must still be its own.
    Client client({.entities = 9, .shape = {4, 8, 100, 9 * 4 + 3}, .threads = threads});
    const engine::Ring& ring = client.context().ring();
    std::vector<uint32_t> sums;
    ExampleModel model(9, 1000);
    std::vector<ExampleConfig> configs;
    size_t seen = 0;
    client.run(
        50,
        [&](uint32_t i) {
          const uint64_t slot = client.written() & 3, record = client.written() & 7;
          std::byte* input = ring.base() + ring.places().inputs + slot * ring.places().input_stride;
          std::memset(input, static_cast<int>(i + 1), 100);
          auto& config = client.put();
          config.header.input = client.context().ring_device_address() + static_cast<uint64_t>(input - ring.base());
          config.header.input_bytes = 100;
          config.header.output =
              client.context().ring_device_address() + ring.places().outputs + record * ring.places().output_stride;
          config.header.output_bytes = 9 * 4 + 3;
          sums.push_back(100 * (i + 1));
          configs.push_back(config);
        },
        [&](const ExampleTelemetry& record) {
          CHECK_EQ(record.input_sum, sums[seen]);
          CHECK(same_record(record, model.run(configs[seen++])));
          CHECK_EQ(record.header.output_bytes, 36u);
          const auto* output =
              ring.base() + ring.places().outputs + (client.consumed() & 7) * ring.places().output_stride;
          CHECK(std::memcmp(output, model.counters().data(), 36) == 0);
        });
  }
}

TEST(copies_of_every_alignment) {
  Client client({.threads = 3});
  Context& context = client.context();
  const uint64_t from = context.allocate(false, 300), into = context.allocate(false, 300);
  std::vector<std::byte> pattern(300), blank(300), got(300);
  for (size_t i = 0; i < 300; ++i) pattern[i] = static_cast<std::byte>(i * 7 + 1);
  context.write_host(from, pattern);
  for (const uint32_t a : {0u, 1u, 16u}) {
    for (const uint32_t b : {0u, 3u, 16u, 32u}) {
      for (const uint32_t n : {0u, 1u, 15u, 16u, 17u, 255u}) {
        context.write_host(into, blank);
        client.run(
            1,
            [&](uint32_t) {
              auto& header = client.put().header;
              header.kind = static_cast<uint32_t>(SlotKind::COPY);
              header.input = from + a;
              header.output = into + b;
              header.input_bytes = header.output_bytes = n;
            },
            [](const ExampleTelemetry& record) { CHECK(record.header.status == 0 && record.steps == 0); });
        context.read_host(into, got);
        for (uint32_t i = 0; i < 300; ++i) {
          CHECK(got[i] == (i >= b && i < b + n ? pattern[i - b + a] : std::byte{0}));
        }
      }
    }
  }
}

TEST(record_fields_a_step_leaves_alone_are_zero) {
  Client client({.shape = {1, 1, 0, 0}});
  const auto none = [](const ExampleTelemetry&) {};
  client.run(3, [&](uint32_t) { client.put(); }, none);
  client.run(
      1, [&](uint32_t) { client.put(ExamplePhase::SPIN, 0); },
      [](const ExampleTelemetry& r) { CHECK(r.total == 0 && r.steps == 0 && r.header.output_bytes == 0); });
}
