// How colourings are made: at random, greedily, from given ones, and from those with more colours.
#pragma once
#include <cstdint>

#include "aatgs/atomic.hpp"
#include "whcr/whcr_priors.hpp"

namespace aatgs::whcr {

/// The place in the order of the first vertex from `from` on that is uncoloured; n when there is none. Collective.
template <class Block>
AATGS_FN uint32_t next_uncolored(Block& block, const Graph& graph, const uint16_t* color, uint32_t from) {
  constexpr uint32_t kLook = 256;
  for (; from < graph.n; from += kLook) {
    const uint32_t window = graph.n - from < kLook ? graph.n - from : kLook;
    const uint32_t found = block.template min<uint32_t>(
        window, [&](uint32_t j) { return color[graph.order[from + j]] == kUncolored ? from + j : kNone; });
    if (found != kNone) return found;
  }
  return graph.n;
}

/// Colours whatever is uncoloured, vertices of high degree first (Welsh and Powell 1967): with the first colour no
/// neighbour has, or else the one fewest neighbours have, the next one after a drawn colour on ties. One vertex after the
/// other, its neighbours by the whole block. Collective.
template <class Block>
AATGS_OUTLINE void complete(Block& block, const WhcrState& state, uint32_t index, Carver carver) {
  const Graph& graph = state.graph;
  const uint32_t colors = state.search->colors;
  uint16_t* color = state.colors_of(index);
  uint32_t* around = carver.take<uint32_t>(colors);
  block.for_each(colors, [&](uint32_t c) { around[c] = 0; });
  block.barrier();
  for (uint32_t i = next_uncolored(block, graph, color, 0); i < graph.n;
       i = next_uncolored(block, graph, color, i + 1)) {
    const uint32_t v = graph.order[i];
    const uint32_t* neighbours = graph.neighbours + graph.offsets[v];
    block.for_each(graph.degree(v), [&](uint32_t a) {
      const uint32_t c = color[neighbours[a]];
      if (c != kUncolored) fetch_add(around[c], 1);
    });
    block.barrier();
    uint32_t pick = block.template min<uint32_t>(colors, [&](uint32_t c) { return around[c] == 0 ? c : kNone; });
    if (pick == kNone) {
      const uint32_t turn = random_for(*state.search, Purpose::COMPLETE, index, state.search->events, v).below(colors);
      const auto after = [=](uint32_t j) { return turn + j < colors ? turn + j : turn + j - colors; };
      pick = after(static_cast<uint32_t>(
          block.template argmin<uint32_t>(colors, [&](uint32_t j) { return around[after(j)]; }).index));
    }
    block.for_each(colors, [&](uint32_t c) { around[c] = 0; });
    block.leader([&] { color[v] = static_cast<uint16_t>(pick); });
    block.barrier();
  }
}

/// Marks a member's colouring as a new one.
template <class Block>
AATGS_FN void make_fresh(Block& block, Member& member) {
  block.leader([&] { member.fresh = 1; });
  block.barrier();
}

/// A colouring from nothing, or from the `given` colourings in turn. Collective.
template <class Block>
AATGS_OUTLINE void make(Block& block, const WhcrState& state, uint32_t index, WhcrInit init, const uint32_t* given,
                        uint64_t given_count, Carver carver) {
  const Search& search = *state.search;
  const uint32_t n = state.graph.n;
  uint16_t* color = state.colors_of(index);
  const uint32_t* source = given_count ? given + (index % given_count) * n : nullptr;
  block.for_each(n, [&](uint32_t v) {
    if (init == WhcrInit::INPUT && source) {
      color[v] = source[v] < search.colors ? static_cast<uint16_t>(source[v]) : kUncolored;
    } else if (init == WhcrInit::RANDOM) {
      const uint32_t believed = believed_color(state.priors, v, search.colors);
      const uint32_t drawn = random_for(search, Purpose::INIT, index, search.events, v).below(search.colors);
      color[v] = static_cast<uint16_t>(believed == kNone ? drawn : believed);
    } else {
      color[v] = kUncolored;
    }
  });
  block.barrier();
  complete(block, state, index, carver);
  make_fresh(block, state.members[index]);
}

/// Gives up the smallest classes of a colouring that uses colours up to `before`, until those left fit into the
/// search's number, and colours their vertices anew. Collective.
template <class Block>
AATGS_OUTLINE void reduce(Block& block, const WhcrState& state, uint32_t index, uint32_t before, Carver carver) {
  const uint32_t n = state.graph.n;
  const uint32_t after = state.search->colors;
  uint16_t* color = state.colors_of(index);
  Carver keep = carver;
  uint32_t* size = carver.take<uint32_t>(before);
  uint16_t* renamed = carver.take<uint16_t>(before);
  block.for_each(before, [&](uint32_t c) { size[c] = renamed[c] = 0; });
  block.barrier();
  block.for_each(n, [&](uint32_t v) { fetch_add(size[color[v]], 1); });
  block.barrier();
  block.leader([&] {
    for (uint32_t gone = after; gone < before; ++gone) {
      uint32_t smallest = kNone;
      for (uint32_t c = 0; c < before; ++c) {
        if (renamed[c] != kUncolored && (smallest == kNone || size[c] < size[smallest])) smallest = c;
      }
      renamed[smallest] = kUncolored;
    }
    uint16_t next = 0;
    for (uint32_t c = 0; c < before; ++c) {
      if (renamed[c] != kUncolored) renamed[c] = next++;
    }
  });
  block.barrier();
  block.for_each(n, [&](uint32_t v) { color[v] = renamed[color[v]]; });
  block.barrier();
  complete(block, state, index, keep);
  make_fresh(block, state.members[index]);
}

}  // namespace aatgs::whcr
