// Lists that many threads add to at once, and that are read as sets.
#pragma once
#include <cstdint>

#include "aatgs/atomic.hpp"

namespace aatgs::whcr {

/// Takes the next place of a list. The lanes of a warp that ask at once ask for the same list: they take their places
/// together, since a counter serves one request after the other.
AATGS_FN uint32_t claim(uint32_t& count) {
#if AATGS_ON_DEVICE
  const uint32_t active = __activemask();
  const auto before = static_cast<uint32_t>(__popc(active & ((1u << (threadIdx.x & 31)) - 1)));
  uint32_t first = 0;
  if (before == 0) first = atomicAdd(&count, static_cast<uint32_t>(__popc(active)));
  return before + __shfl_sync(active, first, __ffs(static_cast<int>(active)) - 1);
#else
  return fetch_add(count, 1);
#endif
}

/// Takes the next place of one of several lists; the lanes of a warp that ask for the same one take theirs together.
AATGS_FN uint32_t claim_in(uint32_t* counts, uint32_t which) {
#if AATGS_ON_DEVICE
  const uint32_t active = __activemask();
  const uint32_t alike = __match_any_sync(active, which);
  const auto before = static_cast<uint32_t>(__popc(alike & ((1u << (threadIdx.x & 31)) - 1)));
  uint32_t first = 0;
  if (before == 0) first = atomicAdd(counts + which, static_cast<uint32_t>(__popc(alike)));
  return before + __shfl_sync(active, first, __ffs(static_cast<int>(alike)) - 1);
#else
  return fetch_add(counts[which], 1);
#endif
}

AATGS_FN void push(uint32_t* list, uint32_t& count, uint32_t v) { list[claim(count)] = v; }

}  // namespace aatgs::whcr
