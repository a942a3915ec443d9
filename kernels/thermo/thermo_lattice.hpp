// Lattices of +-1 couplings, many realisations of disorder at once: bit b of a word is the spin of system b, all 32 with
// couplings of their own on the same torus (multi-spin coding across samples; H. Rieger, J. Stat. Phys. 70, 1993). Two or
// three dimensions. A pack is 32 systems' replicas of one number; which temperature each has lies in the masks that the
// heat bath compares with, so that an exchange moves no spins.
#pragma once
#include <cstdint>

#include "thermo/thermo_bits.hpp"

namespace aatgs::thermo {

/// Shape and addresses of one sublattice: site (z, y, x) of colour c is word (z * ly + y) * row + x / 2, where
/// x % 2 = (y + z + c) % 2.
struct Torus {
  uint32_t row, ly, lz, words;

  AATGS_FN explicit Torus(const ThermoState& state)
      : row(state.width / 2), ly(state.height), lz(state.depth), words(state.words) {}
};

/// For each neighbour the spin it wants: along x the one of the same word number and the one beside it, then y and z.
/// On one layer the last two cancel.
struct Wanted {
  Quads of[6];
};

/// What a word's neighbours want, `spin` added to it: with the spins themselves, which bonds are not satisfied.
template <class Group>
AATGS_FN void look_around(Group& group, const Torus& torus, const uint32_t* other, const uint32_t* signs,
                          uint32_t first, uint32_t words, uint32_t color, Wanted& out) {
  const uint32_t layer = torus.row * torus.ly;
  const uint32_t* sign[6];
  for (uint32_t j = 0; j < 6; ++j) sign[j] = signs + uint64_t{j} * torus.words + first;
#if AATGS_ON_DEVICE
  group.for_each(words / kQuad, [&](uint32_t lane) {
    const uint32_t k = first + kQuad * lane;
    const uint32_t line = k / torus.row, z = line / torus.ly, y = line - z * torus.ly, start = line * torus.row;
    const auto wants = [&](uint32_t j, uint4 spins) {
      const uint4 bonds = *reinterpret_cast<const uint4*>(sign[j] + kQuad * lane);
      out.of[j] = {{spins.x ^ bonds.x, spins.y ^ bonds.y, spins.z ^ bonds.z, spins.w ^ bonds.w}};
    };
    const auto load = [&](uint32_t at) { return *reinterpret_cast<const uint4*>(other + at); };
    const uint4 same = load(k);
    wants(0, same);
    if (((y + z + color) & 1u) == 0) {
      wants(1, uint4{other[k == start ? start + torus.row - 1 : k - 1], same.x, same.y, same.z});
    } else {
      wants(1, uint4{same.y, same.z, same.w, other[k + kQuad == start + torus.row ? start : k + kQuad]});
    }
    wants(2, load(y == 0 ? k + layer - torus.row : k - torus.row));
    wants(3, load(y + 1 == torus.ly ? k + torus.row - layer : k + torus.row));
    if (torus.lz > 1) {
      wants(4, load(z == 0 ? k + torus.words - layer : k - layer));
      wants(5, load(z + 1 == torus.lz ? k + layer - torus.words : k + layer));
    } else {
      out.of[4] = {{0, 0, 0, 0}};
      out.of[5] = {{~0u, ~0u, ~0u, ~0u}};
    }
  });
#else
  (void)group;
  for (uint32_t w = 0; w < words;) {
    const uint32_t k = first + w, line = k / torus.row, z = line / torus.ly, y = line - z * torus.ly;
    const uint32_t start = line * torus.row, end = start + torus.row;
    const uint32_t length = end - k < words - w ? end - k : words - w;
    const bool left = ((y + z + color) & 1u) == 0;
    const uint32_t* from[6] = {other + k,
                               left ? other + k - 1 : other + k + 1,
                               other + (y == 0 ? k + layer - torus.row : k - torus.row),
                               other + (y + 1 == torus.ly ? k + torus.row - layer : k + torus.row),
                               other + (z == 0 ? k + torus.words - layer : k - layer),
                               other + (z + 1 == torus.lz ? k + layer - torus.words : k + layer)};
    const uint32_t inner = left ? 1u : 0u;  // the neighbour beside needs care at one end of a row
    for (uint32_t i = inner; i < length + inner - 1; ++i) out.of[1].values[w + i] = from[1][i] ^ sign[1][w + i];
    const uint32_t edge = left ? 0u : length - 1;
    const uint32_t at = left ? (k == start ? end - 1 : k - 1) : (k + length == end ? start : k + length);
    out.of[1].values[w + edge] = other[at] ^ sign[1][w + edge];
    const uint32_t directions = torus.lz > 1 ? 6 : 4;
    for (uint32_t j = 0; j < directions; ++j) {
      if (j == 1) continue;
      for (uint32_t i = 0; i < length; ++i) out.of[j].values[w + i] = from[j][i] ^ sign[j][w + i];
    }
    if (torus.lz == 1) {
      for (uint32_t i = 0; i < length; ++i) out.of[4].values[w + i] = 0, out.of[5].values[w + i] = ~0u;
    }
    w += length;
  }
#endif
}

/// A number of 0 to 6 as three bits.
struct Count {
  uint32_t ones, twos, fours;
};
AATGS_FN Count count_six(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e, uint32_t f) {
  const uint32_t s1 = a ^ b ^ c, c1 = (a & b) | (a & c) | (b & c);
  const uint32_t s2 = d ^ e ^ f, c2 = (d & e) | (d & f) | (e & f);
  const uint32_t c3 = s1 & s2;
  return {s1 ^ s2, c1 ^ c2 ^ c3, (c1 & c2) | (c1 & c3) | (c2 & c3)};
}

/// The thresholds at one temperature, for local fields of 2, 4 and 6.
AATGS_FN void lattice_thresholds(double beta, uint64_t* out) {
  for (uint32_t i = 0; i < 3; ++i) {
    const double e = exp_negative(-4.0 * (i + 1) * beta);
    out[i] = threshold_of(e / (1.0 + e));
  }
}

/// Gives a pack the thresholds of where its replicas are on the ladder. A group's work.
template <class Group>
AATGS_FN void set_limits(Group& group, const ThermoState& state, uint32_t pack) {
  LatticeLimits& limits = state.lattice_limits[pack];
  Lanes<uint64_t> thresholds[3];
  group.for_each(kLanes, [&](uint32_t bit) {
    const uint32_t replica = state.replica_of(pack, bit);
    uint64_t mine[3] = {0, 0, 0};
    if (replica < state.replicas)
      lattice_thresholds(state.betas[state.walkers[replica].rung] * static_cast<double>(*state.scale), mine);
    for (uint32_t i = 0; i < 3; ++i) {
      thresholds[i][bit] = mine[i];
      limits.tails[i][bit] = tail_of(mine[i]);
    }
  });
  AATGS_UNROLL
  for (uint32_t i = 0; i < 3; ++i) {
    for (uint32_t level = 0; level < kLevels; ++level) {
      const uint32_t mask =
          gather_bits(group, [&](uint32_t bit) { return (level_mask(thresholds[i][bit], level) & 1u) != 0; });
      group.leader([&] { limits.masks[level][i] = mask; });
    }
  }
}

/// Chunks that are counted together.
inline constexpr uint32_t kCountChunks = 8;
/// Bits of a sum over them in one place: 8 times 6 is below 64.
inline constexpr uint32_t kCountBits = 6;

/// Sums over a stretch of words, of each bit apart. Bit-sliced: plane j holds bit j of 32 sums.
struct BitCounter {
  Quads planes[kCountBits];

