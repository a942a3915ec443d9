// Members on several devices run rounds together, each inside its own step: after its sweeps a member shows the energies of its
// replicas in its own memory, which the others read from there.
#pragma once
#include <cstdint>

#include "thermo/thermo_state.hpp"

#if AATGS_ON_DEVICE
#include <cuda/atomic>
#else
#include <chrono>
#include <thread>
#endif

namespace aatgs::thermo {

/// What a member shows. Behind it lie two arrays i64[replicas] for rounds in turn: nobody is two
/// rounds ahead of another, so one is written while the others still read the last.
struct alignas(OUTBOX_HEAD) Outbox {
  uint64_t rounds;  // how many have been swept
  AATGS_FN int64_t* energies(uint64_t round, uint32_t replicas) {
    return reinterpret_cast<int64_t*>(this + 1) + (round & 1) * replicas;
  }
};
static_assert(sizeof(Outbox) == OUTBOX_HEAD);

/// Everything written before, by the whole team before a barrier, is there for whoever sees it.
AATGS_FN void show(Outbox& own, uint64_t rounds) {
#if AATGS_ON_DEVICE
  cuda::atomic_ref<uint64_t, cuda::thread_scope_system>(own.rounds).store(rounds, cuda::memory_order_release);
#else
  __atomic_store_n(&own.rounds, rounds, __ATOMIC_RELEASE);
#endif
}
AATGS_FN uint64_t look(Outbox& other) {
#if AATGS_ON_DEVICE
  return cuda::atomic_ref<uint64_t, cuda::thread_scope_system>(other.rounds).load(cuda::memory_order_acquire);
#else
  return __atomic_load_n(&other.rounds, __ATOMIC_ACQUIRE);
#endif
}
AATGS_FN int64_t read_energy(const int64_t& energy) {
#if AATGS_ON_DEVICE
  return *const_cast<const volatile int64_t*>(&energy);  // of another device: not from this one's cache
#else
  return energy;
#endif
}

/// How long one thread looks before the team may hear of a cancelled step, and how often before it gives the others up.
inline constexpr uint64_t kSliceNs = 1'000'000;
inline constexpr uint32_t kSlices = 10'000;

AATGS_FN uint64_t clock_ns() {
#if AATGS_ON_DEVICE
  uint64_t t;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(t));
  return t;
#else
  return static_cast<uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
#endif
}

/// Whether all members have swept so many rounds, or have within a slice.
AATGS_FN bool wait_for(const uint64_t* boxes, uint32_t members, uint64_t rounds) {
  const uint64_t start = clock_ns();
  for (uint32_t m = 0; m < members; ++m) {
    while (look(*reinterpret_cast<Outbox*>(boxes[m])) < rounds) {
      if (clock_ns() - start > kSliceNs) return false;
#if !AATGS_ON_DEVICE
      std::this_thread::yield();
#endif
    }
  }
  return true;
}

/// Energies of this member's replicas, 0 in place of the others'.
template <class Team>
AATGS_FN void hand_out(Team& team, const ThermoState& state, int64_t* energies) {
  team.for_each(state.replicas, [&](uint32_t r) {
    if (!state.owns(state.pack_of(r))) state.energies[r] = 0;
    energies[r] = state.energies[r];
  });
}

/// After the sweeps of a round: every member comes to have all energies. False where the others did not come: then the members
/// have parted, until a reset. Collective.
template <class Team>
AATGS_FN bool meet(Team& team, const ThermoState& state, const ThermoConfig& config) {
  Run& run = *state.run;
  const uint64_t round = run.rounds;
  const auto* boxes = reinterpret_cast<const uint64_t*>(config.incoming);
  auto& own = *reinterpret_cast<Outbox*>(config.energies);
  hand_out(team, state, own.energies(round, state.replicas));
  team.barrier();
  team.leader([&] { show(own, round + 1); });
  for (uint32_t slice = 0;; ++slice) {
    team.leader([&] { run.met = wait_for(boxes, state.members, round + 1); });
    team.barrier();
    if (run.met) break;
    const bool parted = slice == kSlices || team.cancelled();
    team.barrier();
    if (!parted) continue;
    team.leader([&] { run.parted = 1; });
    team.barrier();
    return false;
  }
  team.for_each(state.replicas, [&](uint32_t r) {
    int64_t sum = state.energies[r];
    for (uint32_t m = 0; m < state.members; ++m) {
      if (m == state.member) continue;
      sum += read_energy(reinterpret_cast<Outbox*>(boxes[m])->energies(round, state.replicas)[r]);
    }
    state.energies[r] = sum;
  });
  team.barrier();
  return true;
}

}  // namespace aatgs::thermo
