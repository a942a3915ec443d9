// A barrier over a fixed number of CPU threads, by generation, that spins briefly and then sleeps.
#pragma once
#include <atomic>
#include <cstdint>
#include <thread>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace aatgs {

/// Tells the core that this thread is waiting for another.
inline void cpu_relax() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield" ::: "memory");
#endif
}

/// Lives in zeroed shared memory; every member starts at zero.
struct alignas(64) HostBarrier {
  std::atomic<uint32_t> arrived;
  alignas(64) std::atomic<uint32_t> generation;

  /// Waits for `count` threads, looking `spin` times before it sleeps. The last one to arrive runs `last` before
  /// anybody goes on.
  template <class Last>
  void wait(uint32_t count, uint32_t spin, Last last) {
    const uint32_t mine = generation.load(std::memory_order_relaxed);
    if (arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == count) {
      arrived.store(0, std::memory_order_relaxed);
      last();
      // seq_cst: notify_all() looks whether anybody sleeps, and with a mere release store that look may come first (on
      // x86 too). A thread falling asleep in between would be missed and sleep for ever.
      generation.store(mine + 1, std::memory_order_seq_cst);
      generation.notify_all();
      return;
    }
    for (uint32_t look = 0; look < spin; ++look) {
      if (generation.load(std::memory_order_acquire) != mine) return;
      cpu_relax();
    }
    while (generation.load(std::memory_order_acquire) == mine) generation.wait(mine, std::memory_order_acquire);
  }
  void wait(uint32_t count, uint32_t spin) {
    wait(count, spin, [] {});
  }
};

}  // namespace aatgs
