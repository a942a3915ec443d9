// Tables of small shared models with two factors: which models are such, and what is linear in joint beliefs, added up.
#pragma once
#include "active_inference/ai_policies.hpp"

namespace aatgs::active_inference {

inline constexpr uint32_t kSmallJoint = 8, kSmallOutcomes = 4, kSmallModalities = 4, kSmallSteps = 2;
/// Policies at most: their values are kept in the working room.
inline constexpr uint32_t kSmallPolicies = 64;

inline constexpr uint32_t kSmallControls = 32, kSmallNodes = kSmallPolicies * kSmallSteps, kSmallSquare = 16;

/// Where a node of the policy tree comes from, and the controls that lead to it, of both factors together.
struct SmallNode {
  uint8_t depth, parent, first, second;
};
/// Nodes of a policy's first and of its last step.
struct SmallPolicy {
  uint16_t first, last;
};

/// The likelihoods with outcomes padded to four, and what joint states are worth at each step: expected utility less
/// ambiguity. The rest is for a block (ai_small_block.hpp): all that its step wants to know of the model.
struct alignas(16) SmallTables {
  float a[kSmallModalities][kSmallJoint][kSmallOutcomes];
  float log_a[kSmallModalities][kSmallOutcomes][kSmallJoint];
  float worth[kSmallSteps][kSmallJoint];
  float by_outcome[kSmallModalities][kSmallOutcomes][kSmallJoint];
  float moves[kSmallControls][kSmallSquare];
  float start[kSmallJoint];
  float log_habits[kSmallPolicies];
  SmallNode nodes[kSmallNodes];
  SmallPolicy policies[kSmallPolicies];
  uint32_t taken_by[kSmallControls][kSmallPolicies / 32];  // of each control: the policies that begin with it
  uint32_t modalities, node_count, policy_count, controls, second_control, iterations, flags;
  float gamma;
  AATGS_FN bool has(AiFlag flag) const { return (flags & static_cast<uint32_t>(flag)) != 0; }
};

/// What a block's step wants to know besides. For one thread.
AI_CALL void fill_small_block(const View<float>& view, SmallTables& tables) {
  const Structure& model = view.model;
  const bool add = view.options.adds_floor();
  tables.modalities = model.modality_count;
  tables.node_count = model.components[0].nodes;
  tables.policy_count = view.options.policies;
  tables.controls = model.controls;
  tables.second_control = model.factors[1].control_at;
  tables.iterations = view.options.iterations;
  tables.flags = view.options.flags;
  tables.gamma = view.options.gamma;
  for (uint32_t i = 0; i < kSmallModalities; ++i) {
    for (uint32_t o = 0; o < kSmallOutcomes; ++o) {
      const bool there = i < model.modality_count && o < model.modalities[i].outcomes;
      for (uint32_t j = 0; j < kSmallJoint; ++j) tables.by_outcome[i][o][j] = there ? tables.a[i][j][o] : 0.0f;
    }
  }
  for (uint32_t f = 0; f < 2; ++f) {
    const Factor& factor = model.factors[f];
    const uint32_t square = factor.states * factor.states;
    for (uint32_t u = 0; u < factor.controls; ++u) {
      for (uint32_t i = 0; i < square; ++i) {
        tables.moves[factor.control_at + u][i] = view.parameters[SET_B][0][factor.b_at + u * square + i];
      }
    }
  }
  for (uint32_t s = 0; s < model.states; ++s) tables.start[s] = view.parameters[SET_D][0][s];
  uint32_t parent = 0;
  for (uint32_t n = 0; n < tables.node_count; ++n) {
    const Node& node = model.nodes[n];
    if (node.depth == 0) parent = n;
    tables.nodes[n] = {static_cast<uint8_t>(node.depth), static_cast<uint8_t>(parent),
                       static_cast<uint8_t>(model.node_actions[n * 2]),
                       static_cast<uint8_t>(tables.second_control + model.node_actions[n * 2 + 1])};
    if (node.leaf != kNoLeaf) {
      tables.policies[node.leaf] = {static_cast<uint16_t>(parent), static_cast<uint16_t>(n)};
    }
  }
  for (uint32_t u = 0; u < model.controls; ++u) tables.taken_by[u][0] = tables.taken_by[u][1] = 0;
  for (uint32_t p = 0; p < tables.policy_count; ++p) {
    const uint32_t* first = model.policy_first + p * 2;
    tables.taken_by[first[0]][p / 32] |= 1u << p % 32;
    tables.taken_by[tables.second_control + first[1]][p / 32] |= 1u << p % 32;
    tables.log_habits[p] = floored_log(view.parameters[SET_E][0][p], add);
  }
}

/// Fills the tables from the shared parameters. For one thread.
AI_CALL void fill_small(const View<float>& view, SmallTables& tables) {
  const Structure& model = view.model;
  const uint32_t joint = model.groups[0].joint;
  for (uint32_t i = 0; i < model.modality_count; ++i) {
    const Modality& m = model.modalities[i];
    for (uint32_t j = 0; j < joint; ++j) {
      for (uint32_t o = 0; o < kSmallOutcomes; ++o) {
        const bool there = o < m.outcomes;
        tables.a[i][j][o] = there ? view.parameters[SET_A][0][m.a_at + j * m.outcomes + o] : 0.0f;
        tables.log_a[i][o][j] = there ? view.log_a[0][m.a_at + o * joint + j] : 0.0f;
      }
    }
  }
  fill_small_block(view, tables);
  for (uint32_t t = 0; t < kSmallSteps; ++t) {
    const uint32_t column = t < view.options.preference_steps ? t : view.options.preference_steps - 1;
    for (uint32_t j = 0; j < joint; ++j) {
      float worth = 0;
      for (uint32_t i = 0; i < model.modality_count; ++i) {
        const Modality& m = model.modalities[i];
        if (view.options.has(AiFlag::STATE_GAIN)) worth += view.gain_a[0][m.joint_at + j];
        for (uint32_t o = 0; view.options.has(AiFlag::UTILITY) && o < m.outcomes; ++o) {
          worth += tables.a[i][j][o] * view.log_c[0][column * model.outcomes + m.at + o];
        }
      }
      tables.worth[t][j] = worth;
    }
  }
}

/// Which of the compiled sizes a model has; 0: none. Decided where memory is laid out, from the setup alone.
inline uint32_t small_shape(const View<float>& view, const Factor* factors, const Modality* modalities,
                            const Group* groups, const uint32_t* lists) {
  const Options<float>& options = view.options;
  const auto has = [&](AiFlag flag) { return options.has(flag); };
  const bool plain = options.algorithm == static_cast<uint32_t>(AiAlgorithm::FPI) && options.horizon == 1 &&
                     !has(AiFlag::SPM_GAIN) && !has(AiFlag::NOVELTY_A) && !has(AiFlag::NOVELTY_B) &&
                     !has(AiFlag::STREAMED) && !has(AiFlag::SEARCH) && !has(AiFlag::INDUCTIVE) &&
                     !has(AiFlag::ANY_ORDER) && !has(AiFlag::DETAILS) && !has(AiFlag::SOFT) &&
                     !(options.tolerance > 0) && options.precision_iterations == 0;
  const Structure& model = view.model;
  if (!plain || view.per_agent != 0 || view.learned != 0) return 0;
  if (model.factor_count != 2 || model.group_count != 1 || model.component_count != 1) return 0;
  if (options.policies > kSmallPolicies || options.policy_length > kSmallSteps || model.controls > 32) return 0;
  if (model.modality_count > kSmallModalities) return 0;
  for (uint32_t m = 0; m < model.modality_count; ++m) {
    if (modalities[m].outcomes > kSmallOutcomes) return 0;
  }
  if (groups[0].deps != 2 || lists[groups[0].dep_at] != 0) return 0;
  for (uint32_t f = 0; f < 2; ++f) {
    if (factors[f].deps != 1 || lists[factors[f].dep_at] != f) return 0;
  }
  if (factors[0].states == 4 && factors[1].states == 2) return 42;
  if (factors[0].states == 2 && factors[1].states == 3) return 23;
  return 0;
}

}  // namespace aatgs::active_inference
