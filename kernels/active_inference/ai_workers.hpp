// Who does an agent's work: on the CPU one thread for many agents in turn; on the GPU one thread for each of many agents,
// or one warp for each of few, or of large ones.
#pragma once
#include "active_inference/ai_state.hpp"

namespace aatgs::active_inference {

/// f(agent) for agents first to first + count - 1. No barrier at the end.
template <uint32_t kKinds, class Team, class Real, class F>
AATGS_FN void for_agents(Team& team, const View<Real>& view, uint32_t first, uint32_t count, F f) {
  const uint64_t size = view.room.size;
#if defined(__CUDACC__)
  Real* shared = CudaBlock<kThreads>(nullptr).template shared<Real>();
  if constexpr (kKinds == kEach) {
    const uint32_t thread = threadIdx.x;
    const uint64_t rank = team.rank();
    const Vec<Real> room = view.in_shared ? Vec<Real>{shared + thread, kThreads}
                                          : Vec<Real>{view.rooms + rank / 32 * 32 * size + rank % 32, 32};
    team.for_each(count, [&](uint32_t i) {
      Agent<Alone, Real> agent(view, first + i, room);
      f(agent);
    });
  } else {
    using Scope = cuda::std::conditional_t<(kKinds & (kWarps | kDoubles)) != 0, Lanes, PlainLanes>;
    Real* room = view.in_shared ? shared + threadIdx.x / 32 * size : view.rooms + team.rank() / 32 * size;
    team.for_each_group(count, [&](auto&, uint32_t i) {
      Agent<Scope, Real> agent(view, first + i, {room, 1});
      f(agent);
    });
  }
#else
  Real* room = view.rooms + team.rank() * size;
  team.for_each(count, [&](uint32_t i) {
    Agent<Alone, Real> agent(view, first + i, {room, 1});
    f(agent);
  });
#endif
}

}  // namespace aatgs::active_inference
