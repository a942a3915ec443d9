// Expected free energy where factors have nothing to do with each other, a thread for each of many agents: every factor
// with its one modality is a chain of at most 16 states, whose transitions and likelihoods lie padded to 16, so that a
// thread has next states and outcomes in registers. The same operations in the same order as score_policies.
#pragma once
#include "active_inference/ai_policies.hpp"

namespace aatgs::active_inference {

inline constexpr uint32_t kChainStates = 16;
/// Time steps of a policy at most: beliefs along it are in the thread's own memory.
inline constexpr uint32_t kChainSteps = 4;

/// One row of 16 numbers.
struct alignas(16) ChainRow {
  float x[kChainStates];
};

/// Rows of the tables of one factor: transitions [control][state], likelihoods [state], ambiguity, preferences [step].
AATGS_FN uint32_t chain_rows(const Factor& factor, uint32_t steps) {
  return (factor.controls + 1) * kChainStates + 1 + steps;
}

/// Whether a model is made of chains; decided where memory is laid out.
inline bool chains_fit(const View<float>& view, const Factor* factors, const Modality* modalities,
                       const Group* groups) {
  const Options<float>& options = view.options;
  const auto has = [&](AiFlag flag) { return options.has(flag); };
  const Structure& model = view.model;
  if (has(AiFlag::SPM_GAIN) || has(AiFlag::NOVELTY_A) || has(AiFlag::NOVELTY_B) || has(AiFlag::STREAMED) ||
      has(AiFlag::SEARCH) || has(AiFlag::INDUCTIVE) || has(AiFlag::DETAILS) || view.per_agent != 0 || view.learned != 0)
    return false;
  if (!view.alone || options.policy_length > kChainSteps || model.component_count != model.factor_count ||
      model.group_count != model.factor_count || model.modality_count != model.factor_count)
    return false;
  for (uint32_t f = 0; f < model.factor_count; ++f) {
    if (factors[f].states > kChainStates || factors[f].deps != 1) return false;
    if (modalities[f].outcomes > kChainStates || groups[f].deps != 1 || groups[f].modalities != 1) return false;
  }
  return true;
}

/// Fills the padded tables from the shared parameters. Collective; a barrier after it is the caller's.
template <class Team>
AI_CALL void fill_chains(Team& team, const View<float>& view) {
  const Structure& model = view.model;
  const uint32_t steps = view.options.preference_steps;
  uint32_t start = 0;
  for (uint32_t c = 0; c < model.component_count; ++c) {
    const Component& component = model.components[c];
    const Factor& factor = model.factors[model.lists[component.factor_at]];
    const Group& group = model.groups[model.lists[component.group_at]];
    const Modality& m = model.modalities[model.lists[group.modality_at]];
    const uint32_t rows = chain_rows(factor, steps), likelihoods = factor.controls * kChainStates;
    team.for_each(rows * kChainStates, [&](uint32_t i) {
      const uint32_t row = i / kChainStates, x = i % kChainStates, s = row % kChainStates;
      float value = 0;
      if (row < likelihoods) {
        const uint32_t column = row / kChainStates * factor.parents + s;
        if (s < factor.states && x < factor.states)
          value = view.parameters[SET_B][0][factor.b_at + column * factor.states + x];
      } else if (row < likelihoods + kChainStates) {
        if (s < factor.states && x < m.outcomes) value = view.parameters[SET_A][0][m.a_at + s * m.outcomes + x];
      } else if (row == likelihoods + kChainStates) {
        if (x < factor.states) value = view.gain_a[0][m.joint_at + x];
      } else if (x < m.outcomes) {
        value = view.log_c[0][(row - likelihoods - kChainStates - 1) * model.outcomes + m.at + x];
      }
      view.chains[start + row].x[x] = value;
    });
    start += rows;
  }
}

/// The sum of 16 numbers, folded in halves.
AATGS_FN float chain_total(float (&x)[kChainStates]) {
  for (uint32_t half = kChainStates / 2; half > 0; half /= 2) {
    for (uint32_t i = 0; i < half; ++i) x[i] += x[i + half];
  }
  return x[0];
}

/// out = sum over j of row j times x[j].
AATGS_FN void chain_times(const ChainRow* rows, uint32_t n, const float* x, float (&out)[kChainStates]) {
  for (uint32_t s = 0; s < kChainStates; ++s) out[s] = 0;
  for (uint32_t j = 0; j < n; ++j) {
    const ChainRow row = rows[j];
    const float weight = x[j];
    for (uint32_t s = 0; s < kChainStates; ++s) out[s] += row.x[s] * weight;
  }
}

/// Negative expected free energy of every listed policy into `values`.
AI_CALL void score_chains(Agent<Alone, float>& a) {
  const View<float>& view = a.view;
  const Structure& model = view.model;
  const Options<float>& options = view.options;
  const Vec<float> values = view.values[a.id], beliefs = a.beliefs();
  const bool in_order = !options.has(AiFlag::ANY_ORDER);
  const bool utility = options.has(AiFlag::UTILITY), gain = options.has(AiFlag::STATE_GAIN);
  const Vec<float> leaves = in_order ? values : a.place(view.room.leaves);
  const uint32_t last = options.preference_steps - 1;
  const ChainRow* tables = view.chains;
  float path[kChainSteps + 1][kChainStates], gained[kChainSteps + 1];
  for (uint32_t c = 0; c < model.component_count; ++c) {
    const Component& component = model.components[c];
    const Factor& factor = model.factors[model.lists[component.factor_at]];
    const ChainRow* likelihoods = tables + factor.controls * kChainStates;
    const ChainRow* ambiguity = likelihoods + kChainStates;
    for (uint32_t s = 0; s < factor.states; ++s) path[0][s] = beliefs[factor.at + s];
    gained[0] = 0;
    for (uint32_t n = 0; n < component.nodes; ++n) {
      const Node node = model.nodes[component.node_at + n];
      const uint32_t control = model.node_actions[component.action_at + n];
      float next[kChainStates], expected[kChainStates], terms[kChainStates];
      chain_times(tables + control * kChainStates, factor.states, path[node.depth], next);
      for (uint32_t s = 0; s < kChainStates; ++s) path[node.depth + 1][s] = next[s];
      float value = 0;
      if (utility || gain) chain_times(likelihoods, factor.states, path[node.depth + 1], expected);
      if (utility) {
        const ChainRow preferred = ambiguity[1 + (node.depth < last ? node.depth : last)];
        for (uint32_t o = 0; o < kChainStates; ++o) terms[o] = expected[o] * preferred.x[o];
        value += chain_total(terms);
      }
      if (gain) {
        const ChainRow row = *ambiguity;
        for (uint32_t s = 0; s < kChainStates; ++s) terms[s] = next[s] * row.x[s];
        const float known = chain_total(terms);
        for (uint32_t o = 0; o < kChainStates; ++o) {
          const float p = expected[o];
          terms[o] = p != 0.0f ? p * floored_log(p, false) : 0.0f;
        }
        value += known - chain_total(terms);
      }
      value = gained[node.depth] + value;
      gained[node.depth + 1] = value;
      if (node.leaf != kNoLeaf) leaves[component.leaf_at + node.leaf] = value;
    }
    tables += chain_rows(factor, options.preference_steps);
  }
  if (in_order) return;
  for (uint32_t p = 0; p < options.policies; ++p) {
    float sum = 0;
    for (uint32_t c = 0; c < model.component_count; ++c) {
      sum += leaves[model.components[c].leaf_at + model.policy_leaf[p * model.component_count + c]];
    }
    values[p] = sum;
  }
}

}  // namespace aatgs::active_inference
