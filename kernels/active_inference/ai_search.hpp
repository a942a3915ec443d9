// Sophisticated inference (Friston et al. 2021): a tree of actions and their outcomes, in which the agent expects to
// revise its beliefs. Unlikely policies and outcomes are left out. Depth first with a frame for each level.
#pragma once
#include "active_inference/ai_policies.hpp"

namespace aatgs::active_inference {

/// One level of the search. Counters are kept as numbers of the instance's precision: they are small.
template <class Real>
struct Frame {
  Vec<Real> beliefs, values, weights, predicted, expected, outcome, counters;
  enum Counter : uint32_t { POLICY, STARTED, SHARE, kCounters };

  template <class A>
  AATGS_FN Frame(const A& a, uint32_t level) {
    const Structure& model = a.model;
    Vec<Real> at = a.place(a.view.room.search + level * a.view.room.frame);
    const auto take = [&](uint32_t n) {
      const Vec<Real> part = at;
      at = at.from(n);
      return part;
    };
    beliefs = take(model.states);
    values = take(a.options.policies);
    weights = take(a.options.policies);
    predicted = take(model.states);
    expected = take(model.outcomes);
    outcome = take(model.modality_count);
    counters = take(kCounters);
  }
  static uint32_t size(const Structure& model, uint32_t policies) {
    return 2 * model.states + 2 * policies + model.outcomes + model.modality_count + kCounters;
  }
};

/// Beliefs and expected outcomes after a policy's action, and their worth; `keep_expected` may be nothing.
template <class Scope, class Real>
AI_CALL Real try_action(Agent<Scope, Real>& a, uint32_t policy, Vec<Real> before, Vec<Real> after,
                        Vec<Real> keep_expected) {
  const Structure& model = a.model;
  Parts<Real> parts;
  for (uint32_t f = 0; f < model.factor_count; ++f) {
    transit(a, model.factors[f], model.policy_first[policy * model.factor_count + f], before,
            a.place(a.view.room.joint), after.from(model.factors[f].at));
  }
  a.scope.barrier();
  for (uint32_t f = 0; a.options.has(AiFlag::INDUCTIVE) && f < model.factor_count; ++f) {
    parts.value[INDUCTIVE] += inductive_value(a, model.factors[f], f, after);
  }
  for (uint32_t g = 0; g < model.group_count; ++g) {
    score_group(a, model.groups[g], after, 0, a.options.has(AiFlag::UTILITY), a.options.has(AiFlag::STATE_GAIN), false,
                parts, keep_expected);
  }
  return parts.total();
}

template <class Scope, class Real>
AATGS_FN void weigh_frame(Agent<Scope, Real>& a, const Frame<Real>& frame) {
  a.scope.for_each(a.options.policies,
                   [&](uint32_t p) { frame.weights[p] = frame.values[p] * a.options.search_gamma; });
  a.scope.barrier();
  softmax(a.scope, frame.weights, a.options.policies);
}

/// Scores all actions from a frame's beliefs.
template <class Scope, class Real>
AI_CALL void enter(Agent<Scope, Real>& a, const Frame<Real>& frame) {
  find_path_rows(a, frame.beliefs);
  for (uint32_t p = 0; p < a.options.policies; ++p) {
    const Real value = try_action(a, p, frame.beliefs, frame.predicted, Vec<Real>{nullptr, 1});
    a.scope.leader([&] { frame.values[p] = value; });
    a.scope.barrier();
  }
  weigh_frame(a, frame);
  a.scope.leader([&] {
    frame.counters[Frame<Real>::POLICY] = Real{0};
    frame.counters[Frame<Real>::STARTED] = Real{0};
  });
  a.scope.barrier();
}

/// The next outcome of the present policy that is likely enough; false when there is none. For one lane.
template <class Scope, class Real>
AI_CALL bool next_outcome(Agent<Scope, Real>& a, const Frame<Real>& frame, bool first) {
  const Structure& model = a.model;
  const uint32_t count = model.modality_count;
  uint32_t m = 0;
  if (first) {
    frame.outcome[0] = Real{0};
  } else {
    m = count - 1;
    frame.outcome[m] += Real{1};
  }
  for (;;) {
    if (static_cast<uint32_t>(frame.outcome[m]) == model.modalities[m].outcomes) {
      if (m == 0) return false;
      frame.outcome[--m] += Real{1};
      continue;
    }
    Real share{1};
    for (uint32_t i = 0; i <= m; ++i) {
      share *= frame.expected[model.modalities[i].at + static_cast<uint32_t>(frame.outcome[i])];
    }
    if (share < a.options.outcome_prune) {
      frame.outcome[m] += Real{1};
    } else if (m + 1 == count) {
      frame.counters[Frame<Real>::SHARE] = share;
      return true;
    } else {
      frame.outcome[++m] = Real{0};
    }
  }
}

/// Beliefs once the frame's outcome would have been seen, into `beliefs`.
template <class Scope, class Real>
AI_CALL void suppose(Agent<Scope, Real>& a, const Frame<Real>& frame, Vec<Real> beliefs) {
  const Structure& model = a.model;
  const Vec<Real> likelihood = a.place(a.view.room.likelihood), log_prior = a.place(a.view.room.prior);
  const Vec<Real> logs = a.view.log_a[a.id];
  for (uint32_t g = 0; g < model.group_count; ++g) {
    const Group& group = model.groups[g];
    a.scope.for_each(group.joint, [&](uint32_t j) {
      Real sum{0};
      for (uint32_t i = 0; i < group.modalities; ++i) {
        const uint32_t m = model.lists[group.modality_at + i];
        sum += logs[model.modalities[m].a_at + static_cast<uint32_t>(frame.outcome[m]) * group.joint + j];
      }
      likelihood[group.at + j] = sum;
    });
  }
  const bool add = a.options.adds_floor();
  a.scope.for_each(model.states, [&](uint32_t s) { log_prior[s] = floored_log(frame.predicted[s], add); });
  a.scope.barrier();
  fixed_point(a, likelihood, log_prior, beliefs);
}

/// Expected free energy of all one-step policies by search, and their posterior. Collective.
template <class Scope, class Real>
AI_CALL void search(Agent<Scope, Real>& a) {
  const uint32_t policies = a.options.policies, last = a.options.search_depth - 1;
  {
    const Frame<Real> root(a, 0);
    const Vec<Real> beliefs = a.beliefs();
    a.scope.for_each(a.model.states, [&](uint32_t s) { root.beliefs[s] = beliefs[s]; });
    a.scope.barrier();
    enter(a, root);
  }
  uint32_t level = 0;
  for (;;) {
    const Frame<Real> frame(a, level);
    const auto policy = static_cast<uint32_t>(frame.counters[Frame<Real>::POLICY]);
    const bool started = frame.counters[Frame<Real>::STARTED] != Real{0};
    a.scope.barrier();
    if (level == last || policy == policies) {
      if (level < last) weigh_frame(a, frame);
      if (level == 0) break;
      const Real value =
          a.scope.template total<Real>(policies, [&](uint32_t p) { return frame.weights[p] * frame.values[p]; });
      --level;
      const Frame<Real> parent(a, level);
      a.scope.leader([&] {
        const auto p = static_cast<uint32_t>(parent.counters[Frame<Real>::POLICY]);
        parent.values[p] += value * parent.counters[Frame<Real>::SHARE];
      });
      a.scope.barrier();
      continue;
    }
    if (!started && frame.weights[policy] < a.options.policy_prune) {
      a.scope.barrier();
      a.scope.leader([&] {
        frame.values[policy] -= a.options.prune_penalty;
        frame.counters[Frame<Real>::POLICY] += Real{1};
      });
      a.scope.barrier();
      continue;
    }
    if (!started) try_action(a, policy, frame.beliefs, frame.predicted, frame.expected);
    a.scope.leader([&] {
      const bool found = next_outcome(a, frame, !started);
      frame.counters[Frame<Real>::STARTED] = found ? Real{1} : Real{0};
      if (!found) frame.counters[Frame<Real>::POLICY] += Real{1};
    });
    a.scope.barrier();
    const bool found = frame.counters[Frame<Real>::STARTED] != Real{0};
    a.scope.barrier();
    if (!found) continue;
    const Frame<Real> child(a, level + 1);
    suppose(a, frame, child.beliefs);
    ++level;
    enter(a, child);
  }
  const Frame<Real> root(a, 0);
  const Vec<Real> values = a.view.values[a.id], posterior = a.view.posterior[a.id];
  a.scope.for_each(policies, [&](uint32_t p) {
    values[p] = root.values[p];
    posterior[p] = root.weights[p];
  });
  a.scope.leader([&] { a.view.energies[a.id][GAMMA] = a.options.search_gamma; });
  a.scope.barrier();
}

}  // namespace aatgs::active_inference