  template <class Group>
  AATGS_FN void clear(Group& group) {
    for_each_word(group, kChunk, [&](Slot s) {
      AATGS_UNROLL
      for (uint32_t j = 0; j < kCountBits; ++j) planes[j][s] = 0;
    });
  }
  AATGS_FN void add(Slot s, Count n) {
    const uint32_t bits[3] = {n.ones, n.twos, n.fours};
    uint32_t carry = 0;
    AATGS_UNROLL
    for (uint32_t j = 0; j < kCountBits; ++j) {
      const uint32_t a = planes[j][s], b = j < 3 ? bits[j] : 0u;
      planes[j][s] = a ^ b ^ carry;
      carry = (a & b) | (a & carry) | (b & carry);
    }
  }
  /// f(bit, sum) for each of the 32 bits.
  template <class Group, class F>
  AATGS_FN void totals(Group& group, F f) {
    constexpr uint32_t kMost = kCountBits + 7;
#if AATGS_ON_DEVICE
    uint32_t sum[kMost] = {};
    AATGS_UNROLL
    for (uint32_t i = 0; i < kQuad; ++i) {
      uint32_t carry = 0;
      AATGS_UNROLL
      for (uint32_t j = 0; j < kCountBits + 2; ++j) {
        const uint32_t a = sum[j], b = j < kCountBits ? planes[j].values[i] : 0u;
        sum[j] = a ^ b ^ carry;
        carry = (a & b) | (a & carry) | (b & carry);
      }
    }
    AATGS_UNROLL
    for (uint32_t step = 0; step < 5; ++step) {
      uint32_t carry = 0;
      AATGS_UNROLL
      for (uint32_t j = 0; j < kCountBits + 3 + step; ++j) {
        const uint32_t a = sum[j], b = __shfl_xor_sync(0xffffffffu, a, 1u << step);
        sum[j] = a ^ b ^ carry;
        carry = (a & b) | (a & carry) | (b & carry);
      }
    }
    group.for_each(kLanes, [&](uint32_t bit) {
      uint32_t total = 0;
      AATGS_UNROLL
      for (uint32_t j = 0; j < kMost; ++j) total |= (sum[j] >> bit & 1u) << j;
      f(bit, total);
    });
#else
    (void)group;
    Quads sum[kMost];
    for (uint32_t j = 0; j < kMost; ++j) {
      for (uint32_t w = 0; w < kChunk; ++w) sum[j].values[w] = j < kCountBits ? planes[j].values[w] : 0u;
    }
    for (uint32_t half = kChunk / 2; half > 0; half /= 2) {
      uint32_t carry[kChunk / 2] = {};
      for (uint32_t j = 0; j < kMost; ++j) {
        for (uint32_t w = 0; w < half; ++w) {
          const uint32_t a = sum[j].values[w], b = sum[j].values[w + half], c = carry[w];
          sum[j].values[w] = a ^ b ^ c;
          carry[w] = (a & b) | (a & c) | (b & c);
        }
      }
    }
    for (uint32_t bit = 0; bit < kLanes; ++bit) {
      uint32_t total = 0;
      for (uint32_t j = 0; j < kMost; ++j) total |= (sum[j].values[0] >> bit & 1u) << j;
      f(bit, total);
    }
#endif
  }
};

struct LatticeMasks {
  uint32_t two, four, six, unused;
};

/// Chunks of one sublattice.
AATGS_FN uint32_t lattice_chunks(const ThermoState& state) { return (state.words + kChunk - 1) / kChunk; }

/// Updates a chunk of one pack's sublattice; `task` counts those of own packs. Packs of the same systems come one after
/// another: they share couplings. On CUDA it adds their energies where it `counts`, on the second colour: every bond has an
/// end there, and the first is not changed before the next sweep.
template <class Group>
AATGS_FN void sweep_lattice(Group& group, const ThermoState& state, const RoundKeys& keys, uint32_t task,
                            uint32_t color, uint64_t sweep, [[maybe_unused]] bool counts = false) {
  const uint32_t chunks = lattice_chunks(state);
  const uint32_t part = task / state.own_count, systems = part / chunks, first = part % chunks * kChunk;
  const uint32_t pack = systems * state.row + state.own_first + task % state.own_count;
  const uint32_t left = state.words - first;
  const uint32_t words = left < kChunk ? left : kChunk;
  const LatticeLimits& limits = state.lattice_limits[pack];
  const auto counter = [&](uint32_t level, uint32_t lane) {
    return counter_of(Purpose::SWEEP, 2 * sweep + color, pack | level << 24, first / kQuad + lane);
  };
  Quads odd, near_half, high, balanced, below;
  {
    Wanted wanted;
    look_around(group, Torus(state), state.lattice_of(pack, 1 - color), state.signs_of(systems, color), first, words,
                color, wanted);
    for_each_word(group, words, [&](Slot s) {
      const Quads* w = wanted.of;
      const Count n = count_six(w[0][s], w[1][s], w[2][s], w[3][s], w[4][s], w[5][s]);
      odd[s] = n.ones;
      near_half[s] = n.twos ^ n.fours;
      high[s] = n.fours;
      balanced[s] = n.ones & n.twos;
    });
  }
  decide(
      group, words, keys, counter, balanced,
      [&](uint32_t level) {
        const uint32_t* masks = limits.masks[level];
        return LatticeMasks{masks[0], masks[1], masks[2], 0};
      },
      [&](const LatticeMasks& masks, Slot s) {
        const uint32_t even = (near_half[s] & masks.two) | (~near_half[s] & masks.six);
        return (odd[s] & masks.four) | (~odd[s] & even);
      },
      [&](Slot s, uint32_t bit) {
        const uint32_t i = (odd[s] >> bit & 1u) ? 1u : (near_half[s] >> bit & 1u) ? 0u : 2u;
        return limits.tails[i][bit];
      },
      below);
  store_quads(group, words, state.lattice_of(pack, color) + first, [&](Slot s) { return high[s] ^ below[s]; });
#if AATGS_ON_DEVICE
  if (!counts) return;
  BitCounter unsatisfied;
  unsatisfied.clear(group);
  for_each_word(group, words, [&](Slot s) {
    // 0, 1 or 2 of 6, of those against their neighbours 6, 5 or 4, and 3 in balance.
    const uint32_t twos = balanced[s] | (~odd[s] & (near_half[s] ^ below[s]));
    unsatisfied.add(s, Count{odd[s], twos, below[s] & ~balanced[s]});
  });
  unsatisfied.totals(group, [&](uint32_t bit, uint32_t total) {
    const uint32_t replica = state.replica_of(pack, bit);
    if (replica < state.replicas) add_shared(&state.energies[replica], int64_t{2} * total - int64_t{6} * words);
  });
#endif
}

/// Stretches of one sublattice that one group counts.
AATGS_FN uint32_t count_spans(const ThermoState& state) {
  return (lattice_chunks(state) + kCountChunks - 1) / kCountChunks;
}

/// Adds the energies of a stretch of a pack's bonds: those of the second sublattice, where every bond has an end.
template <class Group>
AATGS_FN void count_lattice_energy(Group& group, const ThermoState& state, uint64_t task) {
  const uint32_t spans = count_spans(state);
  const auto pack = static_cast<uint32_t>(task / spans);
  const uint32_t begin = static_cast<uint32_t>(task % spans) * kCountChunks * kChunk;
  const uint32_t rest = state.words - begin;
  const uint32_t length = rest < kCountChunks * kChunk ? rest : kCountChunks * kChunk;
  const uint32_t systems = pack / (state.copies * state.rungs);
  const uint32_t* mine = state.lattice_of(pack, 1);
  BitCounter unsatisfied;
  unsatisfied.clear(group);
  for (uint32_t at = 0; at < length; at += kChunk) {
    const uint32_t first = begin + at, words = length - at < kChunk ? length - at : kChunk;
    Wanted wanted;
    look_around(group, Torus(state), state.lattice_of(pack, 0), state.signs_of(systems, 1), first, words, 1, wanted);
    for_each_word(group, words, [&](Slot s) {
      const uint32_t own = mine[first + s.word];
      const Quads* w = wanted.of;
      unsatisfied.add(
          s, count_six(w[0][s] ^ own, w[1][s] ^ own, w[2][s] ^ own, w[3][s] ^ own, w[4][s] ^ own, w[5][s] ^ own));
    });
  }
  unsatisfied.totals(group, [&](uint32_t bit, uint32_t total) {
    const uint32_t replica = state.replica_of(pack, bit);
    if (replica < state.replicas) add_shared(&state.energies[replica], int64_t{2} * total - int64_t{6} * length);
  });
}

/// Adds the magnetisations of a stretch of one colour of a pack.
template <class Group>
AATGS_FN void count_lattice_moment(Group& group, const ThermoState& state, uint64_t task) {
  const uint32_t spans = count_spans(state);
  const auto half = static_cast<uint32_t>(task / spans);
  const uint32_t begin = static_cast<uint32_t>(task % spans) * kCountChunks * kChunk;
  const uint32_t rest = state.words - begin;
  const uint32_t length = rest < kCountChunks * kChunk ? rest : kCountChunks * kChunk;
  const uint32_t* mine = state.lattice_of(half / 2, half % 2) + begin;
  BitCounter up;
  up.clear(group);
  for (uint32_t at = 0; at < length; at += kChunk) {
    const uint32_t words = length - at < kChunk ? length - at : kChunk;
    for_each_word(group, words, [&](Slot s) { up.add(s, Count{mine[at + s.word], 0, 0}); });
  }
  up.totals(group, [&](uint32_t bit, uint32_t total) {
    const uint32_t replica = state.replica_of(half / 2, bit);
    if (replica < state.replicas) add_shared(&state.moments[replica], int64_t{2} * total - int64_t{length});
  });
}

}  // namespace aatgs::thermo
