// Who does an agent's work: on the CPU one thread for many agents in turn; on the GPU one thread for each of many agents,
// or one warp for each of few, or of large ones.
#pragma once
#include "active_inference/ai_dense_team.hpp"
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
/// f(i) for every agent, each by eight warps of one block. No barrier at the end.
template <class Team, class F>
__device__ __forceinline__ void for_agent_teams(Team& team, uint32_t count, F f) {
  constexpr uint32_t teams = kThreads / kTeamThreads;
  // One block after the other has its first team, then its second: few agents are spread over all of the device.
  const uint32_t blocks = team.count() / kThreads;
  for (uint64_t i = blockIdx.x + uint64_t{threadIdx.x / kTeamThreads} * blocks; i < count;
       i += uint64_t{teams} * blocks) {
    f(static_cast<uint32_t>(i));
  }
}

/// For models evaluated on tensor cores: before(agent) for each agent, then the values of all their policies, then
/// after(agent, room). A block takes up to sixteen warps of 32 agents at a time, fewer where there are few, so that all
/// blocks have work; what a warp does for one agent is shared by all warps of the block. No barrier at the end.
template <class Team, class F, class G>
__device__ __forceinline__ void for_tensor_agents(Team& team, const View<float>& view, uint32_t first, uint32_t count,
                                                  F before, G after) {
  constexpr uint32_t warps = kThreads / 32;
  const uint32_t warp = threadIdx.x / 32;
  float* room = view.in_shared ? CudaBlock<kThreads>(nullptr).template shared<float>() + warp * view.room.size
                               : view.rooms + team.rank() / 32 * view.room.size;
  const uint32_t units = (count + kTensorAgents - 1) / kTensorAgents, blocks = team.count() / kThreads;
  uint32_t most = (units + blocks - 1) / blocks;
  most = most < 1 ? 1 : most > warps ? warps : most;
  // As many units a block as divide its warps.
  uint32_t share = 1;
  while (share < most) share *= 2;
  const uint32_t parts = warps / share, agents = share * kTensorAgents;
  team.for_each_block((count + agents - 1) / agents, [&](auto&, uint32_t group) {
    const uint32_t start = group * agents, here = count - start < agents ? count - start : agents;
    for (uint32_t i = warp; i < here; i += warps) before(first + start + i);
    __syncthreads();
    const uint32_t at = warp / parts * kTensorAgents;
    const uint32_t mine = at < here ? (here - at < kTensorAgents ? here - at : kTensorAgents) : 0;
    if (mine > 0 || parts == 1) {
      tensor_scores(view, first + start + at, mine, room + view.room.predicted, warp % parts, parts, parts == 1);
    }
    __syncthreads();
    for (uint32_t i = warp; i < here; i += warps) after(first + start + i, room);
  });
}
#endif

}  // namespace aatgs::active_inference
