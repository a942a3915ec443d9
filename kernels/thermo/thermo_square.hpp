// The 2D Ising ferromagnet on an L x L torus with one bit a spin. Both sublattices of the chequerboard are stored apart,
// so that the neighbours of 32 sites of one word are four words, their number is a bit-sliced sum, and a heat-bath move
// (R. Glauber, J. Math. Phys. 4, 1963) decides 32 spins with a few logical instructions: multi-spin coding (M. Creutz,
// L. Jacobs, C. Rebbi, Phys. Rev. Lett. 42, 1979). Heat bath, because it is ergodic at every temperature.
//
// A spin takes the minority's side with probability p = 1 / (1 + exp(2 beta |h|)): where its first random bit is set and
// a uniform number is below 2p. That comparison goes bit by bit from the top and stops as soon as no spin of the word is
// undecided, after some 7 bits; it is exact to 2^-32.
#pragma once
#include <cstdint>

#include "thermo/thermo_math.hpp"
#include "thermo/thermo_state.hpp"

namespace aatgs::thermo {

AATGS_FN uint32_t count_bits(uint32_t word) {
#if AATGS_ON_DEVICE
  return static_cast<uint32_t>(__popc(word));
#else
  return static_cast<uint32_t>(__builtin_popcount(word));
#endif
}

/// 2p for |h| = 2 and |h| = 4, in 2^-32; rounded down, so that 2p = 1 at infinite temperature is one unit short.
AATGS_FN void heat_bath_thresholds(double beta, uint32_t* out) {
  for (int i = 0; i < 2; ++i) {
    const double e = exp_negative(-4.0 * (i + 1) * beta);
    const double scaled = 2.0 * e / (1.0 + e) * 4294967296.0;
    out[i] = scaled >= 4294967295.0 ? 0xffffffffu : static_cast<uint32_t>(scaled);
  }
}

/// The four neighbour words of word k of a sublattice. Site (y, x) is bit (x / 2) % 32 of word y * row + x / 64.
struct Around {
  uint32_t up, down, same, side;
};
AATGS_FN Around around(const uint32_t* other, uint32_t k, uint32_t row, uint32_t side_length, uint32_t color) {
  const uint32_t y = k / row;
  const uint32_t w = k - y * row;
  const uint32_t start = k - w;
  const uint32_t total = row * side_length;
  Around out;
  out.same = other[k];
  out.up = other[y == 0 ? k + total - row : k - row];
  out.down = other[y + 1 == side_length ? k + row - total : k + row];
  if (((y + color) & 1u) == 0) {
    out.side = out.same << 1 | other[w == 0 ? start + row - 1 : k - 1] >> 31;
  } else {
    out.side = out.same >> 1 | other[w + 1 == row ? start : k + 1] << 31;
  }
  return out;
}

/// Updates 32 words of one replica's sublattice; `chunk` counts them over all replicas. With the second sublattice every
/// bond has both ends new, so its words give the energy.
template <class Group>
AATGS_FN void sweep_words(Group& group, const ThermoState& state, uint64_t chunk, uint32_t color, uint64_t sweep) {
  const uint32_t chunks = state.words / kLanes;
  const auto replica = static_cast<uint32_t>(chunk / chunks);
  const uint32_t first = static_cast<uint32_t>(chunk % chunks) * kLanes;
  const uint32_t row = state.side / 64;
  uint32_t* mine = state.sublattice(replica, color);
  const uint32_t* other = state.sublattice(replica, 1 - color);
  const uint32_t* limits = state.thresholds + 2 * state.walkers[replica].rung;
  const uint32_t two = limits[0], four = limits[1];
  Lanes<uint32_t> majority, extreme, open, minority;
  LaneWords random;
  const auto refill = [&](uint32_t part) {
    philox_lanes(group, state.run->seed, random, [&](uint32_t lane) {
      return counter_of(Purpose::SWEEP, 2 * sweep + color, replica | part << 24, first + lane);
    });
  };
  refill(0);
  group.for_each(kLanes, [&](uint32_t lane) {
    const Around near = around(other, first + lane, row, state.side, color);
    const uint32_t a = near.up ^ near.down, b = near.same ^ near.side;
    const uint32_t both_a = near.up & near.down, both_b = near.same & near.side;
    const uint32_t ones = a ^ b;
    const uint32_t twos = both_a ^ both_b ^ (a & b);
    const uint32_t fours = both_a & both_b;
    const uint32_t balanced = ~ones & twos;
    majority[lane] = fours | (ones & twos);
    extreme[lane] = ~ones & ~twos;
    minority[lane] = random.x[0][lane] & balanced;
    open[lane] = random.x[0][lane] & ~balanced;
  });
  uint32_t bit = 31;
  for (uint32_t part = 0, next = 1;; next = 0) {
    for (uint32_t i = next; i < 4; ++i, --bit) {
      const uint32_t two_bit = 0u - ((two >> bit) & 1u), four_bit = 0u - ((four >> bit) & 1u);
      const Lanes<uint32_t>& word = random.x[i];
      group.for_each(kLanes, [&](uint32_t lane) {
        const uint32_t limit = (extreme[lane] & four_bit) | (~extreme[lane] & two_bit);
        minority[lane] |= open[lane] & limit & ~word[lane];
        open[lane] &= ~(limit ^ word[lane]);
      });
      if (bit == 0) break;
    }
    if (bit == 0 || !group.any(kLanes, [&](uint32_t lane) { return open[lane] != 0; })) break;
    refill(++part);
  }
  group.for_each(kLanes, [&](uint32_t lane) { mine[first + lane] = majority[lane] ^ minority[lane]; });
  if (color == 0) return;
  const auto unequal = group.template sum<int64_t>(kLanes, [&](uint32_t lane) {
    const Around near = around(other, first + lane, row, state.side, color);
    const uint32_t spin = mine[first + lane];
    return static_cast<int64_t>(count_bits(near.up ^ spin) + count_bits(near.down ^ spin) +
                                count_bits(near.same ^ spin) + count_bits(near.side ^ spin));
  });
  group.leader([&] { add_shared(&state.energies[replica], 2 * unequal - int64_t{4} * 32 * kLanes); });
}

}  // namespace aatgs::thermo
