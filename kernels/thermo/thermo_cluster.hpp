// Isoenergetic cluster moves: two replicas at one temperature exchange connected clusters of the sites on which they
// differ, which keeps the sum of their energies. J. Houdayer, Eur. Phys. J. B 22, 2001; in parallel tempering: Z. Zhu,
// A. Ochoa, H. Katzgraber, Phys. Rev. Lett. 115, 2015. Worth its cost where such clusters do not span the system.
//
// A pair of ladders does so at 32 rungs at once: bit k of a word is rung k. Random sites, thinly or densely sown, are the
// seeds; every cluster that holds a seed is exchanged. Seeds do not depend on the spins, and the sites that differ are the
// same afterwards, so the move is its own inverse with the same probability. Without fields one of the two may first be
// turned over as a whole, which costs nothing: then the clusters are those of the sites on which they agree.
#pragma once
#include <cstdint>

#include "aatgs/atomic.hpp"
#include "thermo/thermo_bits.hpp"

namespace aatgs::thermo {

/// Groups of up to 32 rungs of a ladder.
AATGS_FN uint32_t rung_groups(const ThermoState& state) { return (state.rungs + kLanes - 1) / kLanes; }

/// Sets in each lane's word the bits of the rungs at which replicas of the two ladders differ at site first + lane.
template <class Group>
AATGS_FN void compare_replicas(Group& group, const ThermoState& state, const uint32_t* a, const uint32_t* b,
                               uint32_t rungs, uint32_t first, uint32_t count, Lanes<uint32_t>& differ) {
  group.for_each(kLanes, [&](uint32_t lane) { differ[lane] = 0; });
  for (uint32_t k = 0; k < rungs; ++k) {
    const uint32_t x = a[k], y = b[k];
    if (state.graph.packed) {
      const uint32_t *words_x = state.bits_of(x / kLanes) + first, *words_y = state.bits_of(y / kLanes) + first;
      const uint32_t bit_x = x % kLanes, bit_y = y % kLanes;
      group.for_each(
          count, [&](uint32_t lane) { differ[lane] |= ((words_x[lane] >> bit_x ^ words_y[lane] >> bit_y) & 1u) << k; });
    } else {
      const int8_t* spins_x = state.spins_of(x / kLanes) + uint64_t{first} * kLanes + x % kLanes;
      const int8_t* spins_y = state.spins_of(y / kLanes) + uint64_t{first} * kLanes + y % kLanes;
      group.for_each(count, [&](uint32_t lane) {
        differ[lane] |= static_cast<uint32_t>(spins_x[lane * kLanes] != spins_y[lane * kLanes]) << k;
      });
    }
  }
}

/// A task's memory: n words each of what differs and is not in a cluster yet, and for two levels of the search in turn the
/// bits that have just come to each site, and the sites that have some; three counters of sites.
struct ClusterWork {
  uint32_t *open, *fresh[2], *queue[2], *counts;

