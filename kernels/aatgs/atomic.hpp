// Relaxed atomic updates of memory a team shares. The order in which threads arrive differs from run to run, so a step
// uses them only where the outcome does not depend on it: sums, maxima, and lists that are read as sets.
#pragma once
#include <cstdint>

#include "aatgs/platform.hpp"

namespace aatgs {

/// Adds and gives back what was there before.
AATGS_FN uint32_t fetch_add(uint32_t& word, uint32_t value) {
#if AATGS_ON_DEVICE
  return atomicAdd(&word, value);
#else
  return __atomic_fetch_add(&word, value, __ATOMIC_RELAXED);
#endif
}

/// Sets the bits of a mask.
AATGS_FN void set_bits(uint32_t& word, uint32_t mask) {
#if AATGS_ON_DEVICE
  atomicOr(&word, mask);
#else
  __atomic_fetch_or(&word, mask, __ATOMIC_RELAXED);
#endif
}

/// Clears the bits of a mask.
AATGS_FN void clear_bits(uint32_t& word, uint32_t mask) {
#if AATGS_ON_DEVICE
  atomicAnd(&word, ~mask);
#else
  __atomic_fetch_and(&word, ~mask, __ATOMIC_RELAXED);
#endif
}

/// Stores and gives back what was there before.
AATGS_FN uint32_t exchange(uint32_t& word, uint32_t value) {
#if AATGS_ON_DEVICE
  return atomicExch(&word, value);
#else
  return __atomic_exchange_n(&word, value, __ATOMIC_RELAXED);
#endif
}

/// Keeps the larger.
AATGS_FN void raise(uint64_t& word, uint64_t value) {
#if AATGS_ON_DEVICE
  atomicMax(reinterpret_cast<unsigned long long*>(&word), static_cast<unsigned long long>(value));
#else
  uint64_t seen = __atomic_load_n(&word, __ATOMIC_RELAXED);
  while (seen < value && !__atomic_compare_exchange_n(&word, &seen, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
#endif
}

/// A store that may meet others of the same value.
template <class T>
AATGS_FN void put(T& word, T value) {
#if AATGS_ON_DEVICE
  *const_cast<volatile T*>(&word) = value;
#else
  __atomic_store_n(&word, value, __ATOMIC_RELAXED);
#endif
}

/// A load that may meet updates of other threads.
AATGS_FN uint32_t peek(const uint32_t& word) {
#if AATGS_ON_DEVICE
  return *const_cast<const volatile uint32_t*>(&word);
#else
  return __atomic_load_n(&word, __ATOMIC_RELAXED);
#endif
}

}  // namespace aatgs
