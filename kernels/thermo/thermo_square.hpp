// The 2D Ising ferromagnet on an L x L torus with one bit a spin. Both sublattices of the chequerboard are stored apart,
// so that the neighbours of 32 sites of one word are four words, their number is a bit-sliced sum, and a heat-bath move
// (R. Glauber, J. Math. Phys. 4, 1963) decides 32 spins with a few logical instructions: multi-spin coding (M. Creutz,
// L. Jacobs, C. Rebbi, Phys. Rev. Lett. 42, 1979). Heat bath, because it is ergodic at every temperature.
//
// A spin takes the minority's side with probability 1 / (1 + exp(2 beta |h|)), in balance with 1/2.
#pragma once
#include <cstdint>

#include "thermo/thermo_bits.hpp"

namespace aatgs::thermo {

/// The thresholds of one rung, for |h| = 2 and |h| = 4.
AATGS_FN void heat_bath_thresholds(double beta, SquareLimits& out) {
  for (uint32_t i = 0; i < 2; ++i) {
    const double e = exp_negative(-4.0 * (i + 1) * beta);
    const uint64_t threshold = threshold_of(e / (1.0 + e));
    for (uint32_t level = 0; level < kLevels; ++level) out.masks[level][i] = level_mask(threshold, level);
    out.tails[i] = tail_of(threshold);
  }
}

/// The neighbours of a chunk's words. Site (y, x) of a sublattice is bit (x / 2) % 32 of word y * row + x / 64.
struct Around {
  Quads up, down, same, side;
};

AATGS_FN uint32_t side_word(uint32_t same, uint32_t previous, uint32_t next, bool left) {
  return left ? same << 1 | previous >> 31 : same >> 1 | next << 31;
}

template <class Group>
AATGS_FN void look_around(Group& group, const uint32_t* other, uint32_t first, uint32_t words, uint32_t row,
                          uint32_t rows, uint32_t color, Around& out) {
  const uint32_t total = row * rows;
  const auto general = [&](uint32_t k, Slot slot) {
    const uint32_t y = k / row;
    const uint32_t start = y * row;
    const uint32_t same = other[k];
    out.same[slot] = same;
    out.up[slot] = other[y == 0 ? k + total - row : k - row];
    out.down[slot] = other[y + 1 == rows ? k + row - total : k + row];
    const bool left = ((y + color) & 1u) == 0;
    const uint32_t before = k == start ? start + row - 1 : k - 1, after = k + 1 == start + row ? start : k + 1;
    out.side[slot] = side_word(same, other[before], other[after], left);
  };
#if AATGS_ON_DEVICE
  if (row % kQuad != 0) {
    for_each_word(group, words, [&](Slot slot) { general(first + slot.word, slot); });
    return;
  }
  group.for_each(words / kQuad, [&](uint32_t lane) {
    const auto load = [&](uint32_t k, Quads& to) {
      *reinterpret_cast<uint4*>(to.values) = *reinterpret_cast<const uint4*>(other + k);
    };
    const uint32_t k = first + kQuad * lane;
    const uint32_t y = k / row;
    const uint32_t start = y * row;
    load(k, out.same);
    load(y == 0 ? k + total - row : k - row, out.up);
    load(y + 1 == rows ? k + row - total : k + row, out.down);
    const uint32_t* s = out.same.values;
    if (((y + color) & 1u) == 0) {
      const uint32_t before = other[k == start ? start + row - 1 : k - 1];
      out.side = {{__funnelshift_l(before, s[0], 1), __funnelshift_l(s[0], s[1], 1), __funnelshift_l(s[1], s[2], 1),
                   __funnelshift_l(s[2], s[3], 1)}};
    } else {
      const uint32_t after = other[k + kQuad == start + row ? start : k + kQuad];
      out.side = {{__funnelshift_r(s[0], s[1], 1), __funnelshift_r(s[1], s[2], 1), __funnelshift_r(s[2], s[3], 1),
                   __funnelshift_r(s[3], after, 1)}};
    }
  });
#else
  // Row by row; inside a row everything is contiguous.
  (void)group;
  for (uint32_t w = 0; w < words;) {
    const uint32_t k = first + w, y = k / row, x = k % row;
    const uint32_t length = row - x < words - w ? row - x : words - w;
    const uint32_t* up = other + (y == 0 ? k + total - row : k - row);
    const uint32_t* down = other + (y + 1 == rows ? k + row - total : k + row);
    const bool left = ((y + color) & 1u) == 0;
    for (uint32_t i = 0; i < length; ++i) {
      out.same.values[w + i] = other[k + i];
      out.up.values[w + i] = up[i];
      out.down.values[w + i] = down[i];
    }
    if (left) {
      for (uint32_t i = 1; i < length; ++i) out.side.values[w + i] = other[k + i] << 1 | other[k + i - 1] >> 31;
    } else {
      for (uint32_t i = 0; i + 1 < length; ++i) out.side.values[w + i] = other[k + i] >> 1 | other[k + i + 1] << 31;
    }
    general(k, Slot{w, w});
    general(k + length - 1, Slot{w + length - 1, w + length - 1});
    w += length;
  }
#endif
}

/// Chunks of one sublattice.
AATGS_FN uint32_t square_chunks(const ThermoState& state) { return (state.words + kChunk - 1) / kChunk; }

/// Updates a chunk of one replica's sublattice; `task` counts them over all replicas. On CUDA it adds the energy of its bonds
/// where it `counts`, on the second colour.
template <class Group>
AATGS_FN void sweep_words(Group& group, const ThermoState& state, const RoundKeys& keys, uint32_t task, uint32_t color,
                          uint64_t sweep, [[maybe_unused]] bool counts = false) {
  const uint32_t chunks = square_chunks(state);
  const uint32_t replica = task / chunks, first = task % chunks * kChunk;
  const uint32_t left = state.words - first;
  const uint32_t words = left < kChunk ? left : kChunk;
  uint32_t* mine = state.sublattice(replica, color);
  const SquareLimits& limits = state.square_limits[state.walkers[replica].rung];
  const auto counter = [&](uint32_t level, uint32_t lane) {
    return counter_of(Purpose::SWEEP, 2 * sweep + color, replica | level << 24, first / kQuad + lane);
  };
  Around near;
  look_around(group, state.sublattice(replica, 1 - color), first, words, state.side / 64, state.side, color, near);
  Quads majority, extreme, balanced, below;
  for_each_word(group, words, [&](Slot s) {
    const uint32_t a = near.up[s] ^ near.down[s], b = near.same[s] ^ near.side[s];
    const uint32_t both_a = near.up[s] & near.down[s], both_b = near.same[s] & near.side[s];
    const uint32_t ones = a ^ b;
    const uint32_t twos = both_a ^ both_b ^ (a & b);
    majority[s] = (both_a & both_b) | (ones & twos);
    extreme[s] = ~ones & ~twos;
    balanced[s] = ~ones & twos;
  });
  const uint32_t rest_two = limits.tails[0], rest_four = limits.tails[1];
  struct Masks {
    uint32_t two, four;
  };
  decide(
      group, words, keys, counter, balanced,
      [&](uint32_t level) { return Masks{limits.masks[level][0], limits.masks[level][1]}; },
      [&](const Masks& masks, Slot s) { return (extreme[s] & masks.four) | (~extreme[s] & masks.two); },
      [&](Slot s, uint32_t bit) { return (extreme[s] >> bit & 1u) ? rest_four : rest_two; }, below);
  store_quads(group, words, mine + first, [&](Slot s) { return majority[s] ^ below[s]; });
#if AATGS_ON_DEVICE
  if (!counts) return;
  uint32_t unequal = 0;
  for_each_word(group, words, [&](Slot s) {
    // 0 or 1 of 4, of those against their neighbours 4 or 3, and 2 in balance.
    const uint32_t ones = ~extreme[s] & ~balanced[s], twos = balanced[s] | (~extreme[s] & below[s]);
    unequal += count_bits(ones) + 2 * count_bits(twos) + 4 * count_bits(extreme[s] & below[s]);
  });
  const auto total = group.template sum<int64_t>(kLanes, [&](uint32_t) { return int64_t{unequal}; });
  group.leader([&] { add_shared(&state.energies[replica], 2 * total - int64_t{128} * words); });
#endif
}

/// Words of the second sublattice, whose sites have an end of every bond, of which one block counts the energy at once.
inline constexpr uint32_t kCountWords = 4096;

/// Adds the energy of a stretch of one replica's bonds. Collective.
template <class Block>
AATGS_FN void count_square_energy(Block& block, const ThermoState& state, uint64_t task) {
  const uint32_t parts = (state.words + kCountWords - 1) / kCountWords;
  const auto replica = static_cast<uint32_t>(task / parts);
  const uint32_t first = static_cast<uint32_t>(task % parts) * kCountWords;
  const uint32_t left = state.words - first, words = left < kCountWords ? left : kCountWords;
  const uint32_t row = state.side / 64;
  const uint32_t total = row * state.side;
  const uint32_t* mine = state.sublattice(replica, 1);
  const uint32_t* other = state.sublattice(replica, 0);
  const auto unequal = block.template sum<int64_t>(words, [&](uint32_t i) {
    const uint32_t k = first + i, y = k / row, start = y * row, spin = mine[k];
    const uint32_t up = other[y == 0 ? k + total - row : k - row];
    const uint32_t down = other[y + 1 == state.side ? k + row - total : k + row];
    const uint32_t before = other[k == start ? start + row - 1 : k - 1];
    const uint32_t after = other[k + 1 == start + row ? start : k + 1];
    const uint32_t same = other[k];
    const uint32_t side = side_word(same, before, after, ((y + 1) & 1u) == 0);
    return static_cast<int64_t>(count_bits(up ^ spin) + count_bits(down ^ spin) + count_bits(same ^ spin) +
                                count_bits(side ^ spin));
  });
  block.leader([&] { add_shared(&state.energies[replica], 2 * unequal - int64_t{128} * words); });
}

}  // namespace aatgs::thermo
