// The weighted walk in warps makes the moves of the portable one, bit for bit; a thread block is emulated on the CPU.
#include <cstdio>

#include "test/expect.hpp"
#include "test/fibers.hpp"
#include "whcr/test/walk_bench.hpp"
#include "whcr/whcr_weighted.hpp"
#include "whcr/whcr_weighted_warps.hpp"

namespace aatgs::whcr::test {
namespace {

using aatgs::test::FiberBlock;
using aatgs::test::FiberThread;

void portable(Bench& bench, uint32_t moves) {
  const uint32_t cancel = 0;
  HostBlock block(bench.block_shared(), &cancel);
  Carver carver(work_of(block, bench.state, 0));
  WeightedWalk<HostBlock>(block, bench.state, 0, carver).run(moves);
}

void in_warps(Bench& bench, uint32_t moves) {
  const uint32_t n = bench.state.graph.n;
  Carver counted(nullptr);
  WeightedTables(counted, counted, n, bench.state.search->colors);
  std::vector<uint64_t> memory(counted.used() / 8 + 8, 0xa5a5a5a5a5a5a5a5u);
  FiberBlock block(kWarpThreads);
  block.run([&](uint32_t thread) {
    Carver carver(reinterpret_cast<uint8_t*>(memory.data()));
    WeightedWarps<FiberThread>(FiberThread(block, thread), bench.state, 0, carver, carver).run(moves);
  });
}

struct Case {
  const char* name;
  const CsrGraph& graph;
  uint32_t colors, spread, moves, walks;
  uint16_t weight = 0;  // of all edges after the first walk; 0: as it is
  bool priors = false;
};

void same_moves(const Case& given) {
  WhcrSetup setup{};
  setup.max_colors = given.colors + 3;
  setup.beliefs = given.priors ? 1 : 0;
  Bench one(given.graph, setup, WhcrDynamic::WEIGHTED, false);
  Bench other(given.graph, setup, WhcrDynamic::WEIGHTED, true);
  for (Bench* bench : {&one, &other}) {
    bench->color_at_random(given.colors, given.spread);
    if (!given.priors) continue;
    *bench->state.priors.weights = {1, 256};
    for (uint32_t v = 0; v < given.graph.n(); ++v) {
      bench->state.priors.bias[v] = static_cast<uint16_t>(v * 7 % 5);
      bench->state.priors.belief[v * setup.max_colors + v % given.colors] = 9;
    }
  }
  for (uint32_t i = 0; i < given.walks; ++i) {
    const uint32_t some = i == 0 ? 0 : given.moves;
    if (i == 1 && given.weight != 0) {
      for (Bench* bench : {&one, &other}) {
        for (uint32_t a = 0; a < given.graph.neighbours.size(); ++a) bench->state.weights[a] = given.weight;
      }
    }
    portable(one, some);
    in_warps(other, some);
    const bool same = one.snapshot() == other.snapshot();
    EXPECT(same);
    if (same) continue;
    std::printf("%s: walk %u differs: %u %u conflicts after %llu %llu moves\n", given.name, i,
                one.state.members->conflicts, other.state.members->conflicts,
                static_cast<unsigned long long>(one.state.members->moves),
                static_cast<unsigned long long>(other.state.members->moves));
    return;
  }
  uint32_t heaviest = 0;
  for (uint32_t a = 0; a < given.graph.neighbours.size(); ++a) {
    heaviest = one.state.weights[a] > heaviest ? one.state.weights[a] : heaviest;
  }
  EXPECT(given.weight == 0 || heaviest < given.weight);  // they did fade
  std::printf("%s: %u conflicts, best %u, after %llu moves, weights up to %u\n", given.name,
              one.state.members->conflicts, one.state.members->best_conflicts,
              static_cast<unsigned long long>(one.state.members->moves), heaviest);
}

}  // namespace
}  // namespace aatgs::whcr::test

int main() {
  using namespace aatgs::whcr::test;
  same_moves({"queen", queen(8), 9, 9, 24, 3});
  same_moves({"queen with priors", queen(8), 9, 9, 24, 3, 0, true});
  same_moves({"solved", queen(5), 5, 5, 60, 2});
  same_moves({"random", random_graph(200, 50, 1, 7), 27, 27, 20, 3});
  same_moves({"two colours", random_graph(60, 50, 1, 1), 2, 2, 10, 3});
  same_moves({"one colour", random_graph(60, 50, 1, 1), 1, 1, 5, 3});
  same_moves({"weights that fade", random_graph(60, 50, 1, 1), 4, 4, 20, 3, 500});
  same_moves({"many neighbours", random_graph(1000, 60, 1, 3), 90, 90, 10, 3});
  same_moves({"several words a thread", random_graph(9000, 1, 1, 3), 12, 12, 4, 2});
  return aatgs::test::summary("weighted walk");
}
