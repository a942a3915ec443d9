// Multi-spin coding: words of 32 spins, four words a lane, and the random words that decide them.
//
// A bit is set with probability t / 2^40 by comparing a uniform number with t bit by bit. Eight random words decide all but
// one bit in 256, whatever t is; for each bit left open one more 32-bit number is compared with the rest of t. So 32 spins
// cost eight random words and a little, with a resolution of 2^-40, and no random bit is used twice.
#pragma once
#include <cstdint>

#include "thermo/thermo_math.hpp"
#include "thermo/thermo_state.hpp"

/// Before a loop over what lies in registers on CUDA.
#if defined(__CUDACC__)
#define AATGS_UNROLL _Pragma("unroll")
#define AATGS_UNROLL_TWICE _Pragma("unroll 2")
#define AATGS_UNROLL_FOUR_TIMES _Pragma("unroll 4")
#define AATGS_ROLLED _Pragma("unroll 1")
#else
#define AATGS_UNROLL
#define AATGS_UNROLL_TWICE
#define AATGS_UNROLL_FOUR_TIMES
#define AATGS_ROLLED
#endif

namespace aatgs::thermo {

/// Words of one lane: those that one Philox block serves.
inline constexpr uint32_t kQuad = 4;
/// Words a warp works on at a time, neighbours in memory.
inline constexpr uint32_t kChunk = kLanes * kQuad;

/// A word's number in its chunk, and its place among the words a lane holds.
struct Slot {
  uint32_t word, index;
};

/// Four words a lane: registers on CUDA, on the CPU an array of the whole chunk in the order of memory.
struct Quads {
#if AATGS_ON_DEVICE
  uint32_t values[kQuad];
#else
  alignas(64) uint32_t values[kChunk];
#endif
  AATGS_FN uint32_t& operator[](Slot slot) { return values[slot.index]; }
  AATGS_FN const uint32_t& operator[](Slot slot) const { return values[slot.index]; }
};

/// Calls f(slot) for the first `words` words of a chunk, a multiple of four.
template <class Group, class F>
AATGS_FN void for_each_word(Group& group, uint32_t words, F f) {
#if AATGS_ON_DEVICE
  group.for_each(words / kQuad, [&](uint32_t lane) {
    AATGS_UNROLL
    for (uint32_t i = 0; i < kQuad; ++i) f(Slot{kQuad * lane + i, i});
  });
#else
  (void)group;
  for (uint32_t w = 0; w < words; ++w) f(Slot{w, w});
#endif
}

/// Calls f(lane, slots) for each lane with words; slots[i] is its i-th word.
template <class Group, class F>
AATGS_FN void for_each_quad(Group& group, uint32_t words, F f) {
  group.for_each(words / kQuad, [&](uint32_t lane) {
    const auto slot = [lane](uint32_t i) {
#if AATGS_ON_DEVICE
      return Slot{kQuad * lane + i, i};
#else
      return Slot{kQuad * lane + i, kQuad * lane + i};
#endif
    };
    f(lane, slot);
  });
}

/// One Philox block a lane, word i of it to the lane's word i.
template <class Group, class Counter>
AATGS_FN void draw_quads(Group& group, const RoundKeys& keys, Quads& out, Counter counter) {
  LaneWords random;
  philox_lanes(group, keys, random, counter);
  group.for_each(kLanes, [&](uint32_t lane) {
#if AATGS_ON_DEVICE
    (void)lane;
    AATGS_UNROLL
    for (uint32_t i = 0; i < kQuad; ++i) out.values[i] = random.x[i].value;
#else
    for (uint32_t i = 0; i < kQuad; ++i) out.values[kQuad * lane + i] = random.x[i][lane];
#endif
  });
}

AATGS_FN uint32_t count_bits(uint32_t word) {
#if AATGS_ON_DEVICE
  return static_cast<uint32_t>(__popc(word));
#else
  return static_cast<uint32_t>(__builtin_popcount(word));
#endif
}

AATGS_FN uint32_t lowest_bit(uint32_t word) {
#if AATGS_ON_DEVICE
  return static_cast<uint32_t>(__ffs(static_cast<int>(word)) - 1);
#else
  return static_cast<uint32_t>(__builtin_ctz(word));
#endif
}

/// A word of 32 lanes' bits.
template <class Group, class F>
AATGS_FN uint32_t gather_bits(Group& group, F f) {
#if AATGS_ON_DEVICE
  return __ballot_sync(0xffffffffu, f(group.rank()));
#else
  return group.any_bits(kLanes, [&](uint32_t lane) { return static_cast<uint32_t>(f(lane)) << lane; });
#endif
}

/// Bits of a threshold that random words decide; the other 32 are left to single numbers.
inline constexpr uint32_t kLevels = 8;

/// A probability as a threshold in 2^-40.
AATGS_FN uint64_t threshold_of(double probability) {
  const double scaled = probability * 0x1p40;
  return scaled >= 0x1p40 - 1.0 ? (uint64_t{1} << 40) - 1 : static_cast<uint64_t>(scaled);
}
AATGS_FN uint32_t level_mask(uint64_t threshold, uint32_t level) {
  return 0u - static_cast<uint32_t>((threshold >> (39 - level)) & 1u);
}
AATGS_FN uint32_t tail_of(uint64_t threshold) { return static_cast<uint32_t>(threshold); }

/// One level of the comparison, from the lowest to the highest: `below` and `equal` of the bits down to this level.
AATGS_FN void compare_level(uint32_t limit, uint32_t random, uint32_t& below, uint32_t& equal) {
  below = (limit & ~random) | (~(limit ^ random) & below);
  equal &= ~(limit ^ random);
}

/// Numbers for the bits that are left open: `block(part)` gives four of them, parts count from 0. The first block comes
/// with the lane; more are hardly ever needed.
template <class Block>
class Tail {
 public:
  AATGS_FN Tail(const PhiloxBlock& first, Block block, uint32_t numbers = 4)
      : block_(block), x_(first), left_(numbers) {}
  AATGS_FN uint32_t next() {
    if (left_ == 0) {
      x_ = block_(++part_);
      left_ = 4;
    }
    --left_;
    const uint32_t value = x_.x[0];
    x_ = {{x_.x[1], x_.x[2], x_.x[3], 0}};
    return value;
  }

