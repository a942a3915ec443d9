// The choice of an action from the posterior over policies, or from its marginals.
#pragma once
#include "active_inference/ai_policies.hpp"
#include "active_inference/ai_stream.hpp"

namespace aatgs::active_inference {

/// Probabilities within this of the highest count as equal to it, so that rounding breaks no ties.
template <class Real>
AATGS_FN Real tie_width() {
  return static_cast<Real>(sizeof(Real) == 8 ? 1e-8 : 1e-5);
}

/// One of n options: the most probable one, or one drawn with probabilities to the power alpha.
template <class Real>
AATGS_FN uint32_t choose(const Options<Real>& options, Vec<Real> weights, uint32_t n, uint64_t seed, uint32_t agent,
                         uint32_t step, uint32_t part) {
  Real top = weights[0];
  for (uint32_t i = 1; i < n; ++i) top = weights[i] > top ? weights[i] : top;
  const Real least = top - tie_width<Real>();
  uint32_t best = 0;
  while (best + 1 < n && !(weights[best] >= least)) ++best;
  if (!options.has(AiFlag::STOCHASTIC)) {
    if (!options.has(AiFlag::RANDOM_TIES)) return best;
    uint32_t equals = 0;
    for (uint32_t i = 0; i < n; ++i) equals += weights[i] >= least;
    if (equals == 1) return best;
    uint32_t pick = uniform_below(draw(seed, Purpose::TIE, agent, step, part).x[0], equals);
    for (uint32_t i = 0; i < n; ++i) {
      if (weights[i] >= least && pick-- == 0) return i;
    }
    return best;
  }
  const bool add = options.adds_floor();
  const Real log_top = floored_log(top, add);
  const auto share = [&](uint32_t i) { return exp_of(options.alpha * (floored_log(weights[i], add) - log_top)); };
  Real sum{0};
  for (uint32_t i = 0; i < n; ++i) sum += share(i);
  const Real target = uniform_of<Real>(draw(seed, Purpose::ACTION, agent, step, part)) * sum;
  Real reached{0};
  for (uint32_t i = 0; i < n; ++i) {
    reached += share(i);
    if (target < reached) return i;
  }
  return best;
}

/// How likely a draw takes each of n options.
template <class Real>
AATGS_FN void chances(const Options<Real>& options, Vec<Real> weights, uint32_t n, Vec<Real> out) {
  Real top = weights[0], sum{0};
  for (uint32_t i = 1; i < n; ++i) top = weights[i] > top ? weights[i] : top;
  const bool add = options.adds_floor();
  for (uint32_t i = 0; i < n; ++i) {
    out[i] = exp_of(options.alpha * (floored_log(weights[i], add) - floored_log(top, add)));
    sum += out[i];
  }
  for (uint32_t i = 0; i < n; ++i) out[i] /= sum;
}

/// The next action, into `actions`. Collective.
template <class Scope, class Real>
AI_CALL void act(Agent<Scope, Real>& a, uint64_t seed) {
  const Structure& model = a.model;
  const Vec<uint32_t> actions = a.view.actions[a.id], clock = a.view.clock[a.id];
  const uint32_t step = clock[STEPS];
  if (a.view.chances.width > 0) {
    a.scope.leader([&] {
      const Vec<Real> out = a.view.chances[a.id];
      for (uint32_t f = 0; f < model.factor_count; ++f) {
        const Factor& factor = model.factors[f];
        chances(a.options, a.view.marginals[a.id].from(factor.control_at), factor.controls,
                out.from(factor.control_at));
      }
      if (a.options.policies > 0) {
        chances(a.options, a.view.posterior[a.id], a.options.policies, out.from(model.controls));
      }
    });
  }
  if (a.options.has(AiFlag::WHOLE_POLICY)) {
    a.scope.leader([&] {
      const uint32_t p =
          choose(a.options, a.view.posterior[a.id], a.options.policies, seed, a.view.first_agent + a.id, step, 0);
      for (uint32_t f = 0; f < model.factor_count; ++f) actions[f] = model.policy_first[p * model.factor_count + f];
    });
  } else {
    const Vec<Real> marginals = a.view.marginals[a.id];
    a.scope.for_each(model.factor_count, [&](uint32_t f) {
      const Factor& factor = model.factors[f];
      actions[f] = factor.controls == 1 ? 0
                                        : choose(a.options, marginals.from(factor.control_at), factor.controls, seed,
                                                 a.view.first_agent + a.id, step, f);
    });
  }
  a.scope.barrier();
}

}  // namespace aatgs::active_inference
