// Metropolis sweeps on any sparse graph of small integer couplings with one bit a spin: a word holds a site of the 32
// replicas of a pack, and a lane updates one site of all of them.
//
// A move that raises the energy by 2 h, h > 0 an integer, is made where a number K with P(K >= h) = exp(-2 beta h) is at
// least h. Such a K is geometric, and the binary digits of a geometric number are independent: digit i is 1 with
// probability 1 / (1 + exp(2 beta 2^i)). So K is drawn bit by bit for 32 replicas at once, each at a temperature of its own,
// and compared with a bit-sliced h: no exponential, no logarithm, no table of moves. Exact to 2^-40 a digit.
//
// One visit in 16 is left out, for all replicas of a pack: otherwise sweeps that accept every change of zero would walk in
// circles. What is left out does not depend on any state, so the replicas stay independent.
#pragma once
#include <cstdint>

#include "thermo/thermo_bits.hpp"

namespace aatgs::thermo {

/// The thresholds at one temperature: the digits of K, then for m = 0 to kDegreeBits whether K >= 2^m.
AATGS_FN uint64_t digit_threshold(double beta, uint32_t plane) {
  const bool digit = plane < kDegreeBits;
  const double e = exp_negative(-2.0 * beta * static_cast<double>(1u << (digit ? plane : plane - kDegreeBits)));
  return threshold_of(digit ? e / (1.0 + e) : e);
}

/// Gives one plane of a pack the thresholds of where its replicas are on the ladder. A group's work.
template <class Group>
AATGS_FN void set_plane(Group& group, const ThermoState& state, uint32_t pack, uint32_t plane, PlaneLimits& limits) {
  Lanes<uint64_t> threshold;
  group.for_each(kLanes, [&](uint32_t lane) {
    const uint32_t replica = pack * kLanes + lane;
    threshold[lane] =
        replica < state.replicas ? state.rung_thresholds[state.walkers[replica].rung * kPlanes + plane] : 0;
    limits.tails[lane] = tail_of(threshold[lane]);
  });
  for (uint32_t level = 0; level < kLevels; ++level) {
    const uint32_t mask =
        gather_bits(group, [&](uint32_t lane) { return (level_mask(threshold[lane], level) & 1u) != 0; });
    group.leader([&] { limits.masks[level] = mask; });
  }
}

/// Random words of one plane for a slice: bits that are set, and bits left open.
template <class Group, class Counter>
AATGS_FN void draw_plane(Group& group, const RoundKeys& keys, const PlaneLimits& limits, uint32_t plane,
                         Counter counter, Lanes<uint32_t>& below, Lanes<uint32_t>& open) {
  group.for_each(kLanes, [&](uint32_t lane) { below[lane] = 0, open[lane] = ~0u; });
  AATGS_UNROLL
  for (uint32_t half = 2; half-- > 0;) {
    LaneWords random;
    philox_lanes(group, keys, random, [&](uint32_t lane) { return counter(2 * plane + half, lane); });
    AATGS_UNROLL
    for (uint32_t i = 4; i-- > 0;) {
      const uint32_t limit = limits.masks[4 * half + i];
      group.for_each(kLanes, [&](uint32_t lane) { compare_level(limit, random.x[i][lane], below[lane], open[lane]); });
    }
  }
}

/// Bit-sliced numbers up to 2^kDegreeBits - 1, one a lane and replica. Loops go over planes outside and lanes inside, and no further than
/// the slice's degrees need.
using Sum = Lanes<uint32_t>[kDegreeBits];

/// Neighbours whose wishes are added up at once, and where neighbour `number` of a lane's site lies among a piece's arcs: on
/// CUDA a lane loads its four with one instruction, on the CPU one of each lane is loaded side by side.
inline constexpr uint32_t kArcs = 4;
AATGS_FN uint32_t arc_at(bool on_device, uint32_t number, uint32_t lane) {
  return on_device ? number / kArcs * kArcs * kLanes + kArcs * lane + number % kArcs : number * kLanes + lane;
}

/// The arcs of a piece, on CUDA with those of the next four neighbours already loaded. Arc: 32 bits in memory, 16 in shared
/// memory.
template <class Arc>
struct Wishes {
#if AATGS_ON_DEVICE
  struct alignas(4 * sizeof(Arc)) Four {
    Arc x[kArcs];
  };
  Four next;
#endif
  const Arc* arcs;