 private:
  Block block_;
  PhiloxBlock x_;
  uint32_t left_, part_ = 0;
};

/// Heat-bath decisions for a chunk: sets in `below` the bits of spins that go against their neighbours, and random bits
/// where they are in balance. counter(level, lane): of a Philox block; masks(level): the limits' bits of that level, from
/// which limit(masks, slot) makes a word; rest(slot, bit): the lower 32 bits of the limit of one spin.
template <class Group, class Counter, class Masks, class Limit, class Rest>
AATGS_FN void decide(Group& group, uint32_t words, const RoundKeys& keys, Counter counter, const Quads& balanced,
                     Masks masks, Limit limit, Rest rest, Quads& below) {
  Quads equal, random;
  for_each_word(group, words, [&](Slot s) {
    below[s] = 0;
    equal[s] = ~balanced[s];
  });
  AATGS_UNROLL_TWICE
  for (uint32_t level = kLevels; level-- > 0;) {
    const auto bits = masks(level);
    draw_quads(group, keys, random, [&](uint32_t lane) { return counter(level, lane); });
    for_each_word(group, words, [&](Slot s) { compare_level(limit(bits, s), random[s], below[s], equal[s]); });
  }
  // The highest level's word is the coin of spins in balance.
  for_each_word(group, words, [&](Slot s) { below[s] = (balanced[s] & random[s]) | (~balanced[s] & below[s]); });
  LaneWords last;
  philox_lanes(group, keys, last, [&](uint32_t lane) { return counter(kLevels, lane); });
  for_each_quad(group, words, [&](uint32_t lane, auto slot) {
    const auto more = [&](uint32_t part) { return keys.block(counter(kLevels + part, lane)); };
    Tail tail(PhiloxBlock{{last.x[0][lane], last.x[1][lane], last.x[2][lane], last.x[3][lane]}}, more);
    // One loop over all four words: lanes of a warp wait for the one with most bits open, once instead of four times.
    const Slot s0 = slot(0), s1 = slot(1), s2 = slot(2), s3 = slot(3);
    uint32_t open0 = equal[s0], open1 = equal[s1], open2 = equal[s2], open3 = equal[s3];
    while ((open0 | open1 | open2 | open3) != 0) {
      const bool in0 = open0 != 0, in1 = !in0 && open1 != 0, in2 = !in0 && !in1 && open2 != 0;
      const bool in3 = !in0 && !in1 && !in2;
      const uint32_t bit = lowest_bit(in0 ? open0 : in1 ? open1 : in2 ? open2 : open3), one = 1u << bit;
      const uint32_t limit = in0 ? rest(s0, bit) : in1 ? rest(s1, bit) : in2 ? rest(s2, bit) : rest(s3, bit);
      const uint32_t set = tail.next() < limit ? one : 0u;
      open0 &= in0 ? ~one : ~0u, below[s0] |= in0 ? set : 0u;
      open1 &= in1 ? ~one : ~0u, below[s1] |= in1 ? set : 0u;
      open2 &= in2 ? ~one : ~0u, below[s2] |= in2 ? set : 0u;
      open3 &= in3 ? ~one : ~0u, below[s3] |= in3 ? set : 0u;
    }
  });
}

/// Writes a chunk's words, 16 bytes at a time on CUDA; `target` is that aligned.
template <class Group, class F>
AATGS_FN void store_quads(Group& group, uint32_t words, uint32_t* target, F f) {
#if AATGS_ON_DEVICE
  for_each_quad(group, words, [&](uint32_t lane, auto slot) {
    *reinterpret_cast<uint4*>(target + kQuad * lane) = {f(slot(0)), f(slot(1)), f(slot(2)), f(slot(3))};
  });
#else
  for_each_word(group, words, [&](Slot s) { target[s.word] = f(s); });
#endif
}

}  // namespace aatgs::thermo
