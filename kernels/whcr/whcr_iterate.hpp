// Iterated greedy colouring (J. Culberson, F. Luo, "Exploring the k-colorable landscape with iterated greedy", DIMACS
// Series 26, 1996): colouring a proper colouring's classes one after the other, in any order, never needs more colours,
// and sometimes fewer. A class has no edges inside, so all of it is coloured at once.
#pragma once
#include <cstdint>

#include "whcr/whcr_greedy.hpp"

namespace aatgs::whcr {

/// Lists the vertices class by class, and those of a class by weight: of colour c and weight w they are lists[0][i] for i
/// from start[3 c + w] up to start[3 c + w + 1], in any order. Collective.
template <class Team>
AATGS_OUTLINE void sort_classes(Team& team, const WhcrState& state, uint32_t colors) {
  const Sparse& sparse = state.sparse;
  const auto bucket = [&](uint32_t v) { return kWeights * state.colors[v] + weight_of(state.graph.degree(v)); };
  team.for_each(kWeights * colors + 1, [&](uint32_t i) { sparse.start[i] = 0; });
  team.barrier();
  team.for_each(state.graph.n, [&](uint32_t v) { claim_in(sparse.start, bucket(v) + 1); });
  team.barrier();
  team.leader([&] {
    for (uint32_t i = 0; i < kWeights * colors; ++i) {
      sparse.cursor[i] = sparse.start[i];
      sparse.start[i + 1] += sparse.start[i];
    }
  });
  team.barrier();
  team.for_each(state.graph.n, [&](uint32_t v) { sparse.lists[0][claim_in(sparse.cursor, bucket(v))] = v; });
  team.barrier();
}

/// Vertices of a class, once they are sorted.
AATGS_FN uint32_t class_size(const Sparse& sparse, uint32_t c) {
  return sparse.start[kWeights * (c + 1)] - sparse.start[kWeights * c];
}

/// The order of this pass's classes, left in `cursor`: mostly backwards or the largest first, now and then at random, as
/// its authors found best. One thread works.
AATGS_FN void order_classes(const WhcrState& state, uint32_t colors, Random random) {
  uint32_t* order = state.sparse.cursor;
  for (uint32_t c = 0; c < colors; ++c) order[c] = colors - 1 - c;
  const uint32_t kind = random.below(8);
  if (kind < 4) return;
  if (kind == 7) {
    for (uint32_t i = colors; i > 1; --i) {
      const uint32_t j = random.below(i);
      const uint32_t c = order[i - 1];
      order[i - 1] = order[j];
      order[j] = c;
    }
    return;
  }
  // Shell sort: some hundred classes, mostly.
  const auto size = [&](uint32_t c) { return class_size(state.sparse, c); };
  for (uint32_t gap = colors / 2; gap > 0; gap /= 2) {
    for (uint32_t i = gap; i < colors; ++i) {
      const uint32_t c = order[i];
      uint32_t at = i;
      for (; at >= gap && size(order[at - gap]) < size(c); at -= gap) order[at] = order[at - gap];
      order[at] = c;
    }
  }
}

/// One pass over a proper colouring with `colors` colours; the number it uses afterwards, without gaps. Collective.
template <class Team>
AATGS_OUTLINE uint32_t iterate_greedily(Team& team, const WhcrState& state, uint32_t colors) {
  const Graph& graph = state.graph;
  const Sparse& sparse = state.sparse;
  sort_classes(team, state, colors);
  team.leader([&] {
    order_classes(state, colors,
                  random_for(*state.search, Purpose::ORDER, 1, sparse.search->passes, state.search->events));
    sparse.search->passes++;
  });
  uint16_t* next = sparse.next;
  team.for_each(graph.n, [&](uint32_t v) { next[v] = kUncolored; });
  team.barrier();
  for (uint32_t turn = 0; turn < colors; ++turn) {
    const uint32_t* from = sparse.start + kWeights * sparse.cursor[turn];
    const auto member = [&](uint32_t weight, uint32_t i) { return sparse.lists[0][from[weight] + i]; };
    const auto count = [&](uint32_t weight) { return from[weight + 1] - from[weight]; };
    const auto row = [&](uint32_t v) { return graph.neighbours + graph.offsets[v]; };
    team.for_each(count(kLight), [&](uint32_t i) {
      const uint32_t v = member(kLight, i);
      next[v] = static_cast<uint16_t>(first_fit(row(v), graph.degree(v), next));
    });
    team.for_each_group(count(kHeavy), [&](auto& group, uint32_t i) {
      const uint32_t v = member(kHeavy, i);
      const uint32_t fit = first_fit(group, row(v), graph.degree(v), next);
      group.leader([&] { next[v] = static_cast<uint16_t>(fit); });
    });
    team.for_each_block(count(kHub), [&](auto& block, uint32_t i) {
      const uint32_t v = member(kHub, i);
      const uint32_t fit = first_fit_of_hub(block, row(v), graph.degree(v), next);
      block.leader([&] { next[v] = static_cast<uint16_t>(fit); });
    });
    team.barrier();
  }
  team.for_each(graph.n, [&](uint32_t v) { state.colors[v] = next[v]; });
  team.barrier();
  return count_colors(team, state, state.colors);
}

/// Gives up the smallest classes of a colouring with `before` colours until `after` are left, and colours their vertices
/// anew, with conflicts where it must be. Collective.
template <class Team>
AATGS_OUTLINE void squeeze(Team& team, const WhcrState& state, uint32_t before, uint32_t after) {
  const Sparse& sparse = state.sparse;
  sort_classes(team, state, before);
  team.leader([&] {
    uint32_t* renamed = sparse.cursor;
    for (uint32_t c = 0; c < before; ++c) renamed[c] = 0;
    for (uint32_t gone = after; gone < before; ++gone) {
      uint32_t smallest = kNone;
      uint32_t least = kNone;
      for (uint32_t c = 0; c < before; ++c) {
        const uint32_t size = class_size(sparse, c);
        if (renamed[c] == kNone || size >= least) continue;
        smallest = c;
        least = size;
      }
      renamed[smallest] = kNone;
    }
    uint32_t name = 0;
    for (uint32_t c = 0; c < before; ++c) {
      if (renamed[c] != kNone) renamed[c] = name++;
    }
  });
  team.barrier();
  team.for_each(state.graph.n, [&](uint32_t v) {
    const uint32_t renamed = sparse.cursor[state.colors[v]];
    state.colors[v] = renamed == kNone ? kUncolored : static_cast<uint16_t>(renamed);
  });
  team.barrier();
  color_greedily(team, state, after, false);
}

}  // namespace aatgs::whcr
