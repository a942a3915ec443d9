// Values of 32 lanes: on CUDA one register of each thread of a warp, on the CPU an array that loops run over. Loops are
// written as group.for_each(kLanes, ...), one short loop for each stage, so that compilers make vector instructions of
// them.
#pragma once
#include <cstdint>

#include "aatgs/philox.hpp"
#include "aatgs/platform.hpp"

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

/// Four random words a lane.
struct LaneWords {
  Lanes<uint32_t> x[4];
};

/// One Philox block a lane; `counter(lane)` gives its counter.
template <class Group, class Counter>
AATGS_FN void philox_lanes(Group& group, uint64_t seed, LaneWords& out, Counter counter) {
  const auto key0 = static_cast<uint32_t>(seed);
  const auto key1 = static_cast<uint32_t>(seed >> 32);
  group.for_each(kLanes, [&](uint32_t lane) {
    const PhiloxBlock block = philox4x32(counter(lane), key0, key1);
    out.x[0][lane] = block.x[0];
    out.x[1][lane] = block.x[1];
    out.x[2][lane] = block.x[2];
    out.x[3][lane] = block.x[3];
  });
}

/// Adds to a word several warps may add to; integers, so that the order does not matter. A CPU block is one thread.
AATGS_FN void add_shared(int64_t* target, int64_t value) {
#if AATGS_ON_DEVICE
  atomicAdd(reinterpret_cast<unsigned long long*>(target), static_cast<unsigned long long>(value));
#else
  *target += value;
#endif
}

}  // namespace aatgs::thermo