  template <class Group>
  AATGS_FN Wishes(Group& group, const Arc* first) : arcs(first) {
    load(group);
  }
  template <class Group>
  AATGS_FN void load(Group& group) {
#if AATGS_ON_DEVICE
    next = reinterpret_cast<const Four*>(arcs)[group.rank()];
#else
    (void)group;
#endif
  }
};

/// What four neighbours of each lane's site want; `more`: whether there are further ones.
template <class Group, class Arc>
AATGS_FN void follow_arcs(Group& group, const uint32_t* words, Wishes<Arc>& wishes, bool more,
                          Lanes<uint32_t> (&out)[kArcs]) {
#if AATGS_ON_DEVICE
  const auto now = wishes.next;
  wishes.arcs += kArcs * kLanes;
  if (more) wishes.load(group);
  AATGS_UNROLL
  for (uint32_t i = 0; i < kArcs; ++i) out[i].value = words[now.x[i] >> 1] ^ (0u - (now.x[i] & 1u));
#else
  (void)more;
  for (uint32_t i = 0; i < kArcs; ++i, wishes.arcs += kLanes) {
    const Arc* arcs = wishes.arcs;
#if AATGS_THERMO_X86
    if (cpu_level() == 4) {
      follow_32_v4(words, arcs, out[i].values);
      continue;
    }
#endif
    group.for_each(kLanes, [&](uint32_t lane) {
      const uint32_t arc = arcs[lane];
      out[i][lane] = words[arc >> 1] ^ (0u - (arc & 1u));
    });
  }
#endif
}

/// Which site of its piece a lane looks at.
AATGS_FN uint32_t site_of(const Piece& piece, uint32_t lane) { return AATGS_ON_DEVICE ? lane >> piece.share : lane; }
/// Whether a lane is the one that answers for its site.
AATGS_FN bool answers(const Piece& piece, uint32_t lane) {
  return site_of(piece, lane) < piece.count && site_of(piece, lane) << piece.share == lane;
}

/// Adds up what the lanes of one site have counted, for all of them.
template <class Group>
AATGS_FN void join_lanes(Group& group, const Piece& piece, uint32_t planes, Sum& sum) {
#if AATGS_ON_DEVICE
  (void)group;
  for (uint32_t step = 0; step < piece.share; ++step) {
    uint32_t carry = 0;
    AATGS_UNROLL
    for (uint32_t p = 0; p < kDegreeBits; ++p) {
      if (p >= planes) break;
      const uint32_t a = sum[p].value, b = __shfl_xor_sync(0xffffffffu, a, 1u << step);
      sum[p].value = a ^ b ^ carry;
      carry = (a & b) | (a & carry) | (b & carry);
    }
  }
#else
  (void)group, (void)piece, (void)planes, (void)sum;
#endif
}

/// How many of a site's neighbours, counted with their couplings, want it up.
template <class Group, class Arc>
AATGS_FN void count_up(Group& group, const Arc* arcs, const Slice& slice, const Piece& piece, const uint32_t* words,
                       Sum& sum) {
  Lanes<uint32_t> x[kArcs], carry;
  AATGS_UNROLL
  for (uint32_t p = 0; p < kDegreeBits; ++p) group.for_each(kLanes, [&](uint32_t lane) { sum[p][lane] = 0; });
  if (piece.most == 0) return;
  Wishes<Arc> wishes(group, arcs + piece.arcs);
  for (uint32_t j = 0; j < piece.most; j += kArcs) {
    follow_arcs(group, words, wishes, j + kArcs < piece.most, x);
    group.for_each(kLanes, [&](uint32_t lane) {
      const uint32_t a = sum[0][lane], b = sum[1][lane], x0 = x[0][lane], x1 = x[1][lane], x2 = x[2][lane];
      const uint32_t s = a ^ x0 ^ x1, two0 = (a & x0) | (a & x1) | (x0 & x1);
      const uint32_t x3 = x[3][lane], two1 = (s & x2) | (s & x3) | (x2 & x3);
      sum[0][lane] = s ^ x2 ^ x3;
      sum[1][lane] = b ^ two0 ^ two1;
      carry[lane] = (b & two0) | (b & two1) | (two0 & two1);
    });
    AATGS_UNROLL
    for (uint32_t p = 2; p < kDegreeBits; ++p) {
      if (p >= slice.planes) break;
      group.for_each(kLanes, [&](uint32_t lane) {
        const uint32_t old = sum[p][lane];
        sum[p][lane] = old ^ carry[lane];
        carry[lane] &= old;
      });
    }
  }
  join_lanes(group, piece, slice.planes, sum);
}

/// Turns the number of neighbours that want a site up into that of satisfied ones: the degree less it where it is down.
template <class Group>
AATGS_FN void count_satisfied(Group& group, const Slice& slice, const Lanes<uint32_t>& own,
                              const Lanes<uint32_t>& degree, Sum& sum) {
  Lanes<uint32_t> carry;
  group.for_each(kLanes, [&](uint32_t lane) { carry[lane] = 0; });
  AATGS_UNROLL
  for (uint32_t p = 0; p < kDegreeBits; ++p) {
    if (p >= slice.planes) break;
    group.for_each(kLanes, [&](uint32_t lane) {
      const uint32_t down = ~own[lane];
      const uint32_t a = sum[p][lane] ^ down, b = (0u - ((degree[lane] + 1) >> p & 1u)) & down, c = carry[lane];
      sum[p][lane] = a ^ b ^ c;
      carry[lane] = (a & b) | (a & c) | (b & c);
    });
  }
}

/// What decides the moves of a slice, drawn before the neighbours are looked at: a site turns where the number of its
/// satisfied neighbours is at most `reach`, or `always`, but only where `gate` is set. In memory: gate, always, the planes of
/// reach, kLanes words each.
AATGS_FN uint32_t move_words(uint32_t planes) { return (2 + planes) * kLanes; }

/// Settles the bits of one plane that its random words left open, with numbers of their own: the first three come with
/// `last`, further ones are hardly ever needed.
template <class Group, class Counter>
AATGS_FN void settle_plane(Group& group, const RoundKeys& keys, const PlaneLimits& limits, const LaneWords& last,
                           Counter counter, const Lanes<uint32_t>& gate, const Lanes<uint32_t>& open,
                           Lanes<uint32_t>& used, Lanes<uint32_t>& digit) {
  group.for_each(kLanes, [&](uint32_t lane) {
    for (uint32_t left = open[lane] & gate[lane]; left != 0; left &= left - 1) {
      const uint32_t bit = lowest_bit(left), number = used[lane]++;
      uint32_t value = number == 0 ? last.x[0][lane] : number == 1 ? last.x[1][lane] : last.x[2][lane];
      if (number >= 3) {
        const PhiloxBlock more = keys.block(counter(2 * kPlanes + 1 + (number - 3) / 4, lane));
        const uint32_t i = (number - 3) % 4;
        value = i == 0 ? more.x[0] : i == 1 ? more.x[1] : i == 2 ? more.x[2] : more.x[3];
      }
      digit[lane] |= static_cast<uint32_t>(value < limits.tails[bit]) << bit;
    }
  });
}

template <class Group>
AATGS_FN void draw_moves(Group& group, const Couplings& graph, const RoundKeys& keys, const Slice& slice,
                         const PlaneLimits* limits, uint32_t pack, uint64_t sweep, uint32_t* to) {
  const auto counter = [&](uint32_t call, uint32_t lane) {
    return counter_of(Purpose::SWEEP, sweep, pack | call << 24, slice.first + lane);
  };
  Lanes<uint32_t> digit, open, degree, carry, gate, used;
  LaneWords last;
  philox_lanes(group, keys, last, [&](uint32_t lane) { return counter(2 * kPlanes, lane); });
  group.for_each(kLanes, [&](uint32_t lane) {
    degree[lane] = lane < slice.count ? graph.degrees[slice.first + lane] : 0;
    gate[lane] = (last.x[3][lane] & 15u) != 0 && lane < slice.count ? ~0u : 0u;
    to[lane] = gate[lane];
    carry[lane] = used[lane] = 0;
  });
  // h = 2 a - d for a satisfied of d: it turns where a <= (K + d) / 2. The last turn of the loop is for whether K is beyond
  // all degrees. One body for all planes: unrolled it would not fit in a GPU's instruction cache.
  AATGS_ROLLED
  for (uint32_t p = 0; p <= slice.planes + 1; ++p) {
    const bool last_plane = p > slice.planes;
    if (last_plane || (p < slice.digits && (p > 0 || slice.odd))) {
      const uint32_t plane = last_plane ? kDegreeBits + slice.digits : p;
      draw_plane(group, keys, limits[plane], plane, counter, digit, open);
      // Local fields of an even degree are even: K's lowest digit would not count.
      if (p == 0) {
        group.for_each(kLanes, [&](uint32_t lane) {
          const uint32_t odd = 0u - (degree[lane] & 1u);
          digit[lane] &= odd, open[lane] &= odd;
        });
      }
      settle_plane(group, keys, limits[plane], last, counter, gate, open, used, digit);
    } else {
      group.for_each(kLanes, [&](uint32_t lane) { digit[lane] = 0; });
    }
    group.for_each(kLanes, [&](uint32_t lane) {
      const uint32_t a = digit[lane], b = p < kDegreeBits ? 0u - (degree[lane] >> p & 1u) : 0u, c = carry[lane];
      if (last_plane) {
        to[kLanes + lane] = c | a;
      } else if (p == 0) {
        carry[lane] = a & b;
      } else {
        to[(1 + p) * kLanes + lane] = a ^ b ^ c;
        carry[lane] = (a & b) | (a & c) | (b & c);
      }
    });
  }
}

/// Makes those of a piece. `words` are the pack's spins, `moves` its slice's. What does not depend on the spins is read
/// first, all at once.
template <class Group, class Arc>
AATGS_FN void make_moves(Group& group, const Couplings& graph, const Arc* arcs, const Piece& piece, uint32_t* words,
                         const uint32_t* moves) {
  const Slice slice = graph.slices[piece.slice];
  Sum sum, reach;
  Lanes<uint32_t> own, degree, turns, gate, always;
  const uint32_t* drawn = moves + (piece.first - slice.first);
  group.for_each(kLanes, [&](uint32_t lane) {
    const uint32_t site = site_of(piece, lane);
    const bool here = site < piece.count;
    gate[lane] = here ? drawn[site] : 0;
    always[lane] = here ? drawn[kLanes + site] : 0;
    degree[lane] = here ? graph.degrees[piece.first + site] : 0;
    turns[lane] = ~0u;
  });
  AATGS_UNROLL
  for (uint32_t p = 0; p < kDegreeBits; ++p) {
    if (p >= slice.planes) break;
    group.for_each(kLanes, [&](uint32_t lane) {
      const uint32_t site = site_of(piece, lane);
      reach[p][lane] = site < piece.count ? drawn[(2 + p) * kLanes + site] : 0;
    });
  }
  count_up(group, arcs, slice, piece, words, sum);
  group.for_each(kLanes, [&](uint32_t lane) {
    const uint32_t site = site_of(piece, lane);
    own[lane] = site < piece.count ? words[piece.first + site] : 0;
  });
  count_satisfied(group, slice, own, degree, sum);
  AATGS_UNROLL
  for (uint32_t p = 0; p < kDegreeBits; ++p) {
    if (p >= slice.planes) break;
    group.for_each(kLanes, [&](uint32_t lane) {
      const uint32_t satisfied = sum[p][lane];
      turns[lane] = (~satisfied & reach[p][lane]) | (~(satisfied ^ reach[p][lane]) & turns[lane]);
    });
  }
  group.for_each(kLanes, [&](uint32_t lane) {
    own[lane] ^= (turns[lane] | always[lane]) & gate[lane];
    if (answers(piece, lane)) words[piece.first + site_of(piece, lane)] = own[lane];
  });
}

/// Updates a slice of a pack whose spins are in `words`: both halves one after the other, on the CPU.
template <class Group>
AATGS_FN void update_slice(Group& group, const ThermoState& state, uint32_t* words, uint32_t pack, uint32_t number,
                           uint64_t sweep) {
  alignas(64) uint32_t moves[(2 + kDegreeBits) * kLanes];
  const Couplings& graph = state.graph;
  draw_moves(group, graph, RoundKeys(state.run->seed, state.run->keys), graph.slices[number],
             state.plane_limits + uint64_t{pack} * kPlanes, pack, sweep, moves);
  make_moves(group, graph, graph.arcs, graph.pieces[number], words, moves);
}

/// Groups that share the counting of one pack's energies; their sums are integers, so any number gives the same.
inline constexpr uint32_t kCountGroups = 16;

/// f(bit, sum) for 32 bits: sums over lanes of bit-sliced numbers.
template <class Group, class F>
AATGS_FN void lane_totals(Group& group, Lanes<uint32_t> (&planes)[kSumBits], F f) {
#if AATGS_ON_DEVICE
  AATGS_UNROLL
  for (uint32_t step = 0; step < 5; ++step) {
    uint32_t carry = 0;
    AATGS_UNROLL
    for (uint32_t j = 0; j < kSumBits; ++j) {
      const uint32_t a = planes[j].value, b = __shfl_xor_sync(0xffffffffu, a, 1u << step);
      planes[j].value = a ^ b ^ carry;
      carry = (a & b) | (a & carry) | (b & carry);
    }
  }
#else
  for (uint32_t half = kLanes / 2; half > 0; half /= 2) {
    uint32_t carry[kLanes / 2] = {};
    for (uint32_t j = 0; j < kSumBits; ++j) {
      for (uint32_t w = 0; w < half; ++w) {
        const uint32_t a = planes[j][w], b = planes[j][w + half], c = carry[w];
        planes[j][w] = a ^ b ^ c;
        carry[w] = (a & b) | (a & c) | (b & c);
      }
    }
  }
#endif
  group.for_each(kLanes, [&](uint32_t bit) {
    uint32_t total = 0;
    AATGS_UNROLL
    for (uint32_t j = 0; j < kSumBits; ++j) total |= (planes[j][AATGS_ON_DEVICE ? bit : 0] >> bit & 1u) << j;
    f(bit, total);
  });
}

/// Adds a bit-sliced number of `width` planes to a longer one.
template <uint32_t kFrom, uint32_t kTo, class Group>
AATGS_FN void add_planes(Group& group, const Lanes<uint32_t> (&more)[kFrom], uint32_t width,
                         Lanes<uint32_t> (&total)[kTo], uint32_t length) {
  Lanes<uint32_t> carry;
  group.for_each(kLanes, [&](uint32_t lane) { carry[lane] = 0; });
  AATGS_UNROLL
  for (uint32_t p = 0; p < kTo; ++p) {
    if (p >= length) break;
    const bool within = p < kFrom && p < width;
    group.for_each(kLanes, [&](uint32_t lane) {
      const uint32_t a = total[p][lane], b = within ? more[p < kFrom ? p : 0][lane] : 0u, c = carry[lane];
      total[p][lane] = a ^ b ^ c;
      carry[lane] = (a & b) | (a & c) | (b & c);
    });
  }
}

/// Pieces whose counts fit in four planes more than one has.
inline constexpr uint32_t kBatch = 16;

/// Sets to 0 what lanes have that do not answer for a site.
template <class Group>
AATGS_FN void leave_answers(Group& group, const Piece& piece, uint32_t planes, Sum& sum) {
#if AATGS_ON_DEVICE
  const uint32_t mask = answers(piece, group.rank()) ? ~0u : 0u;
  AATGS_UNROLL
  for (uint32_t p = 0; p < kDegreeBits; ++p) {
    if (p >= planes) break;
    sum[p].value &= mask;
  }
#else
  (void)group, (void)piece, (void)planes, (void)sum;
#endif
}

/// Takes from the energies of a pack what one of kCountGroups groups counts of its satisfied bonds, each from both ends.
template <class Group, class Arc>
AATGS_FN void count_packed_energy(Group& group, const ThermoState& state, const Arc* arcs, const uint32_t* words,
                                  uint32_t pack, uint32_t part) {
  const Couplings& graph = state.graph;
  Lanes<uint32_t> total[kSumBits], batch[kDegreeBits + 4], own, degree;
  Sum sum;
  AATGS_UNROLL
  for (uint32_t p = 0; p < kSumBits; ++p) group.for_each(kLanes, [&](uint32_t lane) { total[p][lane] = 0; });
  for (uint32_t begin = part; begin < graph.piece_count; begin += kBatch * kCountGroups) {
    AATGS_UNROLL
    for (uint32_t p = 0; p < kDegreeBits + 4; ++p) group.for_each(kLanes, [&](uint32_t lane) { batch[p][lane] = 0; });
    uint32_t most = 0;
    for (uint32_t i = 0; i < kBatch && begin + i * kCountGroups < graph.piece_count; ++i) {
      const Piece piece = graph.pieces[begin + i * kCountGroups];
      const Slice slice = graph.slices[piece.slice];
      count_up(group, arcs, slice, piece, words, sum);
      group.for_each(kLanes, [&](uint32_t lane) {
        const bool here = answers(piece, lane);
        degree[lane] = here ? graph.degrees[piece.first + site_of(piece, lane)] : 0;
        own[lane] = here ? words[piece.first + site_of(piece, lane)] : ~0u;
      });
      leave_answers(group, piece, slice.planes, sum);
      count_satisfied(group, slice, own, degree, sum);
      most = most > slice.planes ? most : slice.planes;
      add_planes(group, sum, slice.planes, batch, most + 4);
    }
    add_planes(group, batch, most + 4, total, kSumBits);
  }
  lane_totals(group, total, [&](uint32_t bit, uint32_t satisfied) {
    add_shared(&state.energies[pack * kLanes + bit], -static_cast<int64_t>(satisfied));
  });
}

}  // namespace aatgs::thermo
