// Expected free energy of policies. Policies with a common beginning share its work: every component of factors has a
// tree of partial policies, walked in depth-first order with one set of beliefs for each depth.
#pragma once
#include "active_inference/ai_infer.hpp"

namespace aatgs::active_inference {

/// Parts of the negative expected free energy of one node; collective calls fill them.
template <class Real>
struct Parts {
  Real value[kParts] = {};
  AATGS_FN Real total() const {
    Real sum{0};
    for (uint32_t i = 0; i < kParts; ++i) sum += value[i];
    return sum;
  }
};

/// What observing a modality says about the states: mutual information of expected outcomes and beliefs.
/// SPM leaves out joint states that are unlikely, and has its own floor.
template <class Scope, class Real>
AATGS_FN Real state_gain(Agent<Scope, Real>& a, const Modality& m, uint32_t joint_states, Vec<Real> joint,
                         Vec<Real> expected) {
  const Vec<Real> gain = a.view.gain_a[a.id].from(m.joint_at);
  if (!a.options.has(AiFlag::SPM_GAIN)) {
    const Real ambiguity = a.scope.template total<Real>(joint_states, [&](uint32_t j) { return joint[j] * gain[j]; });
    return ambiguity - a.scope.template total<Real>(
                           m.outcomes, [&](uint32_t o) { return expected[o] * floored_log(expected[o], false); });
  }
  const auto least = static_cast<Real>(kSpmGainFloor);
  const Real ambiguity = a.scope.template total<Real>(
      joint_states, [&](uint32_t j) { return joint[j] > least ? joint[j] * gain[j] : Real{0}; });
  const Vec<Real> likelihood = a.view.parameters[SET_A][a.id].from(m.a_at);
  return ambiguity - a.scope.template total<Real>(m.outcomes, [&](uint32_t o) {
    // What the unlikely states would add is taken off again: there are few of them that are not zero.
    Real likely = expected[o];
    for (uint32_t j = 0; j < joint_states; ++j) {
      if (joint[j] <= least && joint[j] > Real{0}) likely -= joint[j] * likelihood[j * m.outcomes + o];
    }
    return likely * floored_log(likely > Real{0} ? likely : Real{0}, true);
  });
}

/// Utility, state information gain and novelty of A that beliefs about the states of one group promise at time step t.
template <class Scope, class Real>
AI_CALL void score_group(Agent<Scope, Real>& a, const Group& group, Vec<Real> beliefs, uint32_t t, bool utility,
                         bool gain, bool novelty, Parts<Real>& parts, Vec<Real> keep_expected) {
  const Vec<Real> joint =
      belief_over(a.scope, a.model, group.dep_at, group.deps, group.joint, beliefs, a.place(a.view.room.joint));
  const Vec<Real> expected = a.place(a.view.room.expected);
  const uint32_t column = t < a.options.preference_steps ? t : a.options.preference_steps - 1;
  for (uint32_t i = 0; i < group.modalities; ++i) {
    const Modality& m = a.model.modalities[a.model.lists[group.modality_at + i]];
    times(a.scope, a.view.parameters[SET_A][a.id].from(m.a_at), group.joint, m.outcomes, joint, expected);
    a.scope.barrier();
    if (utility) {
      const Vec<Real> preferred = a.view.log_c[a.id].from(column * a.model.outcomes + m.at);
      parts.value[UTILITY] +=
          a.scope.template total<Real>(m.outcomes, [&](uint32_t o) { return expected[o] * preferred[o]; });
    }
    if (gain) parts.value[STATE_GAIN] += state_gain(a, m, group.joint, joint, expected);
    if (novelty) {
      const Vec<Real> weight = a.view.novelty_a[a.id].from(m.a_at);
      parts.value[NOVELTY_A] -= a.scope.template total<Real>(m.outcomes, [&](uint32_t o) {
        Real sum{0};
        for (uint32_t j = 0; j < group.joint; ++j) sum += weight[j * m.outcomes + o] * joint[j];
        return expected[o] * sum;
      });
    }
    if (keep_expected.p) a.scope.for_each(m.outcomes, [&](uint32_t o) { keep_expected[m.at + o] = expected[o]; });
    a.scope.barrier();
  }
}

/// Novelty of B: what the transition of one factor would teach.
template <class Scope, class Real>
AI_CALL Real transition_novelty(Agent<Scope, Real>& a, const Factor& factor, uint32_t control, Vec<Real> before,
                                Vec<Real> after) {
  const Vec<Real> joint =
      belief_over(a.scope, a.model, factor.dep_at, factor.deps, factor.parents, before, a.place(a.view.room.joint));
  const Vec<Real> weight = a.view.novelty_b[a.id].from(factor.b_at + control * factor.parents * factor.states);
  const Real sum = a.scope.template total<Real>(factor.states, [&](uint32_t s) {
    Real row{0};
    for (uint32_t j = 0; j < factor.parents; ++j) row += weight[j * factor.states + s] * joint[j];
    return after[factor.at + s] * row;
  });
  a.scope.barrier();
  return -sum;
}

/// Which row of the inductive matrix the present belief points at, for every factor: the step before its state is reached
/// (Friston et al. 2023); -1 where no path is known.
template <class Scope, class Real>
AI_CALL void find_path_rows(Agent<Scope, Real>& a, Vec<Real> beliefs) {
  if (!a.options.has(AiFlag::INDUCTIVE)) return;
  const Vec<Real> paths = a.view.paths[a.id];
  const Vec<Real> rows = a.place(a.view.room.rows);
  a.scope.for_each(a.model.factor_count, [&](uint32_t f) {
    const Factor& factor = a.model.factors[f];
    uint32_t best = 0;
    for (uint32_t s = 1; s < factor.states; ++s) {
      if (beliefs[factor.at + s] > beliefs[factor.at + best]) best = s;
    }
    rows[f] = Real{-1};
    for (uint32_t d = 0; d < a.options.induction_depth; ++d) {
      if (paths[d * a.model.states + factor.at + best] == Real{1}) {
        rows[f] = static_cast<Real>(d > 0 ? d - 1 : 0);
        break;
      }
    }
  });
  a.scope.barrier();
}

template <class Scope, class Real>
AATGS_FN Real inductive_value(Agent<Scope, Real>& a, const Factor& factor, uint32_t f, Vec<Real> beliefs) {
  const Real row = a.place(a.view.room.rows)[f];
  if (row < Real{0}) return Real{0};
  const Vec<Real> path = a.view.paths[a.id].from(static_cast<uint32_t>(row) * a.model.states + factor.at);
  const Real off = a.scope.template total<Real>(
      factor.states, [&](uint32_t s) { return (Real{1} - path[s]) * beliefs[factor.at + s]; });
  return off * log_of(a.options.induction_epsilon);
}

/// One step along a policy of one component: beliefs after it, and what it is worth.
template <class Scope, class Real>
AI_CALL Parts<Real> take_node(Agent<Scope, Real>& a, const Component& component, const uint32_t* controls, uint32_t t,
                              Vec<Real> before, Vec<Real> after, Vec<Real> keep) {
  Parts<Real> parts;
  const bool novelty_b = a.options.has(AiFlag::NOVELTY_B);
  for (uint32_t i = 0; i < component.factors; ++i) {
    const Factor& factor = a.model.factors[a.model.lists[component.factor_at + i]];
    transit(a, factor, controls[i], before, a.place(a.view.room.joint), after.from(factor.at));
  }
  a.scope.barrier();
  for (uint32_t i = 0; i < component.factors; ++i) {
    const uint32_t f = a.model.lists[component.factor_at + i];
    const Factor& factor = a.model.factors[f];
    if (novelty_b) parts.value[NOVELTY_B] += transition_novelty(a, factor, controls[i], before, after);
    if (a.options.has(AiFlag::INDUCTIVE)) parts.value[INDUCTIVE] += inductive_value(a, factor, f, after);
  }
  const Vec<Real> keep_expected{keep.p ? keep.from(a.model.states).p : nullptr, keep.stride};
  const bool utility = a.options.has(AiFlag::UTILITY), gain = a.options.has(AiFlag::STATE_GAIN);
  const bool novelty = a.options.has(AiFlag::NOVELTY_A);
  if (utility || gain || novelty || keep.p) {
    for (uint32_t i = 0; i < component.groups; ++i) {
      const Group& group = a.model.groups[a.model.lists[component.group_at + i]];
      score_group(a, group, after, t, utility, gain, novelty, parts, keep_expected);
    }
  }
  if (keep.p) {
    for (uint32_t i = 0; i < component.factors; ++i) {
      const Factor& factor = a.model.factors[a.model.lists[component.factor_at + i]];
      a.scope.for_each(factor.states, [&](uint32_t s) { keep[factor.at + s] = after[factor.at + s]; });
    }
    a.scope.leader([&] {
      for (uint32_t i = 0; i < kParts; ++i) keep[a.model.states + a.model.outcomes + i] = parts.value[i];
    });
  }
  return parts;
}

/// Copies the present beliefs to depth 0 of the path.
template <class Scope, class Real>
AATGS_FN Vec<Real> start_path(Agent<Scope, Real>& a, Vec<Real> beliefs) {
  const Vec<Real> path = a.place(a.view.room.predicted);
  a.scope.for_each(a.model.states, [&](uint32_t s) { path[s] = beliefs[s]; });
  find_path_rows(a, beliefs);
  a.scope.barrier();
  return path;
}

/// Negative expected free energy of every listed policy into `values`. Collective.
template <class Scope, class Real>
AI_CALL void score_policies(Agent<Scope, Real>& a) {
  const Structure& model = a.model;
  const Vec<Real> path = start_path(a, a.beliefs());
  const Vec<Real> gained = a.place(a.view.room.gained);
  const Vec<Real> values = a.view.values[a.id];
  const bool in_order = !a.options.has(AiFlag::ANY_ORDER);
  const Vec<Real> leaves = in_order ? values : a.place(a.view.room.leaves);
  for (uint32_t c = 0; c < model.component_count; ++c) {
    const Component& component = model.components[c];
    a.scope.leader([&] { gained[0] = Real{0}; });
    a.scope.barrier();
    for (uint32_t n = 0; n < component.nodes; ++n) {
      const Node& node = model.nodes[component.node_at + n];
      const uint32_t* controls = model.node_actions + component.action_at + n * component.factors;
      const bool keeps = a.options.has(AiFlag::DETAILS);
      const Vec<Real> all = a.view.details[a.id];
      const Vec<Real> keep = keeps ? all.from((component.node_at + n) * a.view.details_width()) : Vec<Real>{nullptr, 1};
      const auto parts = take_node(a, component, controls, node.depth, path.from(node.depth * model.states),
                                   path.from((node.depth + 1) * model.states), keep);
      a.scope.leader([&] {
        const Real sum = gained[node.depth] + parts.total();
        gained[node.depth + 1] = sum;
        if (node.leaf != kNoLeaf) leaves[component.leaf_at + node.leaf] = sum;
      });
      a.scope.barrier();
    }
  }
  if (in_order) return;
  a.scope.for_each(a.options.policies, [&](uint32_t p) {
    Real sum{0};
    for (uint32_t c = 0; c < model.component_count; ++c) {
      sum += leaves[model.components[c].leaf_at + model.policy_leaf[p * model.component_count + c]];
    }
    values[p] = sum;
  });
  a.scope.barrier();
}

/// The posterior over policies: softmax of gamma G - F + ln E. `energies`: F, or nothing. Collective.
template <class Scope, class Real>
AI_CALL void weigh_policies(Agent<Scope, Real>& a, Real gamma, bool with_energies, Vec<Real> out) {
  const Vec<Real> values = a.view.values[a.id], habits = a.view.parameters[SET_E][a.id];
  const Vec<Real> energies = a.view.policy_energies[a.id];
  const bool add = a.options.adds_floor();
  a.scope.for_each(a.options.policies, [&](uint32_t p) {
    const Real evidence = with_energies ? energies[p] : Real{0};
    out[p] = values[p] * gamma - evidence + floored_log(habits[p], add);
  });
  a.scope.barrier();
  softmax(a.scope, out, a.options.policies);
}

/// The posterior with gamma fixed, or inferred by gradient descent on its rate beta (Friston et al. 2017, Parr et al.
/// 2022): what the policies' evidence changes in their expected free energy moves beta away from its prior.
template <class Scope, class Real>
AI_CALL void infer_posterior(Agent<Scope, Real>& a, bool with_energies) {
  const Vec<Real> posterior = a.view.posterior[a.id], values = a.view.values[a.id];
  Real gamma = a.options.gamma;
  if (a.options.precision_iterations > 0) {
    const Vec<Real> before = a.place(a.view.room.leaves);
    const Real prior_beta = Real{1} / a.options.gamma;
    Real beta = prior_beta;
    for (uint32_t i = 0; i < a.options.precision_iterations; ++i) {
      gamma = Real{1} / beta;
      weigh_policies(a, gamma, false, before);
      weigh_policies(a, gamma, with_energies, posterior);
      const Real error = a.scope.template total<Real>(
          a.options.policies, [&](uint32_t p) { return (posterior[p] - before[p]) * values[p]; });
      a.scope.barrier();
      beta -= (beta - prior_beta + error) / 2;
      const auto least = static_cast<Real>(1e-6);
      beta = beta > least ? beta : least;
    }
    gamma = Real{1} / beta;
  }
  weigh_policies(a, gamma, with_energies, posterior);
  a.scope.leader([&] { a.view.energies[a.id][GAMMA] = gamma; });
}

/// Marginal probabilities of every factor's first control, from the posterior. Collective.
template <class Scope, class Real>
AI_CALL void marginalize(Agent<Scope, Real>& a) {
  const Structure& model = a.model;
  const Vec<Real> marginals = a.view.marginals[a.id], posterior = a.view.posterior[a.id];
  if constexpr (Scope::kAlone && AATGS_ON_DEVICE) {
    // No room for partial sums in every thread: one look at all policies for each control.
    for (uint32_t f = 0; f < model.factor_count; ++f) {
      const Factor& factor = model.factors[f];
      for (uint32_t u = 0; u < factor.controls; ++u) {
        marginals[factor.control_at + u] = a.scope.template total<Real>(a.options.policies, [&](uint32_t p) {
          return model.policy_first[p * model.factor_count + f] == u ? posterior[p] : Real{0};
        });
      }
    }
  } else {
    const Vec<Real> sums = a.place(a.view.room.marginals);
    a.scope.for_each(model.controls * 32, [&](uint32_t i) { sums[i] = Real{0}; });
    a.scope.barrier();
    a.scope.for_each(a.options.policies, [&](uint32_t p) {
      for (uint32_t f = 0; f < model.factor_count; ++f) {
        const uint32_t control = model.factors[f].control_at + model.policy_first[p * model.factor_count + f];
        sums[control * 32 + p % 32] += posterior[p];
      }
    });
    a.scope.barrier();
    for (uint32_t u = 0; u < model.controls; ++u) {
      const Real sum = a.scope.template total<Real>(32, [&](uint32_t i) { return sums[u * 32 + i]; });
      a.scope.leader([&] { marginals[u] = sum; });
    }
  }
  a.scope.barrier();
}

}  // namespace aatgs::active_inference