  AATGS_FN ClusterWork(const ThermoState& state, uint32_t task) {
    const uint64_t n = state.graph.n;
    open = state.cluster_work + task * (5 * n + 4);
    for (uint32_t i = 0; i < 2; ++i) fresh[i] = open + (1 + i) * n, queue[i] = open + (3 + i) * n;
    counts = open + 5 * n;
  }
};

/// Finds what one pair of ladders exchanges at one group of rungs: bit k of a site's word in the task's `clusters`.
template <class Block>
AATGS_FN void find_clusters(Block& block, const ThermoState& state, uint32_t task) {
  const Couplings& graph = state.graph;
  const uint32_t groups = rung_groups(state), pair = task / groups, base = task % groups * kLanes;
  const uint32_t rungs = state.rungs - base < kLanes ? state.rungs - base : kLanes;
  const uint32_t* a = state.at + uint64_t{2} * pair * state.rungs + base;
  const ClusterWork work(state, task);
  uint32_t* clusters = state.clusters + uint64_t{task} * graph.n;
  const uint64_t seed = state.run->seed, round = state.run->rounds;
  const PhiloxBlock chance = draw(seed, Purpose::CLUSTER, round, task, graph.n);
  uint32_t scales = 1;
  while (scales < 24 && (1u << scales) < graph.n) ++scales;
  const uint32_t thin = uniform_below(chance.x[0], scales);  // one site in 2^thin is a seed
  const uint32_t used = rungs == kLanes ? ~0u : (1u << rungs) - 1, turned = graph.has_fields ? 0u : chance.x[1];
  block.for_each(3u, [&](uint32_t i) { work.counts[i] = 0; });
  block.barrier();
  const auto append = [&](uint32_t level, uint32_t site) {
    work.queue[level & 1][fetch_add(work.counts[level % 3], 1)] = site;
  };
  block.for_each_group((graph.n + kLanes - 1) / kLanes, [&](auto& group, uint32_t slice) {
    const uint32_t first = slice * kLanes, rest = graph.n - first, count = rest < kLanes ? rest : kLanes;
    Lanes<uint32_t> differ, seeds;
    compare_replicas(group, state, a, a + state.rungs, rungs, first, count, differ);
    group.for_each(kLanes, [&](uint32_t lane) { seeds[lane] = used; });
    for (uint32_t call = 0; call * 4 < thin; ++call) {
      LaneWords random;
      philox_lanes(group, RoundKeys(seed, state.run->keys), random,
                   [&](uint32_t lane) { return counter_of(Purpose::CLUSTER, round, task | call << 24, first + lane); });
      AATGS_UNROLL
      for (uint32_t i = 0; i < 4; ++i) {
        if (4 * call + i < thin) group.for_each(kLanes, [&](uint32_t lane) { seeds[lane] &= random.x[i][lane]; });
      }
    }
    group.for_each(count, [&](uint32_t lane) {
      const uint32_t site = first + lane, sites = (differ[lane] ^ turned) & used, sown = sites & seeds[lane];
      clusters[site] = sites;
      work.open[site] = sites & ~sown;
      work.fresh[0][site] = sown;
      work.fresh[1][site] = 0;
      if (sown) append(0, site);
    });
  });
  block.barrier();
  // Level after level; what is reached in the end does not depend on the order within one.
  for (uint32_t level = 0;; ++level) {
    const uint32_t size = peek(work.counts[level % 3]);
    if (size == 0) break;
    block.leader([&] { work.counts[(level + 2) % 3] = 0; });
    const uint32_t* queue = work.queue[level & 1];
    uint32_t *fresh = work.fresh[level & 1], *next = work.fresh[~level & 1];
    block.for_each(size, [&](uint32_t i) {
      const uint32_t site = queue[i], bits = fresh[site];
      fresh[site] = 0;
      for (uint32_t k = graph.offsets[site]; k < graph.offsets[site + 1]; ++k) {
        const uint32_t other = graph.neighbours[k], wanted = bits & peek(work.open[other]);
        const uint32_t got = wanted ? take_bits(&work.open[other], wanted) : 0;
        if (got && give_bits(&next[other], got) == 0) append(level + 1, other);
      }
    });
    block.barrier();
  }
  block.for_each(graph.n, [&](uint32_t site) { clusters[site] &= ~work.open[site]; });
}

/// Turns the spins of a pack's replicas that their clusters hold.
template <class Group>
AATGS_FN void turn_clusters(Group& group, const ThermoState& state, uint32_t pack, uint32_t slice) {
  const Couplings& graph = state.graph;
  const uint32_t first = slice * kLanes, rest = graph.n - first, count = rest < kLanes ? rest : kLanes;
  Lanes<uint32_t> turns;
  group.for_each(kLanes, [&](uint32_t lane) { turns[lane] = 0; });
  for (uint32_t bit = 0; bit < kLanes; ++bit) {
    const uint32_t replica = pack * kLanes + bit;
    if (replica >= state.ladders / 2 * 2 * state.rungs) break;
    const uint32_t rung = state.walkers[replica].rung;
    const uint32_t task = replica / state.rungs / 2 * rung_groups(state) + rung / kLanes;
    const uint32_t* cluster = state.clusters + uint64_t{task} * graph.n + first;
    group.for_each(count, [&](uint32_t lane) { turns[lane] |= (cluster[lane] >> rung % kLanes & 1u) << bit; });
  }
  if (graph.packed) {
    uint32_t* words = state.bits_of(pack) + first;
    group.for_each(count, [&](uint32_t lane) { words[lane] ^= turns[lane]; });
  } else {
    int8_t* spins = state.spins_of(pack) + uint64_t{first} * kLanes;
    group.for_each(count, [&](uint32_t lane) {
      for (uint32_t bit = 0; bit < kLanes; ++bit) {
        int8_t& spin = spins[lane * kLanes + bit];
        if (turns[lane] >> bit & 1u) spin = static_cast<int8_t>(-spin);
      }
    });
  }
}

/// One move for each pair of ladders. Collective; the caller puts barriers around it and counts energies anew.
template <class Team>
AATGS_FN void move_clusters(Team& team, const ThermoState& state) {
  team.for_each_block(state.ladders / 2 * rung_groups(state),
                      [&](auto& block, uint32_t task) { find_clusters(block, state, task); });
  team.barrier();
  const uint32_t slices = (state.graph.n + kLanes - 1) / kLanes;
  team.for_each_group(uint64_t{state.packs} * slices, [&](auto& group, uint64_t i) {
    turn_clusters(group, state, static_cast<uint32_t>(i / slices), static_cast<uint32_t>(i % slices));
  });
}

}  // namespace aatgs::thermo
