// HostTeam: every operation of the three levels, for team widths 1 to 5.
#include <limits>
#include <numeric>

#include "check.hpp"
#include "team_rig.hpp"

using namespace aatgs;
using namespace aatgs::test;

namespace {

template <class F>
void for_all_widths(F body) {
  for (uint32_t threads = 1; threads <= 5; ++threads) {
    TeamRig rig(threads);
    body(rig);
  }
}
const uint32_t kSizes[] = {0, 1, 2, 3, 4, 5, 6, 255, 256, 257, 1000, 65537};

}  // namespace

TEST(for_each_covers_each_index_once) {
  for_all_widths([](TeamRig& rig) {
    for (const uint32_t n : kSizes) {
      std::vector<uint32_t> hits(n), block_hits(n), group_hits(n);
      rig.run([&](HostTeam& team) {
        // Not atomic on purpose: two threads on one index are a race that ThreadSanitizer sees.
        team.for_each(n, [&](uint32_t i) { ++hits[i]; });
        team.for_each_block(
            n, [&](HostBlock& block, uint32_t b) { block.for_each(1u, [&](uint32_t) { ++block_hits[b]; }); });
        team.for_each_group(n, [&](HostGroup& group, uint32_t g) { group.leader([&] { ++group_hits[g]; }); });
      });
      for (uint32_t i = 0; i < n; ++i) CHECK(hits[i] == 1 && block_hits[i] == 1 && group_hits[i] == 1);
    }
  });
}

TEST(for_each_divides_a_64_bit_range) {
  // No index is visited in a range this long without time running out, so look at the first of each worker.
  for_all_widths([](TeamRig& rig) {
    std::vector<uint64_t> seen(rig.threads(), ~uint64_t{0});
    struct Enough {};
    rig.run([&](HostTeam& team) {
      try {
        team.for_each(uint64_t{1} << 40, [&](uint64_t i) {
          seen[team.rank()] = i;
          throw Enough{};
        });
      } catch (const Enough&) {
      }
    });
    for (uint32_t r = 0; r < rig.threads(); ++r) CHECK_EQ(seen[r], (uint64_t{1} << 40) * r / rig.threads());
  });
}

TEST(integer_sum) {
  for_all_widths([](TeamRig& rig) {
    rig.run([&](HostTeam& team) {
      for (const uint32_t n : kSizes) {
        const uint64_t expected = n == 0 ? 0 : uint64_t{n} * (n - 1) / 2;
        CHECK_EQ(team.sum<uint64_t>(n, [](uint32_t i) { return uint64_t{i}; }), expected);
        CHECK_EQ(team.sum<uint32_t>(n, [](uint32_t) { return 0x80000001u; }), 0x80000001u * n);
        CHECK_EQ(team.sum<int64_t>(n, [](uint32_t i) { return -int64_t{i}; }), -static_cast<int64_t>(expected));
      }
    });
  });
}

TEST(min_and_argmin_take_the_lowest_index_on_ties) {
  for_all_widths([](TeamRig& rig) {
    rig.run([&](HostTeam& team) {
      for (const uint32_t n : kSizes) {
        const auto all_equal = team.argmin<uint32_t>(n, [](uint32_t) { return 7u; });
        CHECK_EQ(all_equal.index, 0u);
        CHECK_EQ(all_equal.value, n == 0 ? ~0u : 7u);
        for (const uint32_t first : {0u, n / 3, n / 2, n - (n > 0)}) {
          if (first >= n) continue;
          const auto tie = team.argmin<int32_t>(n, [=](uint32_t i) { return i >= first ? -5 : 3; });
          CHECK(tie.index == first && tie.value == -5);
          CHECK_EQ(team.min<int32_t>(n, [=](uint32_t i) { return i == first ? -9 : 3; }), -9);
        }
        // The largest value there is must still be found as a value, not taken for "none".
        const auto largest = team.argmin<uint32_t>(n, [](uint32_t) { return ~0u; });
        CHECK_EQ(largest.index, 0u);
        const auto none = team.argmin<float>(0u, [](uint32_t) { return 1.0f; });
        CHECK(none.index == 0 && none.value == std::numeric_limits<float>::max());
      }
      HostGroup alone;
      const auto tie = alone.argmin<uint32_t>(9u, [](uint32_t i) { return i < 4 ? 2u : 1u; });
      CHECK(tie.index == 4 && tie.value == 1);
      CHECK_EQ(alone.argmin<uint32_t>(3u, [](uint32_t) { return ~0u; }).index, 0u);
      // min has a loop of its own on one thread.
      for (const uint32_t n : kSizes) {
        CHECK_EQ(alone.min<int32_t>(n, [=](uint32_t i) { return i + 1 == n ? -4 : int32_t(i); }),
                 n == 0 ? std::numeric_limits<int32_t>::max() : -4);
      }
    });
  });
}

