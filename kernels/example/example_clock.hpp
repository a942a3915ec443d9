// Keeps a worker busy for a given time, so that benchmarks can set the length of a step.
#pragma once
#include <cstdint>

#include "aatgs/platform.hpp"

#if !defined(__CUDACC__)
#include <chrono>

#include "aatgs/host_barrier.hpp"
#endif

namespace aatgs::example {

AATGS_FN void spin(uint32_t nanoseconds) {
#if AATGS_ON_DEVICE
  uint64_t start, now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(start));
  do {
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  } while (now - start < nanoseconds);
#elif !defined(__CUDACC__)
  if (nanoseconds == 0) return;
  const auto end = std::chrono::steady_clock::now() + std::chrono::nanoseconds(nanoseconds);
  while (std::chrono::steady_clock::now() < end) cpu_relax();
#else
  (void)nanoseconds;
#endif
}

}  // namespace aatgs::example
