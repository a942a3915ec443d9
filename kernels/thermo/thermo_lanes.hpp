// Values of 32 lanes: on CUDA one register of each thread of a warp, on the CPU an array that loops run over. Loops are
// written as group.for_each(kLanes, ...), one short loop for each stage, so that compilers make vector instructions of
// them.
#pragma once
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "aatgs/philox.hpp"
#include "aatgs/platform.hpp"
#include "thermo/thermo_x86.hpp"

namespace aatgs::thermo {

inline constexpr uint32_t kLanes = 32;

template <class T>
struct Lanes {
#if AATGS_ON_DEVICE
  T value;
  AATGS_FN T& operator[](uint32_t) { return value; }
  AATGS_FN const T& operator[](uint32_t) const { return value; }
#else
  alignas(64) T values[kLanes];
  AATGS_FN T& operator[](uint32_t lane) { return values[lane]; }
  AATGS_FN const T& operator[](uint32_t lane) const { return values[lane]; }
#endif
};

#if !AATGS_ON_DEVICE
/// 16 bytes as compilers' vectors. Where bytes are read and written, loops over lanes might be their own sources, and are
/// not vectorised reliably unless written so; registers of the baseline, because wider ones are lowered to scalars before
/// a function is inlined into one that has them.
typedef int8_t Bytes __attribute__((vector_size(16), aligned(1), may_alias));
typedef int16_t Shorts __attribute__((vector_size(16), aligned(2), may_alias));
typedef int32_t Words __attribute__((vector_size(16), aligned(4), may_alias));

inline const Bytes& bytes_at(const int8_t* lanes, uint32_t first) {
  return *reinterpret_cast<const Bytes*>(lanes + first);
}
/// Half of the lanes with their sign, as wider ones: each is shifted down from the upper end.
inline Shorts widen(Bytes lanes, bool upper) {
  const Bytes zero = {};
  const Bytes spaced =
      upper ? __builtin_shufflevector(zero, lanes, 0, 24, 0, 25, 0, 26, 0, 27, 0, 28, 0, 29, 0, 30, 0, 31)
            : __builtin_shufflevector(zero, lanes, 0, 16, 0, 17, 0, 18, 0, 19, 0, 20, 0, 21, 0, 22, 0, 23);
  return reinterpret_cast<Shorts>(spaced) >> 8;
}
inline Words widen(Shorts lanes, bool upper) {
  const Shorts zero = {};
  const Shorts spaced = upper ? __builtin_shufflevector(zero, lanes, 0, 12, 0, 13, 0, 14, 0, 15)
                              : __builtin_shufflevector(zero, lanes, 0, 8, 0, 9, 0, 10, 0, 11);
  return reinterpret_cast<Words>(spaced) >> 16;
}

/// Sums of 32 lanes in registers: bytes, times a weight of the sum's width, are added to them.
template <class T>
class LaneSum {
 public:
  explicit LaneSum(T start) {
    for (auto& part : parts_) part = Part{} + start;
  }
  AATGS_HOT void add(Bytes low, Bytes high, T weight) {
    const Bytes halves[2] = {low, high};
    for (uint32_t i = 0; i < kParts; ++i) {
      const Bytes bytes = halves[i / (kParts / 2)];
      if constexpr (sizeof(T) == 2) {
        parts_[i] += widen(bytes, i & 1) * weight;
      } else {
        parts_[i] += widen(widen(bytes, (i >> 1) & 1), i & 1) * weight;
      }
    }
  }
  AATGS_HOT void store(Lanes<T>& out) const {
    for (uint32_t i = 0; i < kParts; ++i) *reinterpret_cast<Part*>(out.values + i * (16 / sizeof(T))) = parts_[i];
  }

