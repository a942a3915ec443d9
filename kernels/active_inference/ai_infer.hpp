// Beliefs about the present: the likelihood of an observation, fixed-point iteration, free energy, the next prior.
#pragma once
#include "active_inference/ai_state.hpp"

namespace aatgs::active_inference {

inline constexpr uint32_t kNotObserved = 0xffffffffu;

/// The log likelihood of joint state j of one modality. `soft`: the observation is a distribution.
template <class Scope, class Real>
AATGS_FN Real log_likelihood(Agent<Scope, Real>& a, const Modality& m, uint32_t modality, Vec<uint32_t> observed,
                             bool soft, uint32_t j) {
  if (!soft) {
    const uint32_t o = observed[modality];
    return o == kNotObserved ? Real{0} : a.view.log_a[a.id][m.a_at + o * a.model.groups[m.group].joint + j];
  }
  const Vec<Real> given = a.view.soft[a.id];
  Real sum{0};
  if (a.options.adds_floor()) {
    const Vec<Real> likelihood = a.view.parameters[SET_A][a.id];
    for (uint32_t o = 0; o < m.outcomes; ++o) sum += likelihood[m.a_at + j * m.outcomes + o] * given[m.at + o];
    return floored_log(sum, true);
  }
  const Vec<Real> logs = a.view.log_a[a.id];
  for (uint32_t o = 0; o < m.outcomes; ++o) {
    sum += given[m.at + o] * logs[m.a_at + o * a.model.groups[m.group].joint + j];
  }
  return sum;
}

/// Log likelihoods of all groups' joint states into `out`. Collective.
template <class Scope, class Real>
AI_CALL void log_likelihoods(Agent<Scope, Real>& a, Vec<uint32_t> observed, bool soft, Vec<Real> out) {
  for (uint32_t g = 0; g < a.model.group_count; ++g) {
    const Group& group = a.model.groups[g];
    a.scope.for_each(group.joint, [&](uint32_t j) {
      Real sum{0};
      for (uint32_t i = 0; i < group.modalities; ++i) {
        const uint32_t m = a.model.lists[group.modality_at + i];
        sum += log_likelihood(a, a.model.modalities[m], m, observed, soft, j);
      }
      out[group.at + j] = sum;
    });
  }
  a.scope.barrier();
}

/// What a group's log likelihood says about one state of the factor at a position, expected over the other factors.
template <class Real>
AATGS_FN Real expected_over_others(const Structure& model, const Group& group, uint32_t position, uint32_t s,
                                   Vec<Real> beliefs, Vec<Real> likelihood) {
  Real sum{0};
  over_others(model, group.dep_at, group.deps, position, s, beliefs,
              [&](uint32_t j, Real weight) { sum += likelihood[group.at + j] * weight; });
  return sum;
}

/// Negative entropy, cross entropy to a prior whose logarithm is given, accuracy; their free energy.
template <class Real>
struct FreeEnergy {
  Real negative_entropy{0}, prior_cross_entropy{0}, transition_cross_entropy{0}, accuracy{0};
  AATGS_FN Real total() const { return negative_entropy + prior_cross_entropy + transition_cross_entropy - accuracy; }
};

template <class Scope, class Real>
AATGS_FN Real expected_likelihood(Agent<Scope, Real>& a, Vec<Real> beliefs, Vec<Real> likelihood, Vec<Real> room) {
  Real accuracy{0};
  for (uint32_t g = 0; g < a.model.group_count; ++g) {
    const Group& group = a.model.groups[g];
    const Vec<Real> joint = belief_over(a.scope, a.model, group.dep_at, group.deps, group.joint, beliefs, room);
    accuracy +=
        a.scope.template total<Real>(group.joint, [&](uint32_t j) { return joint[j] * likelihood[group.at + j]; });
    a.scope.barrier();
  }
  return accuracy;
}

template <class Scope, class Real>
AI_CALL FreeEnergy<Real> free_energy(Agent<Scope, Real>& a, Vec<Real> beliefs, Vec<Real> log_prior,
                                     Vec<Real> likelihood, Vec<Real> room) {
  FreeEnergy<Real> energy;
  const bool add = a.options.adds_floor();
  energy.negative_entropy = a.scope.template total<Real>(
      a.model.states, [&](uint32_t s) { return beliefs[s] * floored_log(beliefs[s], add); });
  energy.prior_cross_entropy =
      a.scope.template total<Real>(a.model.states, [&](uint32_t s) { return -beliefs[s] * log_prior[s]; });
  energy.accuracy = expected_likelihood(a, beliefs, likelihood, room);
  return energy;
}

template <class Scope, class Real>
AATGS_FN void keep_energy(Agent<Scope, Real>& a, const FreeEnergy<Real>& energy, uint32_t iterations) {
  a.scope.leader([&] {
    const Vec<Real> out = a.view.energies[a.id];
    out[FREE_ENERGY] = energy.total();
    out[NEGATIVE_ENTROPY] = energy.negative_entropy;
    out[PRIOR_CROSS_ENTROPY] = energy.prior_cross_entropy;
    out[TRANSITION_CROSS_ENTROPY] = energy.transition_cross_entropy;
    out[ACCURACY] = energy.accuracy;
    out[ITERATIONS] = static_cast<Real>(iterations);
  });
}

template <class Scope, class Real>
AATGS_FN void softmax_factors(Agent<Scope, Real>& a, Vec<Real> logits) {
  for (uint32_t f = 0; f < a.model.factor_count; ++f) {
    softmax(a.scope, logits.from(a.model.factors[f].at), a.model.factors[f].states);
  }
}

/// Fixed-point iteration (mean field; all factors at once) from uniform beliefs: `beliefs` from log likelihood and log
/// prior. Exact with one factor. Uses `logits` and the joint room. Returns the iterations. It stops at `tolerance`, or
/// once an iteration changed nothing, after which none would.
template <class Scope, class Real>
AI_CALL uint32_t fixed_point(Agent<Scope, Real>& a, Vec<Real> likelihood, Vec<Real> log_prior, Vec<Real> beliefs) {
  const Structure& model = a.model;
  const Vec<Real> logits = a.place(a.view.room.logits);
  const Vec<Real> joint = a.place(a.view.room.joint);
  const bool single = model.factor_count == 1;
  const bool watches = a.options.tolerance > Real{0} && !single;
  for (uint32_t f = 0; f < model.factor_count; ++f) {
    const Factor& factor = model.factors[f];
    a.scope.for_each(factor.states, [&](uint32_t s) { beliefs[factor.at + s] = Real{1} / factor.states; });
  }
  // What depends on no other factor stays: groups of one factor go into the prior's place.
  for (uint32_t g = 0; g < model.group_count; ++g) {
    const Group& group = model.groups[g];
    if (group.deps > 1) continue;
    const uint32_t at = model.factors[model.lists[group.dep_at]].at;
    a.scope.for_each(group.joint, [&](uint32_t s) { log_prior[at + s] += likelihood[group.at + s]; });
    a.scope.barrier();
  }
  a.scope.barrier();
  Real before{0};
  if (watches) {
    // The free energy before the first iteration has no likelihood in it.
    before = free_energy_watched(a, beliefs, log_prior, likelihood, joint, false);
  }
  const uint32_t most = single ? 1 : a.options.iterations;
  uint32_t iteration = 0;
  while (iteration < most) {
    a.scope.for_each(model.states, [&](uint32_t s) { logits[s] = log_prior[s]; });
    a.scope.barrier();
    for (uint32_t g = 0; g < model.group_count; ++g) {
      const Group& group = model.groups[g];
      if (group.deps == 1) continue;
      for (uint32_t d = 0; d < group.deps; ++d) {
        const Factor& factor = model.factors[model.lists[group.dep_at + d]];
        a.scope.for_each(factor.states, [&](uint32_t s) {
          logits[factor.at + s] += expected_over_others(model, group, d, s, beliefs, likelihood);
        });
      }
      a.scope.barrier();
    }
    softmax_factors(a, logits);
    ++iteration;
    const Real changed = a.scope.template highest<Real>(
        model.states, [&](uint32_t s) { return logits[s] == beliefs[s] ? Real{0} : Real{1}; });
    a.scope.barrier();
    a.scope.for_each(model.states, [&](uint32_t s) { beliefs[s] = logits[s]; });
    a.scope.barrier();
    if (watches) {
      const Real now = free_energy_watched(a, beliefs, log_prior, likelihood, joint, true);
      const Real difference = now > before ? now - before : before - now;
      if (!(difference >= a.options.tolerance)) break;
      before = now;
    } else if (changed == Real{0}) {
      iteration = most;
      break;
    }
  }
  return iteration;
}

/// Free energy while iterating: the likelihood of groups of one factor already is in `log_prior`.
template <class Scope, class Real>
AI_CALL Real free_energy_watched(Agent<Scope, Real>& a, Vec<Real> beliefs, Vec<Real> log_prior, Vec<Real> likelihood,
                                 Vec<Real> room, bool observed) {
  const bool add = a.options.adds_floor();
  Real sum = a.scope.template total<Real>(
      a.model.states, [&](uint32_t s) { return beliefs[s] * (floored_log(beliefs[s], add) - log_prior[s]); });
  for (uint32_t g = 0; g < a.model.group_count; ++g) {
    const Group& group = a.model.groups[g];
    const Vec<Real> joint = belief_over(a.scope, a.model, group.dep_at, group.deps, group.joint, beliefs, room);
    const Real part =
        a.scope.template total<Real>(group.joint, [&](uint32_t j) { return joint[j] * likelihood[group.at + j]; });
    if (observed && group.deps > 1) sum -= part;
    if (!observed && group.deps == 1) sum += part;
    a.scope.barrier();
  }
  return sum;
}

/// B applied to beliefs: the states of factor f after its control u. Collective; no barrier after it.
template <class Scope, class Real>
AI_CALL void transit(Agent<Scope, Real>& a, const Factor& factor, uint32_t control, Vec<Real> beliefs, Vec<Real> room,
                     Vec<Real> out) {
  const Vec<Real> joint = belief_over(a.scope, a.model, factor.dep_at, factor.deps, factor.parents, beliefs, room);
  const Vec<Real> b = a.view.parameters[SET_B][a.id].from(factor.b_at + control * factor.parents * factor.states);
  times(a.scope, b, factor.parents, factor.states, joint, out);
}

/// out[o] = sum over j of matrix[j][o] x[j]. Collective; no barrier after it.
template <class Scope, class Real>
AATGS_FN void times(Scope& scope, Vec<Real> matrix, uint32_t rows, uint32_t columns, Vec<Real> x, Vec<Real> out) {
#if !AATGS_ON_DEVICE
  if (matrix.stride == 1 && out.stride == 1) {
    // Row by row: the inner loop becomes vector instructions, and each sum keeps its order.
    Real* __restrict__ to = out.p;
    for (uint32_t o = 0; o < columns; ++o) to[o] = Real{0};
    for (uint32_t j = 0; j < rows; ++j) {
      const Real weight = x[j];
      const Real* row = matrix.p + static_cast<uint64_t>(j) * columns;
      for (uint32_t o = 0; o < columns; ++o) to[o] += row[o] * weight;
    }
    return;
  }
#endif
  scope.for_each(columns, [&](uint32_t o) {
    Real sum{0};
    for (uint32_t j = 0; j < rows; ++j) sum += matrix[j * columns + o] * x[j];
    out[o] = sum;
  });
}

/// The prior of the present: D at first, then what the last action does to the last beliefs. Collective.
template <class Scope, class Real>
AI_CALL void next_prior(Agent<Scope, Real>& a) {
  const Vec<Real> prior = a.view.prior[a.id];
  const Vec<Real> beliefs = a.beliefs();
  const Vec<uint32_t> clock = a.view.clock[a.id];
  if (clock[ACTED] == 0) {
    const Vec<Real> start = a.view.parameters[SET_D][a.id];
    a.scope.for_each(a.model.states, [&](uint32_t s) { prior[s] = start[s]; });
    a.scope.barrier();
    return;
  }
  const Vec<uint32_t> actions = a.view.actions[a.id];
  for (uint32_t f = 0; f < a.model.factor_count; ++f) {
    const Factor& factor = a.model.factors[f];
    transit(a, factor, actions[f], beliefs, a.place(a.view.room.joint), prior.from(factor.at));
    a.scope.barrier();
  }
}

/// Beliefs about the present from the prior and the observation, and their free energy. Collective.
template <class Scope, class Real>
AI_CALL void infer_present(Agent<Scope, Real>& a, bool soft) {
  const Vec<Real> likelihood = a.place(a.view.room.likelihood);
  const Vec<Real> log_prior = a.place(a.view.room.prior);
  const Vec<Real> beliefs = a.beliefs();
  const Vec<Real> prior = a.view.prior[a.id];
  const bool add = a.options.adds_floor();
  log_likelihoods(a, a.view.observations[a.id], soft, likelihood);
  const auto take_prior = [&] {
    a.scope.for_each(a.model.states, [&](uint32_t s) { log_prior[s] = floored_log(prior[s], add); });
    a.scope.barrier();
  };
  take_prior();
  const uint32_t iterations = fixed_point(a, likelihood, log_prior, beliefs);
  take_prior();
  keep_energy(a, free_energy(a, beliefs, log_prior, likelihood, a.place(a.view.room.joint)), iterations);
  a.scope.barrier();
}

}  // namespace aatgs::active_inference
