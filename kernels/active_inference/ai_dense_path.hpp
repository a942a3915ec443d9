// Steps of models of one factor whose policies a GPU evaluates on tensor cores.
#pragma once
#include "active_inference/ai_dense_block.hpp"
#include "active_inference/ai_dense_many.hpp"
#include "active_inference/ai_phases.hpp"
#include "active_inference/ai_process.hpp"

namespace aatgs::active_inference {

/// A step of agents whose policies are evaluated on tensor cores; false where that is not so. Without staged observations
/// the process shows them and moves on. Collective.
template <class Team, class Real>
AI_CALL bool step_dense(Team& team, const AiConfig& config, const View<Real>& view, uint32_t first,
                               uint32_t count, const Given& given, uint32_t episode) {
#if defined(__CUDACC__)
  if constexpr (sizeof(Real) == 4) {
    if (view.tree.chunk_count == 0 && view.for_many == 0) return false;
    const bool closed = static_cast<AiPhase>(config.header.phase) == AiPhase::ROLLOUT;
    const uint64_t seed = config.header.seed;
    const auto skips = [&](uint32_t id) { return closed && over(view, id, episode); };
    float* shared = CudaBlock<kThreads>(nullptr).template shared<float>();
    if (view.tree.chunk_count > 0) {
      block_steps(view, first, count, team.count() / kThreads, seed, closed, given, skips,
                  reinterpret_cast<uint32_t*>(shared));
      return true;
    }
    if (*view.many.ready == 0) fill_nodes(team, view);
    const bool quick = acts_from_registers(view);
    float* room = view.rooms + team.rank() / 32 * view.room.size;
    for_many_agents(
        team, view, first, count, reinterpret_cast<Fragment*>(shared),
        [&](uint32_t id) {
          if (!skips(id)) dense_infer(view, id, seed, closed, given, first, last_move(view, id));
        },
        [&](uint32_t id) {
          if (skips(id)) return;
          uint32_t action;
          if (quick) {
            action = dense_act(view, id);
          } else {
            Agent<Lanes, float> agent(view, id, {room, 1});
            infer_posterior(agent, false);
            marginalize(agent);
            act(agent, seed);
            action = *row_of(view.actions, id);
          }
          dense_take(view, id, seed, closed, given, first, action);
          __syncwarp();
        });
    return true;
  }
#endif
  static_cast<void>(team), static_cast<void>(config), static_cast<void>(view), static_cast<void>(given);
  static_cast<void>(first), static_cast<void>(count), static_cast<void>(episode);
  return false;
}

}  // namespace aatgs::active_inference
