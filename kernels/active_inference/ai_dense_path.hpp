// Steps of models of one factor whose policies a GPU evaluates on tensor cores.
#pragma once
#include "active_inference/ai_dense_block.hpp"
#include "active_inference/ai_dense_many.hpp"
#include "active_inference/ai_phases.hpp"
#include "active_inference/ai_process.hpp"

namespace aatgs::active_inference {

#if defined(__CUDACC__)

/// A step of agents whose policies are evaluated on tensor cores, in closed loop with the process or as it is given.
/// Collective; no barrier at the end.
template <uint32_t kKinds, class Team>
__device__ __noinline__ void step_dense(Team& team, const AiConfig& config, const View<float>& view, uint32_t first,
                                        uint32_t count, const Given& given, uint32_t episode) {
  const bool closed = static_cast<AiPhase>(config.header.phase) == AiPhase::ROLLOUT;
  const uint64_t seed = config.header.seed;
  const auto skips = [&](uint32_t id) { return closed && over(view, id, episode); };
  const CudaBlock<kThreads> block(nullptr);
  if constexpr (kKinds == kOwn) {
    block_steps(view, first, count, team.count() / kThreads, seed, closed, given, skips,
                block.template shared<uint32_t>());
  } else {
    if (*view.many.ready == 0) fill_nodes(team, view);
    const bool quick = acts_from_registers(view);
    float* room = view.rooms + team.rank() / 32 * view.room.size;
    for_many_agents(
        team, view, first, count, block.template shared<Fragment>(),
        [&](uint32_t id) {
          if (!skips(id)) dense_infer(view, id, seed, closed, given, first, last_move(view, id));
        },
        [&](uint32_t id) {
          if (skips(id)) return;
          uint32_t action;
          if (quick) {
            action = dense_act(view, id);
          } else {
            Agent<PlainLanes, float> agent(view, id, {room, 1});
            infer_posterior(agent, false);
            marginalize(agent);
            act(agent, seed);
            action = *row_of(view.actions, id);
          }
          dense_take(view, id, seed, closed, given, first, action);
          __syncwarp();
        });
  }
}

#endif

}  // namespace aatgs::active_inference
