// HostBarrier with more threads than cores and with every mix of spinning and sleeping.
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "aatgs/host_barrier.hpp"
#include "check.hpp"

using namespace aatgs;

namespace {

/// `rounds` crossings by `threads` threads: nobody may be a crossing ahead, and `last` runs once in each, alone.
void cross(uint32_t threads, uint32_t rounds, uint32_t spin, uint32_t first_generation) {
  HostBarrier barrier{};
  barrier.generation = first_generation;
  uint32_t plain = 0;  // written by `last` only, read by all after it: a race unless the barrier orders them
  std::atomic<uint32_t> inside{0};
  const auto body = [&](uint32_t rank) {
    for (uint32_t round = 1; round <= rounds; ++round) {
      // Some come late, so that the others have gone to sleep.
      if (spin == 0 && (round + rank) % 64 == 0) std::this_thread::sleep_for(std::chrono::microseconds(50));
      barrier.wait(threads, rank % 2 ? spin : spin / 2, [&] {
        CHECK_EQ(inside.fetch_add(1), 0u);
        ++plain;
        inside.fetch_sub(1);
      });
      if (!CHECK_EQ(plain, round)) return;
      barrier.wait(threads, spin);
    }
  };
  std::vector<std::thread> others;
  for (uint32_t rank = 1; rank < threads; ++rank) others.emplace_back(body, rank);
  body(0);
  for (auto& thread : others) thread.join();
  CHECK_EQ(plain, rounds);
}

}  // namespace

TEST(sleeping_threads) {
  for (const uint32_t threads : {2u, 3u, 5u, 8u}) cross(threads, 1500, 0, 0);
}
TEST(spinning_threads) {
  cross(2, 4000, 100000, 0);
  cross(4, 300, 2000, 0);
}
TEST(spin_a_little_then_sleep) {
  // The hand-over from spinning to sleeping is where a wake-up can be lost.
  for (const uint32_t spin : {1u, 8u, 32u, 200u}) cross(2, 8000, spin, 0);
  for (const uint32_t spin : {1u, 32u}) cross(6, 800, spin, 0);
}
TEST(generation_wraps_around) { cross(3, 500, 16, ~0u - 250); }

TEST(one_thread_never_waits) {
  HostBarrier barrier{};
  uint32_t runs = 0;
  for (int i = 0; i < 100; ++i) barrier.wait(1, 0, [&] { ++runs; });
  CHECK_EQ(runs, 100u);
}
