// All combinations of controls over the policy length, without a list of them: neither expected free energies nor the
// posterior are kept, only the weights of first actions. With even habits the posterior is a product over components.
#pragma once
#include "active_inference/ai_policies.hpp"

namespace aatgs::active_inference {

/// Digits of combination `index` of a component's controls, the last factor running fastest.
AATGS_FN void combination(const Structure& model, const Component& component, uint32_t index, uint32_t* controls) {
  for (uint32_t i = component.factors; i-- > 0;) {
    const uint32_t count = model.factors[model.lists[component.factor_at + i]].controls;
    controls[i] = index % count;
    index /= count;
  }
}

/// Walks all policies of one component; `chosen` gets the weight of every first combination. Collective.
template <class Scope, class Real>
AATGS_FN void stream_component(Agent<Scope, Real>& a, const Component& component, Vec<Real> path, Vec<Real> chosen) {
  const Structure& model = a.model;
  const Vec<Real> gained = a.place(a.view.room.gained);
  const uint32_t length = a.options.policy_length;
  uint32_t controls[kMaxFactors], digits[kMaxFactors * 2];
  a.scope.leader([&] { gained[0] = Real{0}; });
  a.scope.barrier();
  Real top{0}, sum{0};
  uint32_t depth = 0;
  digits[0] = 0;
  for (;;) {
    if (digits[depth] == component.combinations) {
      if (depth == 0) break;
      --depth;
      if (depth == 0) {
        a.scope.leader([&] { chosen[digits[0]] = top + log_of(sum); });
      }
      ++digits[depth];
      continue;
    }
    combination(model, component, digits[depth], controls);
    const auto parts = take_node(a, component, controls, depth, path.from(depth * model.states),
                                 path.from((depth + 1) * model.states), Vec<Real>{nullptr, 1});
    a.scope.leader([&] { gained[depth + 1] = gained[depth] + parts.total(); });
    a.scope.barrier();
    const bool leaf = depth + 1 == length;
    if (depth == 0) top = sum = Real{0};
    if (leaf) {
      const Real value = gained[depth + 1] * a.options.gamma;
      if (sum == Real{0} || value > top) {
        sum = sum * (sum == Real{0} ? Real{0} : exp_of(top - value)) + Real{1};
        top = value;
      } else {
        sum += exp_of(value - top);
      }
      if (depth == 0) {
        a.scope.leader([&] { chosen[digits[0]] = top + log_of(sum); });
      }
      ++digits[depth];
    } else {
      digits[++depth] = 0;
    }
  }
  a.scope.barrier();
  softmax(a.scope, chosen, component.combinations);
}

/// Marginals of all factors' first controls over all policies there are. Collective.
template <class Scope, class Real>
AI_CALL void stream_policies(Agent<Scope, Real>& a) {
  const Structure& model = a.model;
  const Vec<Real> path = start_path(a, a.beliefs());
  const Vec<Real> chosen = a.place(a.view.room.combinations);
  const Vec<Real> marginals = a.view.marginals[a.id];
  a.scope.leader([&] { a.view.energies[a.id][GAMMA] = a.options.gamma; });
  for (uint32_t c = 0; c < model.component_count; ++c) {
    const Component& component = model.components[c];
    stream_component(a, component, path, chosen);
    for (uint32_t i = 0; i < component.factors; ++i) {
      const Factor& factor = model.factors[model.lists[component.factor_at + i]];
      a.scope.for_each(factor.controls, [&](uint32_t u) {
        Real sum{0};
        uint32_t controls[kMaxFactors];
        for (uint32_t k = 0; k < component.combinations; ++k) {
          combination(model, component, k, controls);
          if (controls[i] == u) sum += chosen[k];
        }
        marginals[factor.control_at + u] = sum;
      });
    }
    a.scope.barrier();
  }
}

}  // namespace aatgs::active_inference
