// Isoenergetic cluster moves: two replicas at one temperature exchange a connected cluster of the sites on which they
// differ, which keeps the sum of their energies. J. Houdayer, Eur. Phys. J. B 22, 2001; in parallel tempering: Z. Zhu,
// A. Ochoa, H. Katzgraber, Phys. Rev. Lett. 115, 2015. Worth its cost where such clusters do not span the system.
#pragma once
#include <cstdint>

#include "thermo/thermo_state.hpp"

namespace aatgs::thermo {

/// One move for two replicas; `queue` and `seen` hold n words each. One thread walks the cluster.
template <class Block>
AATGS_FN void move_cluster(Block& block, const ThermoState& state, uint32_t a, uint32_t b, uint32_t entity,
                           uint32_t* queue, uint32_t* seen) {
  const Couplings& graph = state.graph;
  const auto differs = [&](uint32_t site) { return state.spin(a, site) != state.spin(b, site); };
  block.for_each(graph.n, [&](uint32_t site) { seen[site] = 0; });
  const auto count = block.template sum<uint32_t>(graph.n, [&](uint32_t site) { return differs(site) ? 1u : 0u; });
  block.barrier();
  if (count == 0) return;
  block.leader([&] {
    const uint32_t word = draw(state.run->seed, Purpose::CLUSTER, state.run->rounds, entity, 0).x[0];
    uint32_t skip = uniform_below(word, count);
    uint32_t site = 0;
    while (!differs(site) || skip-- > 0) ++site;
    uint32_t size = 0;
    const auto join = [&](uint32_t s) {
      seen[s] = 1;
      queue[size++] = s;
    };
    join(site);
    int64_t change = 0;  // of replica a's energy
    for (uint32_t i = 0; i < size; ++i) {
      const uint32_t s = queue[i];
      const int8_t own = state.spin(a, s);
      change += int64_t{2} * graph.fields[s] * own;
      for (uint32_t k = graph.offsets[s]; k < graph.offsets[s + 1]; ++k) {
        const uint32_t t = graph.neighbours[k];
        if (differs(t)) {
          if (!seen[t]) join(t);
        } else {
          change += int64_t{2} * graph.weights[k] * own * state.spin(a, t);
        }
      }
    }
    for (uint32_t i = 0; i < size; ++i) {
      state.turn(a, queue[i]);
      state.turn(b, queue[i]);
    }
    state.energies[a] += change;
    state.energies[b] -= change;
  });
  block.barrier();
}

/// One move for each pair of ladders at each rung. Collective; the caller puts barriers around it.
template <class Team>
AATGS_FN void move_clusters(Team& team, const ThermoState& state) {
  team.for_each_block(state.ladders / 2 * state.rungs, [&](auto& block, uint32_t i) {
    const uint32_t* at = state.at + uint64_t{2} * (i / state.rungs) * state.rungs + i % state.rungs;
    const uint64_t work = uint64_t{i} * state.graph.n;
    move_cluster(block, state, at[0], at[state.rungs], i, state.queue + work, state.seen + work);
  });
}

}  // namespace aatgs::thermo