TEST(any) {
  for_all_widths([](TeamRig& rig) {
    rig.run([&](HostTeam& team) {
      for (const uint32_t n : kSizes) {
        CHECK(!team.any(n, [](uint32_t) { return false; }));
        CHECK_EQ(team.any_bits(n, [](uint32_t i) { return 1u << (i % 32); }), n < 32 ? (1u << n) - 1 : 0xffffffffu);
        for (const uint32_t at : {0u, n / 2, n - (n > 0)}) {
          CHECK_EQ(team.any(n, [=](uint32_t i) { return i == at; }), n > 0);
        }
      }
    });
  });
}

TEST(barrier_makes_writes_visible_and_leader_runs_once) {
  for_all_widths([](TeamRig& rig) {
    uint32_t plain = 0, leaders = 0;
    rig.run([&](HostTeam& team) {
      for (uint32_t round = 1; round <= 300; ++round) {
        team.leader([&] {
          plain = round;
          ++leaders;
        });
        team.barrier();
        CHECK_EQ(plain, round);
        team.barrier();
      }
    });
    CHECK_EQ(leaders, 300u);
  });
}

TEST(many_collectives_in_a_row_do_not_mix) {
  // No barrier between them: each must keep the next one's writers from its own readers.
  for_all_widths([](TeamRig& rig) {
    rig.run([&](HostTeam& team) {
      for (uint32_t round = 0; round < 1500; ++round) {
        CHECK_EQ(team.sum<uint32_t>(10u, [=](uint32_t i) { return i * round; }), 45 * round);
        if (round % 3 == 0) CHECK_EQ(team.sum<float>(600u, [=](uint32_t) { return float(round); }), 600.0f * round);
        if (round % 5 == 0) {
          const auto best = team.argmin<uint32_t>(7u, [=](uint32_t i) { return (i + round) % 7; });
          CHECK_EQ(best.index, (7 - round % 7) % 7);
        }
        if (round % 7 == 0) CHECK_EQ(team.sum<double>(3u, [=](uint32_t) { return double(round); }), 3.0 * round);
        CHECK_EQ(team.any(5u, [=](uint32_t i) { return i == round; }), round < 5);
      }
    });
  });
}

TEST(block_shared_memory_is_the_workers_own) {
  for_all_widths([](TeamRig& rig) {
    rig.run([&](HostTeam& team) {
      team.for_each_block(20u, [&](HostBlock& block, uint32_t b) {
        auto* words = block.shared<uint32_t>();
        block.for_each(TeamRig::kBlockShared / 4, [&](uint64_t i) { words[i] = b + static_cast<uint32_t>(i); });
        block.barrier();
        const uint32_t wrong = block.sum<uint32_t>(
            TeamRig::kBlockShared / 4, [&](uint64_t i) { return words[i] != b + static_cast<uint32_t>(i); });
        CHECK_EQ(wrong, 0u);
      });
    });
  });
}

TEST(cancelled_is_the_same_for_the_whole_team) {
  for_all_widths([](TeamRig& rig) {
    for (uint32_t repeat = 0; repeat < 30; ++repeat) {
      rig.cancel(0);
      std::vector<uint32_t> left_at(rig.threads());
      std::thread canceller([&] {
        std::this_thread::sleep_for(std::chrono::microseconds(37 * repeat));
        rig.cancel(1);
      });
      rig.run([&](HostTeam& team) {
        uint32_t round = 0;
        team.barrier();
        // Were the answer not uniform, one thread would leave and the others wait for ever.
        while (!team.cancelled()) {
          ++round;
          team.barrier();
        }
        left_at[team.rank()] = round;
        team.for_each_block(team.count(), [](HostBlock& block, uint32_t) { CHECK(block.cancelled()); });
      });
      canceller.join();
      for (uint32_t rounds : left_at) CHECK_EQ(rounds, left_at[0]);
    }
  });
}
