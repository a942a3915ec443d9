// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
// 1, 2, 3" (SC 2011). The same bits on every backend; keyed by (seed, iteration, entity), never by thread.
#pragma once
#include <cmath>
#include <cstdint>

#include "aatgs/platform.hpp"

namespace aatgs {

struct PhiloxBlock {
  uint32_t x[4];
};

/// One Philox4x32-10 block: ten rounds over a 128-bit counter under a 64-bit key.
AATGS_FN PhiloxBlock philox4x32(PhiloxBlock counter, uint32_t key0, uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53u} * counter.x[0];
    const uint64_t b = uint64_t{0xCD9E8D57u} * counter.x[2];
    counter = {{static_cast<uint32_t>(b >> 32) ^ counter.x[1] ^ key0, static_cast<uint32_t>(b),
                static_cast<uint32_t>(a >> 32) ^ counter.x[3] ^ key1, static_cast<uint32_t>(a)}};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return counter;
}

/// Uniform in [0, 1), 24 random bits: every value is exact, so it is the same on every backend.
AATGS_FN float uniform_float(uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }

/// Uniform in [0, 1), 53 random bits.
AATGS_FN double uniform_double(uint32_t high, uint32_t low) {
  return static_cast<double>((uint64_t{high} << 21) ^ (low >> 11)) * 0x1p-53;
}

/// Uniform integer in [0, bound) by multiply-shift; bias at most bound / 2^32.
AATGS_FN uint32_t uniform_below(uint32_t word, uint32_t bound) {
  return static_cast<uint32_t>((uint64_t{word} * bound) >> 32);
}

/// One standard normal by Box-Muller from two words. Floating point: equal across backends to a tolerance only.
AATGS_FN float standard_normal(uint32_t a, uint32_t b) {
  const float u = (static_cast<float>(a >> 8) + 1.0f) * 0x1p-24f;  // (0, 1]: the logarithm stays finite
  return sqrtf(-2.0f * logf(u)) * cosf(6.28318530717958647692f * uniform_float(b));
}

/// The random numbers of one entity in one iteration: a stream of 32-bit words.
class Random {
 public:
  /// `entity` names who draws (a vertex, a replica, ...); it must not depend on which thread does the work.
  AATGS_FN Random(uint64_t seed, uint64_t iteration, uint32_t entity)
      : key0_(static_cast<uint32_t>(seed)),
        key1_(static_cast<uint32_t>(seed >> 32)),
        counter_{{0, entity, static_cast<uint32_t>(iteration), static_cast<uint32_t>(iteration >> 32)}} {}

  AATGS_FN uint32_t next() {
    if (used_ == 4) {
      block_ = philox4x32(counter_, key0_, key1_);
      counter_.x[0]++;
      used_ = 0;
    }
    return block_.x[used_++];
  }
  /// The first four words at once, whatever was drawn.
  AATGS_FN PhiloxBlock first() const {
    return philox4x32({{0, counter_.x[1], counter_.x[2], counter_.x[3]}}, key0_, key1_);
  }
  AATGS_FN uint32_t below(uint32_t bound) { return uniform_below(next(), bound); }
  AATGS_FN float uniform() { return uniform_float(next()); }
  AATGS_FN float normal() {
    const uint32_t a = next();
    return standard_normal(a, next());
  }

 private:
  uint32_t key0_, key1_;
  PhiloxBlock counter_;
  PhiloxBlock block_{};
  uint32_t used_ = 4;
};

}  // namespace aatgs
