// Recombination: greedy partition crossover (P. Galinier, J.-K. Hao, "Hybrid evolutionary algorithms for graph
// coloring", J. Comb. Optim. 3, 1999) in couples with elites (L. Moalic, A. Gondran, "Variations on memetic algorithms
// for graph coloring problems", J. Heuristics 24, 2018).
#pragma once
#include <cstdint>

#include "whcr/whcr_make.hpp"

namespace aatgs::whcr {

/// Generations after which a couple's first parent is replaced by the best of the cycle before.
inline constexpr uint32_t kCycle = 10;

/// The classes of a colouring as lists.
struct Classes {
  uint32_t* start;   // colors + 1
  uint32_t* member;  // n vertices, class by class
  uint32_t* size;    // colors

  AATGS_FN Classes(Carver& carver, uint32_t n, uint32_t colors)
      : start(carver.take<uint32_t>(colors + 1)),
        member(carver.take<uint32_t>(n)),
        size(carver.take<uint32_t>(colors)) {}

  AATGS_FN void sort(const uint16_t* color, uint32_t n, uint32_t colors) {
    for (uint32_t c = 0; c <= colors; ++c) start[c] = 0;
    for (uint32_t v = 0; v < n; ++v) start[color[v] + 1]++;
    for (uint32_t c = 0; c < colors; ++c) start[c + 1] += start[c];
    for (uint32_t c = 0; c < colors; ++c) size[c] = 0;
    for (uint32_t v = 0; v < n; ++v) member[start[color[v]] + size[color[v]]++] = v;
  }
};

/// The child of two colourings: takes the largest class of each in turn, and leaves the rest uncoloured. `turn` decides
/// between classes of one size. One thread works.
AATGS_FN void cross(const Graph& graph, const uint16_t* const parents[2], uint16_t* child, uint32_t colors,
                    uint32_t turn, Carver carver) {
  Classes classes[2] = {Classes(carver, graph.n, colors), Classes(carver, graph.n, colors)};
  classes[0].sort(parents[0], graph.n, colors);
  classes[1].sort(parents[1], graph.n, colors);
  for (uint32_t v = 0; v < graph.n; ++v) child[v] = kUncolored;
  for (uint32_t c = 0; c < colors; ++c) {
    const Classes& from = classes[c % 2];
    const Classes& other = classes[1 - c % 2];
    uint32_t largest = turn % colors;
    for (uint32_t j = 1; j < colors; ++j) {
      const uint32_t d = (turn % colors + j) % colors;
      if (from.size[d] > from.size[largest]) largest = d;
    }
    for (uint32_t i = from.start[largest]; i < from.start[largest + 1]; ++i) {
      const uint32_t v = from.member[i];
      if (child[v] != kUncolored) continue;
      child[v] = static_cast<uint16_t>(c);
      other.size[parents[1 - c % 2][v]]--;
    }
    from.size[largest] = 0;
  }
}

/// Vertices on which two colourings agree up to the names of the colours, at most: each class of the first is matched
/// with the class of the second it shares most with. One thread works.
AATGS_FN uint32_t agreement(const Graph& graph, const uint16_t* a, const uint16_t* b, uint32_t colors, Carver carver) {
  Classes classes(carver, graph.n, colors);
  classes.sort(a, graph.n, colors);
  uint32_t* shared = carver.take<uint32_t>(colors);
  for (uint32_t c = 0; c < colors; ++c) shared[c] = 0;
  uint32_t agreed = 0;
  for (uint32_t c = 0; c < colors; ++c) {
    uint32_t most = 0;
    for (uint32_t i = classes.start[c]; i < classes.start[c + 1]; ++i) {
      const uint32_t same = ++shared[b[classes.member[i]]];
      most = same > most ? same : most;
    }
    for (uint32_t i = classes.start[c]; i < classes.start[c + 1]; ++i) shared[b[classes.member[i]]] = 0;
    agreed += most;
  }
  return agreed;
}

template <class Block>
AATGS_FN void copy_colors(Block& block, uint32_t n, const uint16_t* from, uint16_t* to) {
  block.for_each(n, [&](uint32_t v) { to[v] = from[v]; });
  block.barrier();
}

/// Keeps a couple's best colouring, brings the last cycle's back at the end of one, and starts one partner over when
/// the two have become alike. Changes the parents in `bests`. Collective.
template <class Block>
AATGS_FN void prepare_couple(Block& block, const WhcrState& state, uint32_t couple, uint32_t generation,
                             Carver carver) {
  const uint32_t n = state.graph.n;
  const uint32_t first = 2 * couple;
  const Search& search = *state.search;
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
  uint32_t* alike = carver.take<uint32_t>(1);
  block.barrier();
  block.leader([&] {
    if (improved) elites.present = reached;
    if (cycle_ends) {
      elites.last = elites.present;
      elites.present = kNone;
    }
    *alike =
        n - agreement(state.graph, state.best_of(first), state.best_of(first + 1), search.colors, carver) <= n / 100;
  });
  block.barrier();
  if (*alike) {
    block.for_each(n, [&](uint32_t v) {
      state.best_of(first + 1)[v] =
          static_cast<uint16_t>(random_for(search, Purpose::INIT, first + 1, search.events, v).below(search.colors));
    });
  }
  block.barrier();
}

/// Replaces a member's colouring by a child of its own and its partner's best. Collective.
template <class Block>
AATGS_FN void make_child(Block& block, const WhcrState& state, uint32_t index, Carver carver) {
  block.leader([&] {
    const uint16_t* parents[2] = {state.best_of(index), state.best_of(index ^ 1)};
    const Search& search = *state.search;
    const uint32_t turn = random_for(search, Purpose::CROSS, index, search.events).next();
    cross(state.graph, parents, state.colors_of(index), search.colors, turn, carver);
  });
  block.barrier();
  complete(block, state, index, carver);
  make_fresh(block, state.members[index]);
}

}  // namespace aatgs::whcr
