// The generative process of agents in closed loop: the model as it was given.
#pragma once
#include "active_inference/ai_reset.hpp"

namespace aatgs::active_inference {

/// The process shows the agent what its hidden state brings.
template <class Scope, class Real>
AI_CALL void emit(Agent<Scope, Real>& a, uint64_t seed) {
  const View<Real>& view = a.view;
  const Structure& model = a.model;
  const Real* given = view.given[SET_A] + ((view.per_agent >> SET_A & 1) != 0 ? a.id * view.sizes[SET_A] : 0);
  const uint32_t step = view.clock[a.id][STEPS];
  a.scope.for_each(model.modality_count, [&](uint32_t i) {
    const Modality& m = model.modalities[i];
    const Group& group = model.groups[m.group];
    uint32_t joint = 0;
    for (uint32_t d = 0; d < group.deps; ++d) {
      const uint32_t f = model.lists[group.dep_at + d];
      joint = joint * model.factors[f].states + view.hidden[a.id][f];
    }
    view.observations[a.id][i] = sample(given + m.a_at + joint * m.outcomes, 1, m.outcomes,
                                        draw(seed, Purpose::OUTCOME, view.first_agent + a.id, step, i));
  });
  a.scope.barrier();
}

/// And moves on under the agent's action.
template <class Scope, class Real>
AI_CALL void advance(Agent<Scope, Real>& a, uint64_t seed) {
  const View<Real>& view = a.view;
  const Structure& model = a.model;
  const Real* given = view.given[SET_B] + ((view.per_agent >> SET_B & 1) != 0 ? a.id * view.sizes[SET_B] : 0);
  const uint32_t step = view.clock[a.id][STEPS];
  a.scope.barrier();
  a.scope.leader([&] {
    uint32_t next[kMaxFactors];
    for (uint32_t f = 0; f < model.factor_count; ++f) {
      const Factor& factor = model.factors[f];
      uint32_t parent = 0;
      for (uint32_t d = 0; d < factor.deps; ++d) {
        const uint32_t g = model.lists[factor.dep_at + d];
        parent = parent * model.factors[g].states + view.hidden[a.id][g];
      }
      const uint64_t column = uint64_t{view.actions[a.id][f]} * factor.parents + parent;
      next[f] = sample(given + factor.b_at + column * factor.states, 1, factor.states,
                       draw(seed, Purpose::MOVE, view.first_agent + a.id, step, f));
    }
    for (uint32_t f = 0; f < model.factor_count; ++f) view.hidden[a.id][f] = next[f];
  });
  a.scope.barrier();
}

}  // namespace aatgs::active_inference
