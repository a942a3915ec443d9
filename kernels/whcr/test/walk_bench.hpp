// One member of an instance and its memory, without a team around it.
#pragma once
#include <vector>

#include "aatgs/team.hpp"
#include "whcr/test/graphs.hpp"
#include "whcr/whcr_setup.hpp"

namespace aatgs::whcr::test {

/// Planned as for the CPU or as for a GPU.
struct Bench {
  AatgsPlan plan{};
  std::vector<uint64_t> memory;
  std::vector<uint8_t> shared;
  WhcrState state{};

  Bench(const CsrGraph& graph, WhcrSetup setup, WhcrDynamic dynamic, bool cuda) {
    setup.vertices = graph.n();
    setup.population = 1;
    setup.dynamic = static_cast<uint32_t>(dynamic);
    const AatgsSpan parts[2] = {{graph.offsets.data(), graph.offsets.size() * 4},
                                {graph.neighbours.data(), graph.neighbours.size() * 4}};
    const AatgsSetup given{{&setup, sizeof setup}, parts, 2};
    const AatgsTarget target{cuda, 1, uint64_t{cuda ? 224u << 10 : 1u << 30}};
    const SetupView<WhcrSetup> view(given);
    Arena counting(target, plan);
    lay_out_state(counting, view, state);
    memory.assign((plan.constant_bytes + plan.mutable_bytes + plan.scratch_bytes) / 8 + 64, 0);
    shared.assign(plan.block_shared_bytes + 256, 0xa5);
    AatgsPlan again{};
    const auto base = (reinterpret_cast<uint64_t>(memory.data()) + 255) / 256 * 256;
    Arena binding(target, again, plan, base, reinterpret_cast<void*>(base));
    lay_out_state(binding, view, state);
    state.search->seed = 5;
    state.search->started = 1;
  }
  uint8_t* block_shared() {
    return reinterpret_cast<uint8_t*>((reinterpret_cast<uint64_t>(shared.data()) + 127) / 128 * 128);
  }
  /// What a snapshot holds.
  std::vector<uint8_t> snapshot() const {
    const auto* begin = reinterpret_cast<const uint8_t*>(state.best);
    return {begin, begin + plan.mutable_bytes};
  }
  /// A new colouring of the first `spread` colours.
  void color_at_random(uint32_t colors, uint32_t spread) {
    state.search->colors = colors;
    for (uint32_t v = 0; v < state.graph.n; ++v) {
      state.colors[v] = static_cast<uint16_t>(random_for(*state.search, Purpose::INIT, 0, 0, v).below(spread));
    }
    state.members[0] = {};
    state.members[0].fresh = 1;
  }
};

}  // namespace aatgs::whcr::test
