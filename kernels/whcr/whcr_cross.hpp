// Recombination: greedy partition crossover (P. Galinier, J.-K. Hao, "Hybrid evolutionary algorithms for graph
// coloring", J. Comb. Optim. 3, 1999) in couples with elites (L. Moalic, A. Gondran, "Variations on memetic algorithms
// for graph coloring problems", J. Heuristics 24, 2018).
#pragma once
#include <cstdint>

#include "whcr/whcr_make.hpp"

namespace aatgs::whcr {

/// Generations after which a couple's first parent is replaced by the best of the cycle before.
inline constexpr uint32_t kCycle = 10;
/// From so many couples on they take from each other.
inline constexpr uint32_t kManyCouples = 16;

/// Of a couple, a generation is so many of the population's. For every other couple it grows: twice, four times, ... as
/// long, a thousand of each length. Short ones sooner find what is not too hard, and what is harder takes longer ones.
AATGS_FN uint32_t generation_length(uint32_t couple, uint32_t generation) {
  constexpr uint32_t kOfEachLength = 1000;
  uint32_t length = 1;
  while (couple % 2 == 1 && length * 2 <= generation / kOfEachLength + 1) length *= 2;
  return length;
}

/// The child of two colourings: takes the largest class of each in turn, and leaves the rest uncoloured. `turn` decides
/// between classes of one size. Collective.
template <class Block>
AATGS_OUTLINE void cross(Block& block, const Graph& graph, const uint16_t* const parents[2], uint16_t* child,
                         uint32_t colors, uint32_t turn, Carver carver) {
  uint32_t* sizes[2] = {carver.take<uint32_t>(colors), carver.take<uint32_t>(colors)};
  block.for_each(colors, [&](uint32_t c) { sizes[0][c] = sizes[1][c] = 0; });
  block.barrier();
  block.for_each(graph.n, [&](uint32_t v) {
    child[v] = kUncolored;
    for (uint32_t p = 0; p < 2; ++p) fetch_add(sizes[p][parents[p][v]], 1);
  });
  block.barrier();
  for (uint32_t c = 0; c < colors; ++c) {
    uint32_t* from = sizes[c % 2];
    uint32_t* other = sizes[1 - c % 2];
    const uint16_t* classes = parents[c % 2];
    const uint16_t* others = parents[1 - c % 2];
    const auto found =
        block.template argmin<uint32_t>(colors, [&](uint32_t j) { return ~from[(turn % colors + j) % colors]; });
    const uint32_t largest = (turn % colors + static_cast<uint32_t>(found.index)) % colors;
    block.for_each(graph.n, [&](uint32_t v) {
      if (classes[v] != largest || child[v] != kUncolored) return;
      child[v] = static_cast<uint16_t>(c);
      fetch_add(other[others[v]], kNone);  // one less
    });
    block.leader([&] { from[largest] = 0; });
    block.barrier();
  }
}

/// Vertices on which two colourings agree up to the names of the colours, at most: each class of the first is matched
/// with the class of the second it shares most with. Collective.
template <class Block>
AATGS_OUTLINE uint32_t agreement(Block& block, const Graph& graph, const uint16_t* a, const uint16_t* b,
                                 uint32_t colors, Carver carver) {
  uint32_t* start = carver.take<uint32_t>(colors + 1);
  uint32_t* cursor = carver.take<uint32_t>(colors);
  uint16_t* seen = carver.take<uint16_t>(graph.n);  // the other colours of a class's vertices, in any order
  uint32_t& agreed = *carver.take<uint32_t>(1);
  block.for_each(colors + 1, [&](uint32_t c) { start[c] = 0; });
  block.barrier();
  block.for_each(graph.n, [&](uint32_t v) { fetch_add(start[a[v] + 1], 1); });
  block.barrier();
  block.leader([&] {
    for (uint32_t c = 0; c < colors; ++c) {
      cursor[c] = start[c];
      start[c + 1] += start[c];
    }
    agreed = 0;
  });
  block.barrier();
  block.for_each(graph.n, [&](uint32_t v) { seen[fetch_add(cursor[a[v]], 1)] = b[v]; });
  block.barrier();
  block.for_each_group(colors, [&](auto& group, uint32_t c) {
    const uint32_t begin = start[c];
    const uint32_t size = start[c + 1] - begin;
    const uint32_t most = size - group.template min<uint32_t>(size, [&](uint32_t i) {
      uint32_t same = 0;
      for (uint32_t j = 0; j < size; ++j) same += seen[begin + j] == seen[begin + i] ? 1 : 0;
      return size - same;
    });
    group.leader([&] {
      if (size != 0) fetch_add(agreed, most);
    });
  });
  block.barrier();
  return agreed;
}

template <class Block>
AATGS_FN void copy_colors(Block& block, uint32_t n, const uint16_t* from, uint16_t* to) {
  block.for_each(n, [&](uint32_t v) { to[v] = from[v]; });
  block.barrier();
}

/// Whether two colourings differ, up to the names of the colours, in a hundredth of the vertices at most. Collective.
template <class Block>
AATGS_FN bool alike(Block& block, const WhcrState& state, const uint16_t* a, const uint16_t* b, Carver carver) {
  const uint32_t n = state.graph.n;
  return n - agreement(block, state.graph, a, b, state.search->colors, carver) <= n / 100;
}

/// Keeps a couple's best colouring, brings the last cycle's back at the end of one, and notes whether the two have become
/// alike. Changes the parents in `bests`. Collective.
template <class Block>
AATGS_OUTLINE void prepare_couple(Block& block, const WhcrState& state, uint32_t couple, uint32_t generation,
                                  Carver carver) {
  const uint32_t n = state.graph.n;
  const uint32_t first = 2 * couple;
  Couple& elites = state.couples[couple];
  const uint32_t better =
      state.members[first + 1].best_conflicts < state.members[first].best_conflicts ? first + 1 : first;
  const uint32_t reached = state.members[better].best_conflicts;
  const bool improved = reached <= elites.present;
  if (improved) copy_colors(block, n, state.best_of(better), state.elite_of(couple, 0));
  const bool cycle_ends = generation % kCycle == 0;
  const bool bring_back = cycle_ends && elites.last != kNone;
  if (bring_back) copy_colors(block, n, state.elite_of(couple, 1), state.best_of(first));
  if (cycle_ends) copy_colors(block, n, state.elite_of(couple, 0), state.elite_of(couple, 1));
  block.barrier();
  block.leader([&] {
    if (improved) elites.present = reached;
    if (cycle_ends) {
      elites.last = elites.present;
      elites.present = kNone;
    }
  });
  block.barrier();
  const bool same = alike(block, state, state.best_of(first), state.best_of(first + 1), carver);
  block.leader([&] { elites.alike = same ? 1 : 0; });
  block.barrier();
}

/// Starts one partner of a couple over whose two have become alike, from nothing. Where there are many couples, one whose
/// generations have grown takes an elite of another, drawn at random, unless that is alike too: by then searches apart have
/// come to their ends. Changes the second parent in `bests`; no couple's elites change meanwhile. Collective.
template <class Block>
AATGS_OUTLINE void renew_partner(Block& block, const WhcrState& state, uint32_t couple, Carver carver) {
  const uint32_t n = state.graph.n;
  const uint32_t couples = state.population / 2;
  const uint32_t first = 2 * couple;
  const Search& search = *state.search;
  if (couples >= kManyCouples && generation_length(couple, search.generation) > 1) {
    const uint32_t away = random_for(search, Purpose::CROSS, first, search.events, 1).below(couples - 1) + 1;
    const uint32_t other = (couple + away) % couples;
    const Couple& elites = state.couples[other];
    const uint16_t* elite = state.elite_of(other, elites.better());
    if (elites.fewest() != kNone && !alike(block, state, state.best_of(first), elite, carver)) {
      copy_colors(block, n, elite, state.best_of(first + 1));
      return;
    }
  }
  block.for_each(n, [&](uint32_t v) {
    state.best_of(first + 1)[v] =
        static_cast<uint16_t>(random_for(search, Purpose::INIT, first + 1, search.events, v).below(search.colors));
  });
  block.barrier();
}

/// Replaces a member's colouring by a child of its own and its partner's best. Collective.
template <class Block>
AATGS_OUTLINE void make_child(Block& block, const WhcrState& state, uint32_t index, Carver carver) {
  const uint16_t* parents[2] = {state.best_of(index), state.best_of(index ^ 1)};
  const Search& search = *state.search;
  const uint32_t turn = random_for(search, Purpose::CROSS, index, search.events).next();
  cross(block, state.graph, parents, state.colors_of(index), search.colors, turn, carver);
  complete(block, state, index, carver);
  make_fresh(block, state.members[index]);
}

}  // namespace aatgs::whcr
