// Which colour a vertex can have, by looking at its neighbours a window of colours at a time: no table for each vertex or
// thread, however many colours there are.
#pragma once
#include <cstdint>

#include "aatgs/atomic.hpp"
#include "whcr/whcr_lanes.hpp"
#include "whcr/whcr_priors.hpp"

namespace aatgs::whcr {

/// The lowest colour none of these neighbours has.
AATGS_FN uint32_t first_fit(const uint32_t* neighbours, uint32_t count, const uint16_t* color) {
  for (uint32_t base = 0;; base += 64) {
    uint64_t used = 0;
    AATGS_UNROLL_4
    for (uint32_t a = 0; a < count; ++a) {
      const uint32_t c = color[neighbours[a]] - base;
      used |= c < 64 ? uint64_t{1} << c : 0;
    }
    const auto low = static_cast<uint32_t>(~used);
    if (low != 0) return base + lowest_bit(low);
    const auto high = static_cast<uint32_t>(~used >> 32);
    if (high != 0) return base + 32 + lowest_bit(high);
  }
}

/// The same by a group, for vertices with many neighbours. Collective.
template <class Group>
AATGS_FN uint32_t first_fit(Group& group, const uint32_t* neighbours, uint32_t count, const uint16_t* color) {
  for (uint32_t base = 0;; base += 32) {
    const uint32_t used = group.any_bits(count, [&](uint32_t a) {
      const uint32_t c = color[neighbours[a]] - base;
      return c < 32 ? 1u << c : 0u;
    });
    if (used != 0xffffffffu) return base + lowest_bit(~used);
  }
}

/// The same by a block, for vertices with very many. Collective.
template <class Block>
AATGS_FN uint32_t first_fit_of_hub(Block& block, const uint32_t* neighbours, uint32_t count, const uint16_t* color) {
  uint8_t* used = block.template shared<uint8_t>();
  for (uint32_t base = 0;; base += kColorWindow) {
    const uint32_t window = count + 1 - base < kColorWindow ? count + 1 - base : kColorWindow;
    block.for_each(window, [&](uint32_t c) { used[c] = 0; });
    block.barrier();
    block.for_each((count + 3) / 4, [&](uint32_t i) {
      uint32_t colors[4];
      unrolled<4>([&](auto j) { colors[j] = 4 * i + j < count ? color[neighbours[4 * i + j]] - base : window; });
      unrolled<4>([&](auto j) {
        if (colors[j] < window) put(used[colors[j]], uint8_t{1});
      });
    });
    block.barrier();
    const uint32_t found = block.template min<uint32_t>(window, [&](uint32_t c) { return used[c] ? kNone : c; });
    if (found != kNone) return base + found;
    block.barrier();
  }
}

/// A colour and how many neighbours have it.
struct Pick {
  uint32_t color;  // kNone: there is none
  uint32_t count;
};

/// The colour below `limit` fewest neighbours have, without `from`, and without `barred` unless no neighbour has it;
/// between equals belief decides, then a hash under `key`.
AATGS_FN Pick least_met(const Graph& graph, const Priors& priors, const uint16_t* color, uint32_t v, uint32_t limit,
                        uint32_t from, uint32_t barred, uint32_t key) {
  constexpr uint32_t kWindow = 32;
  const bool steered = priors.weights->belief != 0;
  Pick pick{kNone, kNone};
  uint64_t best = 0;
  for (uint32_t base = 0; base < limit; base += kWindow) {
    uint32_t counts[kWindow] = {};
    for (uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
      const uint32_t c = color[graph.neighbours[a]] - base;
      if (c < kWindow) counts[c]++;
    }
    const uint32_t end = limit - base < kWindow ? limit - base : kWindow;
    for (uint32_t j = 0; j < end; ++j) {
      const uint32_t c = base + j;
      if (counts[j] > pick.count || c == from || (c == barred && counts[j] != 0)) continue;
      const uint64_t rank = uint64_t{steered ? priors.strength(v, c) : 0} << 32 | mix(c, key);
      if (counts[j] == pick.count && rank <= best) continue;
      pick = {c, counts[j]};
      best = rank;
    }
  }
  return pick;
}

}  // namespace aatgs::whcr
