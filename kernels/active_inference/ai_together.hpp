// Steps of agents that learn together.
#pragma once
#include "active_inference/ai_phases.hpp"
#include "active_inference/ai_process.hpp"
#include "active_inference/ai_workers.hpp"

namespace aatgs::active_inference {

/// Whether something is learned in every step from all agents at once.
template <class Real>
AATGS_FN bool learns_together(const View<Real>& view) {
  return (pooled_of(view) & view.options.learn_automatically) != 0;
}

/// A step of all agents, with what they learn together between its halves and after it; in closed loop with the process
/// where `closed` is set. Collective; a barrier at the end.
template <uint32_t kKinds, class Team, class Real>
AI_CALL void step_together(Team& team, const AiConfig& config, const View<Real>& view, uint32_t first, uint32_t count,
                           const Given& given, bool closed) {
  const uint32_t learned = view.options.learn_automatically;
  for_agents<kKinds>(team, view, first, count, [&](auto& agent) {
    if (closed) emit(agent, config.header.seed);
    begin_step(agent, config, given, first);
  });
  learn_pooled(team, view, first, count, learned & 1u << SET_B);
  for_agents<kKinds>(team, view, first, count, [&](auto& agent) { end_step(agent, config, given, first); });
  learn_pooled(team, view, first, count, learned & ~(1u << SET_B));
  if (closed) for_agents<kKinds>(team, view, first, count, [&](auto& agent) { advance(agent, config.header.seed); });
  team.barrier();
}

}  // namespace aatgs::active_inference
