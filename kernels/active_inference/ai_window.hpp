// Beliefs over a window of observations: variational (VMP) and marginal (MMP) message passing, all time steps and factors
// at once; the free energy of the sequence; smoothing of filtered beliefs.
#pragma once
#include "active_inference/ai_infer.hpp"

namespace aatgs::active_inference {

/// Views of the window an agent remembers.
template <class Scope, class Real>
struct Window {
  Vec<uint32_t> history;
  const Structure& model;
  uint32_t horizon, length;

  AATGS_FN explicit Window(Agent<Scope, Real>& a)
      : history(a.view.history[a.id]), model(a.model), horizon(a.options.horizon), length(a.view.clock[a.id][WINDOW]) {}
  AATGS_FN Vec<uint32_t> observed(uint32_t t) const { return history.from(t * model.modality_count); }
  /// The action between observations t and t + 1.
  AATGS_FN uint32_t& action(uint32_t t, uint32_t f) const {
    return history[horizon * model.modality_count + t * model.factor_count + f];
  }
};

/// Takes the present observation, and the action before it, into the window; the oldest leaves when it is full. Returns
/// whether one left. Collective.
template <class Scope, class Real>
AI_CALL bool remember(Agent<Scope, Real>& a) {
  const Structure& model = a.model;
  Window<Scope, Real> window(a);
  const Vec<uint32_t> clock = a.view.clock[a.id];
  const bool full = window.length == window.horizon;
  const bool acted = clock[ACTED] != 0;
  a.scope.barrier();
  a.scope.leader([&] {
    if (full) {
      for (uint32_t i = 0; i + model.modality_count < window.horizon * model.modality_count; ++i) {
        window.history[i] = window.history[i + model.modality_count];
      }
      for (uint32_t t = 0; t + 2 < window.horizon; ++t) {
        for (uint32_t f = 0; f < model.factor_count; ++f) window.action(t, f) = window.action(t + 1, f);
      }
    }
    const uint32_t last = full ? window.horizon - 1 : window.length;
    const Vec<uint32_t> observed = a.view.observations[a.id], actions = a.view.actions[a.id];
    for (uint32_t m = 0; m < model.modality_count; ++m) window.observed(last)[m] = observed[m];
    if (last > 0 && acted) {
      for (uint32_t f = 0; f < model.factor_count; ++f) window.action(last - 1, f) = actions[f];
    }
    clock[WINDOW] = last + 1;
  });
  a.scope.barrier();
  return full;
}

template <class Scope, class Real>
AATGS_FN Real transition(Agent<Scope, Real>& a, const Factor& factor, uint32_t control, uint32_t parent,
                         uint32_t next) {
  return a.view.parameters[SET_B][a.id][factor.b_at + (control * factor.parents + parent) * factor.states + next];
}

/// The message to state s of factor f at time t from the step before.
template <class Scope, class Real>
AI_CALL Real from_past(Agent<Scope, Real>& a, const Window<Scope, Real>& window, uint32_t t, uint32_t f, uint32_t s,
                       Vec<Real> before, bool marginal) {
  const Factor& factor = a.model.factors[f];
  const uint32_t control = window.action(t - 1, f);
  Real sum{0};
  for (uint32_t j = 0; j < factor.parents; ++j) {
    Real weight{1};
    uint32_t rest = j;
    for (uint32_t d = factor.deps; d-- > 0;) {
      const Factor& parent = a.model.factors[a.model.lists[factor.dep_at + d]];
      weight *= before[parent.at + rest % parent.states];
      rest /= parent.states;
    }
    const Real b = transition(a, factor, control, j, s);
    sum += weight * (marginal ? b : floored_log(b, false));
  }
  return marginal ? floored_log(sum, false) / 2 : sum;
}

/// Where factor f stands among the factors that `child` depends on.
AATGS_FN uint32_t position_of(const Structure& model, const Factor& child, uint32_t f) {
  uint32_t position = 0;
  while (model.lists[child.dep_at + position] != f) ++position;
  return position;
}

/// The message to state s of factor f at time t from the step after, over all factors that depend on f. The other factors
/// they depend on are taken at time t.
template <class Scope, class Real>
AI_CALL Real from_future(Agent<Scope, Real>& a, const Window<Scope, Real>& window, uint32_t t, uint32_t f, uint32_t s,
                         Vec<Real> now, Vec<Real> after, bool marginal) {
  const Factor& factor = a.model.factors[f];
  Real message{0};
  for (uint32_t c = 0; c < factor.children; ++c) {
    const uint32_t i = a.model.lists[factor.child_at + c];
    const Factor& child = a.model.factors[i];
    const uint32_t control = window.action(t, i);
    const uint32_t position = position_of(a.model, child, f);
    Real sum{0};
    for (uint32_t next = 0; next < child.states; ++next) {
      const auto weight = [&](uint32_t state) {
        Real total{0};
        over_others(a.model, child.dep_at, child.deps, position, state, now, [&](uint32_t j, Real w) {
          const Real b = transition(a, child, control, j, next);
          total += w * (marginal ? b : floored_log(b, false));
        });
        return total;
      };
      if (!marginal) {
        sum += after[child.at + next] * weight(s);
        continue;
      }
      Real norm{0};
      for (uint32_t other = 0; other < factor.states; ++other) norm += weight(other);
      norm = norm < static_cast<Real>(kMinimum) ? static_cast<Real>(kMinimum) : norm;
      sum += after[child.at + next] * weight(s) / norm;
    }
    message += marginal ? floored_log(sum, false) / 2 : sum;
  }
  return message;
}

/// The window's beliefs, into `sequences`; the last of them are the present beliefs. Collective.
template <class Scope, class Real>
AI_CALL void infer_window(Agent<Scope, Real>& a) {
  const Structure& model = a.model;
  const bool marginal = a.options.algorithm == static_cast<uint32_t>(AiAlgorithm::MMP);
  const Window<Scope, Real> window(a);
  const uint32_t steps = window.length;
  const Vec<Real> now = a.view.sequences[a.id];
  const Vec<Real> next = a.place(a.view.room.window);
  const Vec<Real> likelihood = a.place(a.view.room.likelihood);
  const Vec<Real> start = a.view.parameters[SET_D][a.id];
  const bool add = a.options.adds_floor();
  for (uint32_t t = 0; t < steps; ++t) {
    for (uint32_t f = 0; f < model.factor_count; ++f) {
      const Factor& factor = model.factors[f];
      a.scope.for_each(factor.states,
                       [&](uint32_t s) { now[t * model.states + factor.at + s] = Real{1} / factor.states; });
    }
  }
  a.scope.barrier();
  for (uint32_t iteration = 0; iteration < a.options.iterations; ++iteration) {
    for (uint32_t t = 0; t < steps; ++t) {
      const Vec<Real> here = now.from(t * model.states), to = next.from(t * model.states);
      const Vec<Real> before = t > 0 ? now.from((t - 1) * model.states) : here;
      const Vec<Real> after = t + 1 < steps ? now.from((t + 1) * model.states) : here;
      log_likelihoods(a, window.observed(t), false, likelihood);
      for (uint32_t f = 0; f < model.factor_count; ++f) {
        const Factor& factor = model.factors[f];
        a.scope.for_each(factor.states, [&](uint32_t s) {
          Real message{0};
          for (uint32_t g = 0; g < model.group_count; ++g) {
            const Group& group = model.groups[g];
            for (uint32_t d = 0; d < group.deps; ++d) {
              if (model.lists[group.dep_at + d] != f) continue;
              message += expected_over_others(model, group, d, s, here, likelihood);
            }
          }
          const bool inner = t + 1 < steps;
          Real past = t > 0 ? from_past(a, window, t, f, s, before, marginal) : floored_log(start[factor.at + s], add);
          // Of an edge's two messages each has half the weight in MMP, and the last step has none after it.
          if (marginal && t == 0 && inner) past /= 2;
          if (marginal && t > 0 && !inner) past *= 2;
          message += past;
          if (inner) message += from_future(a, window, t, f, s, here, after, marginal);
          const Real log_belief = floored_log(here[factor.at + s], add);
          to[factor.at + s] = log_belief + a.options.tau * (message - log_belief);
        });
        a.scope.barrier();
        softmax(a.scope, to.from(factor.at), factor.states);
      }
    }
    a.scope.for_each(steps * model.states, [&](uint32_t i) { now[i] = next[i]; });
    a.scope.barrier();
  }
  const Vec<Real> beliefs = a.beliefs();
  a.scope.for_each(model.states, [&](uint32_t s) { beliefs[s] = now[(steps - 1) * model.states + s]; });
  keep_energy(a, window_energy(a, window, now), a.options.iterations);
  a.scope.barrier();
}

/// The free energy of the window's beliefs.
template <class Scope, class Real>
AI_CALL FreeEnergy<Real> window_energy(Agent<Scope, Real>& a, const Window<Scope, Real>& window, Vec<Real> beliefs) {
  const Structure& model = a.model;
  const Vec<Real> likelihood = a.place(a.view.room.likelihood), log_prior = a.place(a.view.room.prior);
  const Vec<Real> start = a.view.parameters[SET_D][a.id];
  const bool add = a.options.adds_floor();
  FreeEnergy<Real> sum;
  for (uint32_t t = 0; t < window.length; ++t) {
    const Vec<Real> here = beliefs.from(t * model.states);
    log_likelihoods(a, window.observed(t), false, likelihood);
    a.scope.for_each(model.states, [&](uint32_t s) { log_prior[s] = t == 0 ? floored_log(start[s], add) : Real{0}; });
    a.scope.barrier();
    const auto energy = free_energy(a, here, log_prior, likelihood, a.place(a.view.room.joint));
    sum.negative_entropy += energy.negative_entropy;
    sum.prior_cross_entropy += energy.prior_cross_entropy;
    sum.accuracy += energy.accuracy;
    for (uint32_t f = 0; t > 0 && f < model.factor_count; ++f) {
      const Factor& factor = model.factors[f];
      sum.transition_cross_entropy -= a.scope.template total<Real>(factor.states, [&](uint32_t s) {
        return here[factor.at + s] * from_past(a, window, t, f, s, beliefs.from((t - 1) * model.states), false);
      });
    }
    a.scope.barrier();
  }
  return sum;
}

/// Keeps the present beliefs among the filtered ones of the window. Collective.
template <class Scope, class Real>
AI_CALL void keep_filtered(Agent<Scope, Real>& a, bool full) {
  const uint32_t last = a.view.clock[a.id][WINDOW] - 1, states = a.model.states;
  const Vec<Real> filtered = a.view.filtered[a.id], beliefs = a.beliefs();
  if (full) {
    a.scope.for_each(states, [&](uint32_t s) {
      for (uint32_t t = 0; t < last; ++t) filtered[t * states + s] = filtered[(t + 1) * states + s];
    });
  }
  a.scope.for_each(states, [&](uint32_t s) { filtered[last * states + s] = beliefs[s]; });
  a.scope.barrier();
}

/// Smooths the filtered beliefs of the window into `sequences`, and those about two steps at once into `pairs`, every factor by itself (exact with one; each factor has to
/// depend on itself alone). Collective.
template <class Scope, class Real>
AI_CALL void smooth(Agent<Scope, Real>& a) {
  const Structure& model = a.model;
  const Window<Scope, Real> window(a);
  const Vec<Real> filtered = a.view.filtered[a.id], out = a.view.sequences[a.id];
  const Vec<Real> norms = a.place(a.view.room.logits), pairs = a.view.pairs[a.id];
  if (window.length == 0) return;
  for (uint32_t t = window.length; t-- > 0;) {
    const Vec<Real> here = filtered.from(t * model.states), to = out.from(t * model.states);
    if (t + 1 == window.length) {
      a.scope.for_each(model.states, [&](uint32_t s) { to[s] = here[s]; });
      a.scope.barrier();
      continue;
    }
    const Vec<Real> later = out.from((t + 1) * model.states);
    uint32_t pair_at = 0;
    for (uint32_t f = 0; f < model.factor_count; ++f) {
      const Factor& factor = model.factors[f];
      const uint32_t control = window.action(t, f);
      a.scope.for_each(factor.states, [&](uint32_t next) {
        Real sum{0};
        for (uint32_t s = 0; s < factor.states; ++s) {
          sum += transition(a, factor, control, s, next) * here[factor.at + s];
        }
        norms[next] = sum == Real{0} ? static_cast<Real>(kMinimum) : sum;
      });
      a.scope.barrier();
      const Vec<Real> pair = pairs.from(t * a.view.pair_width() + pair_at);
      a.scope.for_each(factor.states, [&](uint32_t s) {
        Real sum{0};
        for (uint32_t next = 0; next < factor.states; ++next) {
          const Real both =
              transition(a, factor, control, s, next) * here[factor.at + s] / norms[next] * later[factor.at + next];
          pair[next * factor.states + s] = both;
          sum += both;
        }
        to[factor.at + s] = sum;
      });
      a.scope.barrier();
      pair_at += factor.states * factor.states;
    }
  }
}

}  // namespace aatgs::active_inference
