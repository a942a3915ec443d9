// Who does an agent's work: on the CPU one thread for many agents in turn; on the GPU one thread for each of many agents,
// or one warp for each of few, or of large ones.
#pragma once
#include "active_inference/ai_tensor.hpp"

namespace aatgs::active_inference {

/// f(agent) for agents first to first + count - 1. No barrier at the end.
template <class Team, class Real, class F>
AATGS_FN void for_agents(Team& team, const View<Real>& view, uint32_t first, uint32_t count, F f) {
  const uint64_t size = view.room.size;
#if defined(__CUDACC__)
  Real* shared = CudaBlock<kThreads>(nullptr).template shared<Real>();
  if constexpr (sizeof(Real) == 4) {
    if (view.alone) {
      const uint32_t thread = threadIdx.x;
      const uint64_t rank = team.rank();
      const Vec<Real> room = view.in_shared ? Vec<Real>{shared + thread, kThreads}
                                            : Vec<Real>{view.rooms + rank / 32 * 32 * size + rank % 32, 32};
      team.for_each(count, [&](uint32_t i) {
        Agent<Alone, Real> agent(view, first + i, room);
        f(agent);
      });
      return;
    }
  }
  Real* room = view.in_shared ? shared + threadIdx.x / 32 * size : view.rooms + team.rank() / 32 * size;
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

#if defined(__CUDACC__)
/// For models evaluated on tensor cores: warps take 32 agents at a time. before(agent) for each of them, then the values of
/// all their policies, then after(agent). No barrier at the end.
template <class Team, class F, class G>
__device__ __forceinline__ void for_tensor_agents(Team& team, const View<float>& view, uint32_t first, uint32_t count,
                                                  F before, G after) {
  float* room = view.in_shared
                    ? CudaBlock<kThreads>(nullptr).template shared<float>() + threadIdx.x / 32 * view.room.size
                    : view.rooms + team.rank() / 32 * view.room.size;
  team.for_each_group((count + kTensorAgents - 1) / kTensorAgents, [&](auto&, uint32_t unit) {
    const uint32_t start = unit * kTensorAgents;
    const uint32_t here = count - start < kTensorAgents ? count - start : kTensorAgents;
    for (uint32_t i = 0; i < here; ++i) {
      Agent<Lanes, float> agent(view, first + start + i, {room, 1});
      before(agent);
    }
    __syncwarp();
    tensor_scores(view, first + start, here, room + view.room.predicted);
    for (uint32_t i = 0; i < here; ++i) {
      Agent<Lanes, float> agent(view, first + start + i, {room, 1});
      after(agent);
    }
    __syncwarp();
  });
}
#endif

}  // namespace aatgs::active_inference
