// SPM's marginal message passing: for every policy, beliefs over the window and the policy's future, one factor after the
// other in time (Parr et al. 2019). The policy's free energy is that of the last iteration.
#pragma once
#include "active_inference/ai_policies.hpp"
#include "active_inference/ai_window.hpp"

namespace aatgs::active_inference {

/// Where a policy's control comes from: the window's past, then the policy itself.
template <class Scope, class Real>
struct Course {
  const Window<Scope, Real>& window;
  const Structure& model;
  uint32_t policy, length;
  AATGS_FN uint32_t control(uint32_t t, uint32_t f) const {
    if (t + 1 < window.length) return window.action(t, f);
    return policy_control(model, policy, t + 1 - window.length, f);
  }
};

/// The control of a listed policy at one of its steps, through the leaf of the factor's component: its node is the last of
/// that depth on the way to the leaf.
AATGS_FN uint32_t policy_control(const Structure& model, uint32_t policy, uint32_t t, uint32_t f) {
  for (uint32_t c = 0; c < model.component_count; ++c) {
    const Component& component = model.components[c];
    for (uint32_t i = 0; i < component.factors; ++i) {
      if (model.lists[component.factor_at + i] != f) continue;
      const uint32_t leaf = model.policy_leaf[policy * model.component_count + c];
      uint32_t found = 0;
      for (uint32_t n = 0; n < component.nodes; ++n) {
        const Node& node = model.nodes[component.node_at + n];
        if (node.depth == t) found = n;
        if (node.leaf == leaf) break;
      }
      return model.node_actions[component.action_at + found * component.factors + i];
    }
  }
  return 0;
}

/// ln of the likelihood of state s of factor f, expected over the other factors: each modality by itself, or all of them
/// multiplied first (`dense`).
template <class Scope, class Real>
AI_CALL Real evidence(Agent<Scope, Real>& a, Vec<uint32_t> observed, Vec<Real> beliefs, uint32_t f, uint32_t s,
                      bool dense) {
  const Structure& model = a.model;
  const Vec<Real> likelihood = a.view.parameters[SET_A][a.id];
  const auto given = [&](const Modality& m, uint32_t o, uint32_t j) {
    return o == kNotObserved ? Real{1} : likelihood[m.a_at + j * m.outcomes + o];
  };
  Real message{0};
  for (uint32_t g = 0; g < model.group_count; ++g) {
    const Group& group = model.groups[g];
    uint32_t position = 0;
    while (position < group.deps && model.lists[group.dep_at + position] != f) ++position;
    if (position == group.deps) continue;
    const uint32_t passes = dense ? 1 : group.modalities;
    for (uint32_t pass = 0; pass < passes; ++pass) {
      Real sum{0};
      over_others(model, group.dep_at, group.deps, position, s, beliefs, [&](uint32_t j, Real weight) {
        Real product{1};
        for (uint32_t i = dense ? 0 : pass; i < (dense ? group.modalities : pass + 1); ++i) {
          const uint32_t m = model.lists[group.modality_at + i];
          product *= given(model.modalities[m], observed[m], j);
        }
        sum += product * weight;
      });
      message += floored_log(sum, true);
    }
  }
  return message;
}

/// The message from the step after: transitions against time, normalised over the present state.
template <class Scope, class Real>
AI_CALL Real against_time(Agent<Scope, Real>& a, const Course<Scope, Real>& course, uint32_t t, uint32_t f, uint32_t s,
                          Vec<Real> after, bool dense) {
  const Factor& factor = a.model.factors[f];
  const auto floor = static_cast<Real>(kSpmFloor);
  Real message{0};
  for (uint32_t c = 0; c < factor.children; ++c) {
    const uint32_t i = a.model.lists[factor.child_at + c];
    const Factor& child = a.model.factors[i];
    const uint32_t control = course.control(t, i);
    const uint32_t position = position_of(a.model, child, f);
    Real sum{0};
    for (uint32_t next = 0; next < child.states; ++next) {
      const auto weight = [&](uint32_t state) {
        Real total{0};
        over_others(a.model, child.dep_at, child.deps, position, state, after,
                    [&](uint32_t j, Real w) { total += w * transition(a, child, control, j, next); });
        return total + floor;
      };
      Real norm{0};
      for (uint32_t other = 0; other < factor.states; ++other) norm += weight(other);
      sum += weight(s) / norm * after[child.at + next];
    }
    message += floored_log(sum, true);
  }
  return dense ? message : message / 2;
}

/// Free energy of one step's beliefs when they come from the fixed point instead of gradient descent, as SPM's successor
/// in Python has it: the prior enters as it is, and without `dense` likelihoods of modalities are added.
template <class Scope, class Real>
AI_CALL Real fixed_energy(Agent<Scope, Real>& a, Vec<uint32_t> observed, bool past, Vec<Real> beliefs, Vec<Real> prior,
                          bool dense) {
  const Structure& model = a.model;
  Real energy = a.scope.template total<Real>(
      model.states, [&](uint32_t s) { return beliefs[s] * (floored_log(beliefs[s], true) - prior[s]); });
  if (!past) return energy;
  uint32_t joint = 1;
  for (uint32_t f = 0; f < model.factor_count; ++f) joint *= model.factors[f].states;
  const Vec<Real> likelihood = a.view.parameters[SET_A][a.id];
  energy -= a.scope.template total<Real>(joint, [&](uint32_t j) {
    uint32_t digits[kMaxFactors];
    Real weight{1};
    uint32_t rest = j;
    for (uint32_t f = model.factor_count; f-- > 0;) {
      digits[f] = rest % model.factors[f].states;
      rest /= model.factors[f].states;
      weight *= beliefs[model.factors[f].at + digits[f]];
    }
    Real together = dense ? Real{1} : Real{0};
    for (uint32_t m = 0; m < model.modality_count; ++m) {
      const Modality& modality = model.modalities[m];
      const Group& group = model.groups[modality.group];
      uint32_t local = 0;
      for (uint32_t d = 0; d < group.deps; ++d) {
        const uint32_t f = model.lists[group.dep_at + d];
        local = local * model.factors[f].states + digits[f];
      }
      const uint32_t o = observed[m];
      const Real p = o == kNotObserved ? Real{1} : likelihood[modality.a_at + local * modality.outcomes + o];
      together = dense ? together * p : together + p;
    }
    return weight * floored_log(together, true);
  });
  return energy;
}

/// Beliefs under one policy, into its row of `sequences`; returns its free energy. Collective.
template <class Scope, class Real>
AI_CALL Real pass_messages(Agent<Scope, Real>& a, const Window<Scope, Real>& window, uint32_t policy, Vec<Real> prior,
                           Vec<Real> beliefs) {
  const Structure& model = a.model;
  const Course<Scope, Real> course{window, model, policy, a.options.policy_length};
  const uint32_t past = window.length, cutoff = past + a.options.policy_length - 2;
  const uint32_t steps = past + a.options.policy_length - (a.options.has(AiFlag::LAST_STEP) ? 1 : 0);
  const bool dense = a.options.has(AiFlag::DENSE_MESSAGES), gradient = a.options.has(AiFlag::GRADIENT);
  const Vec<Real> next = a.place(a.view.room.logits), evidences = a.place(a.view.room.prior);
  for (uint32_t t = 0; t < steps; ++t) {
    for (uint32_t f = 0; f < model.factor_count; ++f) {
      const Factor& factor = model.factors[f];
      a.scope.for_each(factor.states,
                       [&](uint32_t s) { beliefs[t * model.states + factor.at + s] = Real{1} / factor.states; });
    }
  }
  a.scope.barrier();
  Real energy{0};
  for (uint32_t iteration = 0; iteration < a.options.iterations; ++iteration) {
    energy = Real{0};
    for (uint32_t t = 0; t < steps; ++t) {
      const Vec<Real> here = beliefs.from(t * model.states);
      const bool final = static_cast<int32_t>(t) >= static_cast<int32_t>(cutoff);
      for (uint32_t f = 0; f < model.factor_count; ++f) {
        const Factor& factor = model.factors[f];
        const Real weight = final ? Real{1} : Real{2};
        // Evidence, then the error: what the messages say less what is believed.
        a.scope.for_each(factor.states, [&](uint32_t s) {
          const Real seen = t < past ? evidence(a, window.observed(t), here, f, s, dense) : Real{0};
          Real before;
          if (t == 0) {
            before = floored_log(prior[factor.at + s], true);
          } else {
            const uint32_t control = course.control(t - 1, f);
            const Vec<Real> earlier = beliefs.from((t - 1) * model.states);
            Real sum{0};
            for (uint32_t j = 0; j < factor.parents; ++j) {
              Real product{1};
              uint32_t rest = j;
              for (uint32_t d = factor.deps; d-- > 0;) {
                const Factor& parent = model.factors[model.lists[factor.dep_at + d]];
                product *= earlier[parent.at + rest % parent.states];
                rest /= parent.states;
              }
              sum += product * transition(a, factor, control, j, s);
            }
            before = floored_log(sum, true);
          }
          const Real after =
              final ? Real{0} : against_time(a, course, t, f, s, beliefs.from((t + 1) * model.states), dense);
          evidences[factor.at + s] = seen;
          next[factor.at + s] = gradient
                                    ? weight * seen + before + after - weight * floored_log(here[factor.at + s], true)
                                    : seen + before + after;
        });
        a.scope.barrier();
        const Vec<Real> error = next.from(factor.at), believed = here.from(factor.at);
        if (gradient) {
          const bool end = t == 0 || t + 1 == steps;
          const Real share = end ? Real{0} : static_cast<Real>(model.factor_count - 1) / model.factor_count;
          energy += a.scope.template total<Real>(factor.states, [&](uint32_t s) {
            return believed[s] * (error[s] - share * evidences[factor.at + s]) / 2;
          });
          const Real mean =
              a.scope.template total<Real>(factor.states, [&](uint32_t s) { return error[s]; }) / factor.states;
          a.scope.barrier();
          a.scope.for_each(factor.states, [&](uint32_t s) {
            error[s] = floored_log(believed[s], true) + a.options.tau * (error[s] - mean);
          });
          a.scope.barrier();
        }
        softmax(a.scope, error, factor.states);
        a.scope.for_each(factor.states, [&](uint32_t s) { believed[s] = error[s]; });
        a.scope.barrier();
      }
      if (!gradient) energy += fixed_energy(a, window.observed(t < past ? t : 0), t < past, here, prior, dense);
      a.scope.barrier();
    }
  }
  return energy;
}

/// Beliefs and free energies of all policies over window and future; the present beliefs are their average under the last
/// posterior, or under the habits at first. Collective.
template <class Scope, class Real>
AI_CALL void infer_policies_window(Agent<Scope, Real>& a) {
  const Structure& model = a.model;
  const Window<Scope, Real> window(a);
  const Vec<Real> all = a.view.sequences[a.id], priors = a.view.policy_priors[a.id];
  const Vec<Real> energies = a.view.policy_energies[a.id];
  const uint32_t width = a.view.sequence_steps() * model.states;
  const bool own = a.options.has(AiFlag::POLICY_PRIORS);
  for (uint32_t p = 0; p < a.options.policies; ++p) {
    const Vec<Real> prior = own ? priors.from(p * model.states) : priors;
    const Real energy = pass_messages(a, window, p, prior, all.from(p * width));
    a.scope.leader([&] { energies[p] = energy; });
    a.scope.barrier();
  }
}

/// Expected free energy of all policies from their own beliefs: the present and the policy's future. Collective.
template <class Scope, class Real>
AI_CALL void score_policy_beliefs(Agent<Scope, Real>& a) {
  const Structure& model = a.model;
  const Window<Scope, Real> window(a);
  const Vec<Real> all = a.view.sequences[a.id], values = a.view.values[a.id];
  const uint32_t width = a.view.sequence_steps() * model.states;
  const uint32_t steps = window.length + a.options.policy_length - (a.options.has(AiFlag::LAST_STEP) ? 1 : 0);
  const uint32_t future = a.options.policy_length + 1 < steps ? a.options.policy_length + 1 : steps;
  if (a.options.has(AiFlag::INDUCTIVE)) average_first_beliefs(a, steps - future);
  for (uint32_t p = 0; p < a.options.policies; ++p) {
    Parts<Real> parts;
    for (uint32_t t = 0; t < future; ++t) {
      const Vec<Real> beliefs = all.from(p * width + (steps - future + t) * model.states);
      for (uint32_t g = 0; g < model.group_count; ++g) {
        score_group(a, model.groups[g], beliefs, t, a.options.has(AiFlag::UTILITY), a.options.has(AiFlag::STATE_GAIN),
                    a.options.has(AiFlag::NOVELTY_A), parts, Vec<Real>{nullptr, 1});
      }
      for (uint32_t f = 0; a.options.has(AiFlag::INDUCTIVE) && f < model.factor_count; ++f) {
        parts.value[INDUCTIVE] += inductive_value(a, model.factors[f], f, beliefs);
      }
    }
    a.scope.leader([&] { values[p] = parts.total(); });
    a.scope.barrier();
  }
}

/// The beliefs that the inductive term starts from: the policies' beliefs about one time step, weighed by softmax(E).
template <class Scope, class Real>
AI_CALL void average_first_beliefs(Agent<Scope, Real>& a, uint32_t t) {
  const Structure& model = a.model;
  const uint32_t width = a.view.sequence_steps() * model.states;
  const Vec<Real> all = a.view.sequences[a.id], mean = a.place(a.view.room.predicted);
  const Vec<Real> habits = a.view.parameters[SET_E][a.id];
  const Real top = a.scope.template highest<Real>(a.options.policies, [&](uint32_t p) { return habits[p]; });
  const Real norm =
      a.scope.template total<Real>(a.options.policies, [&](uint32_t p) { return exp_of(habits[p] - top); });
  a.scope.for_each(model.states, [&](uint32_t s) {
    Real sum{0};
    for (uint32_t p = 0; p < a.options.policies; ++p) {
      sum += exp_of(habits[p] - top) / norm * all[p * width + t * model.states + s];
    }
    mean[s] = sum;
  });
  a.scope.barrier();
  find_path_rows(a, mean);
}

/// What the window starts from next: D while it grows, then the beliefs about its first step, averaged over policies or
/// kept apart. Present beliefs are the policies' average. Collective; after the posterior is known.
template <class Scope, class Real>
AI_CALL void carry_policy_beliefs(Agent<Scope, Real>& a) {
  const Structure& model = a.model;
  const Window<Scope, Real> window(a);
  const uint32_t width = a.view.sequence_steps() * model.states;
  const Vec<Real> all = a.view.sequences[a.id], priors = a.view.policy_priors[a.id];
  const Vec<Real> posterior = a.view.posterior[a.id], beliefs = a.beliefs();
  a.scope.for_each(model.states, [&](uint32_t s) {
    Real sum{0};
    for (uint32_t p = 0; p < a.options.policies; ++p) {
      sum += posterior[p] * all[p * width + (window.length - 1) * model.states + s];
    }
    beliefs[s] = sum;
  });
  if (window.length == window.horizon) {
    a.scope.for_each(model.states, [&](uint32_t s) {
      Real sum{0};
      for (uint32_t p = 0; p < a.options.policies; ++p) {
        const Real first = all[p * width + s];
        sum += posterior[p] * first;
        if (a.options.has(AiFlag::POLICY_PRIORS)) priors[p * model.states + s] = first;
      }
      if (!a.options.has(AiFlag::POLICY_PRIORS)) priors[s] = sum;
    });
  }
  a.scope.barrier();
}

}  // namespace aatgs::active_inference
