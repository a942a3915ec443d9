// The walks in warps, tabu search and annealing, make the moves of the portable ones, bit for bit; a thread block is
// emulated on the CPU.
#include <cstdio>

#include "test/expect.hpp"
#include "test/fibers.hpp"
#include "whcr/test/walk_bench.hpp"
#include "whcr/whcr_annealed.hpp"
#include "whcr/whcr_annealed_warps.hpp"
#include "whcr/whcr_warp_walk.hpp"

namespace aatgs::whcr::test {
namespace {

using aatgs::test::FiberBlock;
using aatgs::test::FiberThread;

struct Tabu {
  static constexpr WhcrDynamic kDynamic = WhcrDynamic::TABLE;
  using Portable = TabuWalk<HostBlock>;
  template <uint32_t kWords, WarpTier kTier>
  using InWarps = WarpWalk<FiberThread, kWords, kTier>;
  static constexpr uint32_t kMovesPart = 1;
  static void end_substep(Bench&) {}
};
struct Annealing {
  static constexpr WhcrDynamic kDynamic = WhcrDynamic::ANNEALED;
  using Portable = AnnealedWalk<HostBlock>;
  template <uint32_t kWords, WarpTier kTier>
  using InWarps = AnnealedWarps<FiberThread, kWords, kTier>;
  static constexpr uint32_t kMovesPart = 8;  // a move takes about half as many times longer here
  static void end_substep(Bench& bench) { regulate(bench.state.members[0], 0, 0); }
};

template <class Kind>
void portable(Bench& bench, uint32_t moves) {
  const uint32_t cancel = 0;
  HostBlock block(bench.block_shared(), &cancel);
  Carver carver(work_of(block, bench.state, 0));
  typename Kind::Portable(block, bench.state, 0, carver).run(moves);
}

template <class Kind, uint32_t kWords, WarpTier kTier>
uint32_t in_warps(Bench& bench, uint32_t moves) {
  const WarpTables tables(bench.state.graph.n);
  std::vector<uint64_t> outside(tables.counts(bench.state.search->colors) / 8 + 1, 0xa5a5a5a5a5a5a5a5u);
  std::vector<uint64_t> shared(tables.bytes(WarpTier::ALL, bench.state.graph.n, bench.state.search->colors) / 8 + 2);
  auto* base = reinterpret_cast<uint8_t*>((reinterpret_cast<uint64_t>(shared.data()) + 15) / 16 * 16);
  uint8_t* own = base + WarpTables::proposals() + tables.colors();
  auto* bits = reinterpret_cast<uint32_t*>(own + tables.counts(bench.state.search->colors));
  FiberBlock block(kWarpThreads);
  uint32_t left = 0;
  block.run([&](uint32_t thread) {
    typename Kind::template InWarps<kWords, kTier> walk(
        FiberThread(block, thread), bench.state, 0,
        {base, own, bits, reinterpret_cast<uint8_t*>(outside.data()), bench.state.search->colors / 2});
    if (thread >= walk.size()) return;
    const uint32_t rest = walk.run(moves);
    if (thread == 0) left = rest;
  });
  return left;
}

/// As walk() does it: in warps as far as that goes.
template <class Kind>
void either(Bench& bench, uint32_t moves, bool counts_shared) {
  const bool small = WarpTables(bench.state.graph.n).words <= kWarpThreads;
  const uint32_t left = !small && counts_shared ? in_warps<Kind, 2, WarpTier::COUNTS>(bench, moves)
                        : !small                ? in_warps<Kind, 2, WarpTier::COLORS>(bench, moves)
                        : counts_shared         ? in_warps<Kind, 1, WarpTier::ALL>(bench, moves)
                                                : in_warps<Kind, 1, WarpTier::COLORS>(bench, moves);
  if (left == kNone) return portable<Kind>(bench, moves);
  if (left != 0) portable<Kind>(bench, left);
}

template <class Kind>
void same_moves(const char* name, const CsrGraph& graph, uint32_t colors, uint32_t spread, uint32_t moves,
                uint32_t walks) {
  WhcrSetup setup{};
  setup.max_colors = colors + 3;
  Bench one(graph, setup, Kind::kDynamic, false);
  Bench other(graph, setup, Kind::kDynamic, true);
  Bench third(graph, setup, Kind::kDynamic, true);
  for (Bench* bench : {&one, &other, &third}) bench->color_at_random(colors, spread);
  for (uint32_t i = 0; i < walks; ++i) {
    const uint32_t some = i == 0 ? 0 : moves / Kind::kMovesPart;
    portable<Kind>(one, some);
    either<Kind>(other, some, true);
    either<Kind>(third, some, false);
    for (Bench* bench : {&one, &other, &third}) Kind::end_substep(*bench);
    const bool same = one.snapshot() == other.snapshot() && one.snapshot() == third.snapshot();
    if (!same) {
      std::printf("%s: walk %u differs: %u %u %u conflicts after %llu %llu %llu moves\n", name, i,
                  one.state.members->conflicts, other.state.members->conflicts, third.state.members->conflicts,
                  static_cast<unsigned long long>(one.state.members->moves),
                  static_cast<unsigned long long>(other.state.members->moves),
                  static_cast<unsigned long long>(third.state.members->moves));
    }
    EXPECT(same);
    if (!same) return;
  }
  std::printf("%s: %u conflicts, best %u, after %llu moves\n", name, one.state.members->conflicts,
              one.state.members->best_conflicts, static_cast<unsigned long long>(one.state.members->moves));
}

template <class Kind>
void all_graphs() {
  same_moves<Kind>("queen", queen(8), 9, 9, 200, 4);
  same_moves<Kind>("a third of a warp", queen(6), 6, 6, 300, 3);
  same_moves<Kind>("solved", queen(5), 5, 5, 2000, 3);
  same_moves<Kind>("random", random_graph(200, 50, 1, 7), 27, 27, 120, 4);
  same_moves<Kind>("few colours", random_graph(120, 50, 1, 1), 3, 3, 100, 3);
  same_moves<Kind>("two colours", random_graph(60, 50, 1, 1), 2, 2, 100, 3);
  same_moves<Kind>("one colour", random_graph(60, 50, 1, 1), 1, 1, 20, 3);
  same_moves<Kind>("planted", random_graph(500, 20, 6, 3), 6, 6, 100, 3);
  same_moves<Kind>("nearly all threads", random_graph(1000, 50, 1, 3), 84, 84, 30, 3);
  same_moves<Kind>("several words a thread", random_graph(1500, 10, 1, 3), 25, 25, 20, 3);
  same_moves<Kind>("counts outgrown from the start", random_graph(300, 50, 1, 3), 40, 1, 60, 3);
  same_moves<Kind>("counts outgrown on the way", random_graph(500, 50, 1, 3), 40, 2, 30, 4);
}

}  // namespace
}  // namespace aatgs::whcr::test

int main() {
  using namespace aatgs::whcr;
  using namespace aatgs::whcr::test;
  all_graphs<Tabu>();
  std::puts("annealing");
  all_graphs<Annealing>();
  return aatgs::test::summary("warp walk");
}
