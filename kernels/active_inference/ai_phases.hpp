// The phases of one agent's step: infer, plan, act, learn.
#pragma once
#include "active_inference/ai_action.hpp"
#include "active_inference/ai_given.hpp"
#include "active_inference/ai_learn.hpp"
#include "active_inference/ai_policy_messages.hpp"
#include "active_inference/ai_search.hpp"
#include "active_inference/ai_small.hpp"
#include "active_inference/ai_window.hpp"

namespace aatgs::active_inference {

template <class Scope, class Real>
AI_CALL void infer(Agent<Scope, Real>& a, bool soft) {
  const Vec<Real> beliefs = a.beliefs(), previous = a.view.previous[a.id];
  const auto algorithm = static_cast<AiAlgorithm>(a.options.algorithm);
  a.scope.for_each(a.model.states, [&](uint32_t s) { previous[s] = beliefs[s]; });
  a.scope.barrier();
  if constexpr (Scope::kFull) {
    const bool windowed = a.view.history.width > 0;
    const bool full = windowed ? remember(a) : false;
    if (algorithm == AiAlgorithm::POLICY_MMP) return infer_policies_window(a);
    if (algorithm != AiAlgorithm::FPI) {
      infer_window(a);
      keep_filtered(a, full);
      return;
    }
    next_prior(a);
    infer_present(a, soft);
    if (windowed) keep_filtered(a, full);
  } else {
    next_prior(a);
    infer_present(a, soft);
  }
}

template <class Scope, class Real>
AATGS_FN void score_all(Agent<Scope, Real>& a) {
  if constexpr (sizeof(Real) == 4 && Scope::kAlone) {
    if (a.view.chained) return score_chains(a);
  }
  score_policies(a);
}

template <class Scope, class Real>
AI_CALL void plan(Agent<Scope, Real>& a) {
  if constexpr (!Scope::kPlain) {
    if (a.options.has(AiFlag::STREAMED)) return stream_policies(a);
  }
  bool planned = false;
  if constexpr (Scope::kFull) {
    if (a.options.has(AiFlag::SEARCH)) {
      search(a);
      planned = true;
    } else if (static_cast<AiAlgorithm>(a.options.algorithm) == AiAlgorithm::POLICY_MMP) {
      score_policy_beliefs(a);
      infer_posterior(a, true);
      carry_policy_beliefs(a);
      planned = true;
    }
  }
  if (!planned) {
    score_all(a);
    infer_posterior(a, false);
  }
  marginalize(a);
}

template <class Scope, class Real>
AI_CALL void choose_action(Agent<Scope, Real>& a, uint64_t seed, const Given& given, uint32_t first) {
  act(a, seed);
  const Vec<uint32_t> actions = a.view.actions[a.id], clock = a.view.clock[a.id];
  const uint32_t n = a.model.factor_count;
  const uint64_t at = uint64_t{a.id - first} * n;
  a.scope.for_each(n, [&](uint32_t f) {
    if (given.forced && given.forced[at + f] != kNotObserved) actions[f] = given.forced[at + f];
    if (given.actions) given.actions[at + f] = actions[f];
  });
  a.scope.barrier();
  a.scope.leader([&] {
    clock[ACTED] = 1;
    clock[STEPS] += 1;
  });
  a.scope.barrier();
}

/// A step up to what is learned before policies are evaluated, and the rest of it.
template <class Scope, class Real>
AATGS_FN void begin_step(Agent<Scope, Real>& a, const AiConfig& config, const Given& given, uint32_t first) {
  take_observation(a, config, given, first);
  infer(a, config.soft != 0);
  if constexpr (!Scope::kPlain) learn_own(a, a.options.learn_automatically & 1u << SET_B);
}

/// What a step learns once it has acted: the start only from the first time step.
template <class Scope, class Real>
AATGS_FN uint32_t learned_after(Agent<Scope, Real>& a) {
  const uint32_t which = a.options.learn_automatically & ~(1u << SET_B);
  return a.view.clock[a.id][STEPS] == 1 ? which : which & ~(1u << SET_D);
}

template <class Scope, class Real>
AATGS_FN void end_step(Agent<Scope, Real>& a, const AiConfig& config, const Given& given, uint32_t first) {
  plan(a);
  choose_action(a, config.header.seed, given, first);
  if constexpr (!Scope::kPlain) learn_own(a, learned_after(a));
}

template <class Scope, class Real>
AI_CALL void one_phase(Agent<Scope, Real>& a, AiPhase phase, const AiConfig& config, const Given& given,
                       uint32_t first) {
  const bool all = phase == AiPhase::STEP;
  if constexpr (sizeof(Real) == 4) {
    if (a.view.small && all) {
      if constexpr (Scope::kAlone) {
        take_observation(a, config, given, first);
        small_step(a);
        choose_action(a, config.header.seed, given, first);
        return;
      }
    }
  }
  if (all) {
    begin_step(a, config, given, first);
    end_step(a, config, given, first);
  }
  if (phase == AiPhase::INFER) {
    take_observation(a, config, given, first);
    infer(a, config.soft != 0);
  }
  if (phase == AiPhase::PLAN) plan(a);
  if (phase == AiPhase::ACT) choose_action(a, config.header.seed, given, first);
  if constexpr (!Scope::kPlain) {
    if (phase == AiPhase::LEARN) learn_own(a, config.parameters);
  }
  if constexpr (Scope::kFull) {
    if (phase == AiPhase::SMOOTH) smooth(a);
  }
}

}  // namespace aatgs::active_inference
