// The shape of a model and of its policies, as the host describes it in the setup's first parts.
#pragma once
#include <cstdint>

#include "active_inference/ai_types.hpp"

namespace aatgs::active_inference {

/// A hidden state factor. Lists are ranges of Structure::lists.
struct Factor {
  uint32_t states, controls;
  uint32_t at;  // of its states among all
  uint32_t control_at;  // of its controls among all
  uint32_t b_at;  // of its transitions in B, laid out [control][parents][next state]
  uint32_t parents;  // joint states of the factors it depends on
  uint32_t dep_at, deps;
  uint32_t child_at, children;  // factors that depend on it
};

/// An observation modality.
struct Modality {
  uint32_t outcomes;
  uint32_t at;  // of its outcomes among all
  uint32_t a_at;  // of its likelihood in A, laid out [joint state][outcome]
  uint32_t group;
  uint32_t joint_at;  // of its joint states among those of all modalities
};

/// Modalities that depend on the same factors.
struct Group {
  uint32_t dep_at, deps;
  uint32_t joint;  // joint states
  uint32_t at;  // of them among those of all groups
  uint32_t modality_at, modalities;
};

/// Factors joined by modalities or transitions. Expected free energy is a sum over components, so each has a tree of its
/// own partial policies, in depth-first order.
struct Component {
  uint32_t factor_at, factors;
  uint32_t group_at, groups;
  uint32_t node_at, nodes;
  uint32_t leaf_at, leaves;
  uint32_t action_at;  // of its nodes' actions, `factors` a node
  uint32_t combinations;  // of its factors' controls
};

struct Node {
  uint32_t depth;  // from 0
  uint32_t leaf;  // number of the leaf in the component, or none
};
inline constexpr uint32_t kNoLeaf = 0xffffffffu;

struct Structure {
  uint32_t factor_count, modality_count, group_count, component_count;
  uint32_t states, outcomes, controls, joint, modality_joint;  // totals
  uint32_t a_size, b_size;
  uint32_t squares;  // sum over factors of states squared
  uint32_t widest;  // joint states of the widest group or parent set
  uint32_t most_outcomes;
  const Factor* factors;
  const Modality* modalities;
  const Group* groups;
  const Component* components;
  const uint32_t* lists;
  const Node* nodes;
  const uint32_t* node_actions;
  const uint32_t* policy_leaf;  // policies x components
  const uint32_t* policy_first;  // policies x factors: the first action
};

/// The product of the beliefs about `deps` factors, joint states with the last factor running fastest.
template <class Scope, class Real>
AATGS_FN void joint_belief(Scope& scope, const Structure& model, uint32_t dep_at, uint32_t deps, uint32_t joint,
                           Vec<Real> beliefs, Vec<Real> out) {
  if constexpr (Scope::kAlone) {
    // Grows from the first factor on: one multiplication an entry.
    uint32_t filled = 1;
    out[0] = Real{1};
    for (uint32_t d = 0; d < deps; ++d) {
      const Factor& factor = model.factors[model.lists[dep_at + d]];
      for (uint32_t j = filled; j-- > 0;) {
        const Real weight = out[j];
        for (uint32_t s = factor.states; s-- > 0;) out[j * factor.states + s] = weight * beliefs[factor.at + s];
      }
      filled *= factor.states;
    }
  } else {
    scope.for_each(joint, [&](uint32_t j) {
      Real product{1};
      uint32_t rest = j, scale = joint;
      for (uint32_t d = 0; d < deps; ++d) {
        const Factor& factor = model.factors[model.lists[dep_at + d]];
        scale /= factor.states;
        product *= beliefs[factor.at + rest / scale];
        rest %= scale;
      }
      out[j] = product;
    });
  }
}

/// The same, without a copy where there is one factor. Collective.
template <class Scope, class Real>
AATGS_FN Vec<Real> belief_over(Scope& scope, const Structure& model, uint32_t dep_at, uint32_t deps, uint32_t joint,
                               Vec<Real> beliefs, Vec<Real> room) {
  if (deps == 1) return beliefs.from(model.factors[model.lists[dep_at]].at);
  scope.barrier();
  joint_belief(scope, model, dep_at, deps, joint, beliefs, room);
  scope.barrier();
  return room;
}

/// f(value j, weight j) over the joint states with state s of the factor at `position`: the weight is the product of the
/// other factors' beliefs.
template <class Real, class F>
AATGS_FN void over_others(const Structure& model, uint32_t dep_at, uint32_t deps, uint32_t position, uint32_t s,
                          Vec<Real> beliefs, F f) {
  if (deps == 1) {
    f(s, Real{1});
    return;
  }
  const uint32_t* list = model.lists + dep_at;
  if (deps == 2) {
    const Factor& other = model.factors[list[1 - position]];
    const Factor& last = model.factors[list[1]];
    for (uint32_t o = 0; o < other.states; ++o) {
      f(position == 0 ? s * last.states + o : o * last.states + s, beliefs[other.at + o]);
    }
    return;
  }
  uint32_t others = 1;
  for (uint32_t d = 0; d < deps; ++d) {
    if (d != position) others *= model.factors[list[d]].states;
  }
  for (uint32_t i = 0; i < others; ++i) {
    uint32_t rest = i, joint = 0, scale = 1;
    Real weight{1};
    for (uint32_t d = deps; d-- > 0;) {
      const Factor& factor = model.factors[list[d]];
      uint32_t digit = s;
      if (d != position) {
        digit = rest % factor.states;
        rest /= factor.states;
        weight *= beliefs[factor.at + digit];
      }
      joint += digit * scale;
      scale *= factor.states;
    }
    f(joint, weight);
  }
}

}  // namespace aatgs::active_inference
