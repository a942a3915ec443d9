// Who does an agent's work: on the CPU one thread for many agents in turn; on the GPU one thread for each of many agents,
// or one warp for each of few, or of large ones.
#pragma once
#include "active_inference/ai_state.hpp"

namespace aatgs::active_inference {

/// f(agent) for agents first to first + count - 1. No barrier at the end.
template <class Team, class Real, class F>
AATGS_FN void for_agents(Team& team, const View<Real>& view, uint32_t first, uint32_t count, F f) {
  const uint64_t size = view.room.size;
#if defined(__CUDACC__)
  if (view.alone) {
    if (view.in_shared) {
      team.for_each_block((count + kThreads - 1) / kThreads, [&](auto& block, uint32_t b) {
        Real* shared = block.template shared<Real>();
        block.for_each(kThreads, [&](uint32_t thread) {
          const uint32_t i = b * kThreads + thread;
          if (i >= count) return;
          Agent<Alone, Real> agent(view, first + i, {shared + thread, kThreads});
          f(agent);
        });
      });
    } else {
      const uint64_t rank = team.rank();
      Real* room = view.rooms + rank / 32 * 32 * size + rank % 32;
      team.for_each(count, [&](uint32_t i) {
        Agent<Alone, Real> agent(view, first + i, {room, 32});
        f(agent);
      });
    }
    return;
  }
  if (view.in_shared) {
    // One block's warps at a time, so that the block's shared memory can be asked for.
    constexpr uint32_t warps = kThreads / 32;
    team.for_each_block((count + warps - 1) / warps, [&](auto& block, uint32_t b) {
      Real* room = block.template shared<Real>() + threadIdx.x / 32 * size;
      const uint32_t i = b * warps + threadIdx.x / 32;
      if (i >= count) return;
      Agent<Lanes, Real> agent(view, first + i, {room, 1});
      f(agent);
    });
    return;
  }
  Real* room = view.rooms + team.rank() / 32 * size;
  team.for_each_group(count, [&](auto&, uint32_t i) {
    Agent<Lanes, Real> agent(view, first + i, {room, 1});
    f(agent);
  });
#else
  Real* room = view.rooms + team.rank() * size;
  team.for_each(count, [&](uint32_t i) {
    Agent<Alone, Real> agent(view, first + i, {room, 1});
    f(agent);
  });
#endif
}

}  // namespace aatgs::active_inference