 private:
  typedef T Part __attribute__((vector_size(16), aligned(sizeof(T)), may_alias));
  static constexpr uint32_t kParts = kLanes * sizeof(T) / 16;
  Part parts_[kParts];
};
#endif

/// Keys of the ten rounds of Philox under a seed.
inline constexpr uint32_t kRoundKeys = 20;
AATGS_FN void round_keys(uint64_t seed, uint32_t (&keys)[kRoundKeys]) {
  for (uint32_t i = 0; i < kRoundKeys / 2; ++i) {
    keys[2 * i] = static_cast<uint32_t>(seed) + i * 0x9E3779B9u;
    keys[2 * i + 1] = static_cast<uint32_t>(seed >> 32) + i * 0xBB67AE85u;
  }
}

/// A seed as Philox uses it. On CUDA the keys of all rounds, from memory into registers: worked out anew in every block they
/// would be a third of its additions, and compilers do so where they can see where keys come from.
class RoundKeys {
 public:
#if AATGS_ON_DEVICE
  __device__ RoundKeys(uint64_t, const uint32_t (&keys)[kRoundKeys]) {
#pragma unroll
    for (int i = 0; i < 10; ++i) a_[i] = keys[2 * i], b_[i] = keys[2 * i + 1];
  }
  __device__ __forceinline__ PhiloxBlock block(PhiloxBlock c) const {
#pragma unroll
    for (int i = 0; i < 10; ++i) {
      const uint64_t a = uint64_t{0xD2511F53u} * c.x[0], b = uint64_t{0xCD9E8D57u} * c.x[2];
      c = {{static_cast<uint32_t>(b >> 32) ^ c.x[1] ^ a_[i], static_cast<uint32_t>(b),
            static_cast<uint32_t>(a >> 32) ^ c.x[3] ^ b_[i], static_cast<uint32_t>(a)}};
    }
    return c;
  }
  __device__ uint64_t seed() const { return uint64_t{b_[0]} << 32 | a_[0]; }

 private:
  uint32_t a_[10], b_[10];
#else
  AATGS_FN RoundKeys(uint64_t seed, const uint32_t (&)[kRoundKeys]) : seed_(seed) {}
  AATGS_FN PhiloxBlock block(PhiloxBlock c) const {
    return philox4x32(c, static_cast<uint32_t>(seed_), static_cast<uint32_t>(seed_ >> 32));
  }
  AATGS_FN uint64_t seed() const { return seed_; }

 private:
  uint64_t seed_;
#endif
};

/// Four random words a lane.
struct LaneWords {
  Lanes<uint32_t> x[4];
};

/// One Philox block a lane; `counter(lane)` gives its counter.
template <class Group, class Counter>
AATGS_FN void philox_lanes(Group& group, const RoundKeys& keys, LaneWords& out, Counter counter) {
#if AATGS_THERMO_X86
  const auto key0 = static_cast<uint32_t>(keys.seed());
  const auto key1 = static_cast<uint32_t>(keys.seed() >> 32);
  if (cpu_level() >= 3) {
    alignas(64) uint32_t words[4][kLanes];
    group.for_each(kLanes, [&](uint32_t lane) {
      const PhiloxBlock start = counter(lane);
      for (uint32_t i = 0; i < 4; ++i) words[i][lane] = start.x[i];
    });
    cpu_level() == 4 ? philox_32_v4(words, key0, key1) : philox_32_v3(words, key0, key1);
    for (uint32_t i = 0; i < 4; ++i) memcpy(out.x[i].values, words[i], sizeof words[i]);
    return;
  }
#endif
  group.for_each(kLanes, [&](uint32_t lane) {
    const PhiloxBlock block = keys.block(counter(lane));
    out.x[0][lane] = block.x[0];
    out.x[1][lane] = block.x[1];
    out.x[2][lane] = block.x[2];
    out.x[3][lane] = block.x[3];
  });
}

/// Adds to a word several warps or threads may add to; integers, so that the order does not matter.
AATGS_FN void add_shared(int64_t* target, int64_t value) {
#if AATGS_ON_DEVICE
  atomicAdd(reinterpret_cast<unsigned long long*>(target), static_cast<unsigned long long>(value));
#else
  __atomic_fetch_add(target, value, __ATOMIC_RELAXED);
#endif
}

/// Takes those of `bits` that are set away from a word others may take from; gives back what it got.
AATGS_FN uint32_t take_bits(uint32_t* word, uint32_t bits) {
#if AATGS_ON_DEVICE
  return atomicAnd(word, ~bits) & bits;
#else
  return __atomic_fetch_and(word, ~bits, __ATOMIC_RELAXED) & bits;
#endif
}

/// Sets bits of a word others may set bits of; gives back what was there.
AATGS_FN uint32_t give_bits(uint32_t* word, uint32_t bits) {
#if AATGS_ON_DEVICE
  return atomicOr(word, bits);
#else
  return __atomic_fetch_or(word, bits, __ATOMIC_RELAXED);
#endif
}

}  // namespace aatgs::thermo
