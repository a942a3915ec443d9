// Small shared models with two factors, a thread for each agent: sizes known to the compiler, beliefs in registers, what is
// linear in joint beliefs added up beforehand. The same numbers as the general path up to rounding, which a test shows.
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

template <uint32_t N>
AATGS_FN void small_softmax(float (&x)[N]) {
  float top = x[0], sum = 0;
  for (uint32_t i = 1; i < N; ++i) top = x[i] > top ? x[i] : top;
  for (uint32_t i = 0; i < N; ++i) {
    x[i] = exp_of(x[i] - top);
    sum += x[i];
  }
  const float scale = 1.0f / sum;
  for (uint32_t i = 0; i < N; ++i) x[i] *= scale;
}

/// Beliefs about two factors.
template <uint32_t N1, uint32_t N2>
struct SmallBeliefs {
  float first[N1], second[N2];

  AATGS_FN void read(Vec<float> from) {
    for (uint32_t i = 0; i < N1; ++i) first[i] = from[i];
    for (uint32_t i = 0; i < N2; ++i) second[i] = from[N1 + i];
  }
  AATGS_FN void write(Vec<float> to) const {
    for (uint32_t i = 0; i < N1; ++i) to[i] = first[i];
    for (uint32_t i = 0; i < N2; ++i) to[N1 + i] = second[i];
  }
  /// After controls `u` and `v`; `b` and `c` are the factors' transitions.
  AATGS_FN SmallBeliefs after(const float* b, const float* c) const {
    SmallBeliefs next;
    for (uint32_t s = 0; s < N1; ++s) next.first[s] = 0;
    for (uint32_t j = 0; j < N1; ++j) {
      for (uint32_t s = 0; s < N1; ++s) next.first[s] += b[j * N1 + s] * first[j];
    }
    for (uint32_t s = 0; s < N2; ++s) next.second[s] = 0;
    for (uint32_t j = 0; j < N2; ++j) {
      for (uint32_t s = 0; s < N2; ++s) next.second[s] += c[j * N2 + s] * second[j];
    }
    return next;
  }
};

/// Fixed-point iteration from even beliefs; returns the iterations.
template <uint32_t N1, uint32_t N2>
AATGS_FN uint32_t small_fixed_point(const float (&likelihood)[N1 * N2], const SmallBeliefs<N1, N2>& log_prior,
                                    uint32_t most, SmallBeliefs<N1, N2>& q) {
  for (uint32_t i = 0; i < N1; ++i) q.first[i] = 1.0f / N1;
  for (uint32_t i = 0; i < N2; ++i) q.second[i] = 1.0f / N2;
  uint32_t iteration = 0;
  while (iteration < most) {
    SmallBeliefs<N1, N2> next = log_prior;
    for (uint32_t i = 0; i < N1; ++i) {
      for (uint32_t k = 0; k < N2; ++k) {
        const float l = likelihood[i * N2 + k];
        next.first[i] += l * q.second[k];
        next.second[k] += l * q.first[i];
      }
    }
    small_softmax(next.first);
    small_softmax(next.second);
    bool changed = false;
    for (uint32_t i = 0; i < N1; ++i) changed |= next.first[i] != q.first[i];
    for (uint32_t i = 0; i < N2; ++i) changed |= next.second[i] != q.second[i];
    q = next;
    ++iteration;
    if (!changed) iteration = most;
  }
  return iteration;
}

/// What beliefs promise at step t: expected utility and information gain.
template <uint32_t N1, uint32_t N2>
AATGS_FN float small_worth(const SmallTables& tables, uint32_t modalities, bool gain, uint32_t t,
                           const SmallBeliefs<N1, N2>& q) {
  float joint[N1 * N2], value = 0;
  for (uint32_t i = 0; i < N1; ++i) {
    for (uint32_t k = 0; k < N2; ++k) {
      const uint32_t j = i * N2 + k;
      joint[j] = q.first[i] * q.second[k];
      value += joint[j] * tables.worth[t][j];
    }
  }
  if (!gain) return value;
  for (uint32_t m = 0; m < modalities; ++m) {
    float expected[kSmallOutcomes] = {};
    for (uint32_t j = 0; j < N1 * N2; ++j) {
      for (uint32_t o = 0; o < kSmallOutcomes; ++o) expected[o] += tables.a[m][j][o] * joint[j];
    }
    for (uint32_t o = 0; o < kSmallOutcomes; ++o) {
      // What is certain adds nothing, and is so for all agents in many models.
      const float p = expected[o];
      if (p != 0.0f && p != 1.0f) value -= p * floored_log(p, false);
    }
  }
  return value;
}

/// The free energy of beliefs.
template <uint32_t N1, uint32_t N2>
AATGS_FN FreeEnergy<float> small_energy(const SmallBeliefs<N1, N2>& q, const SmallBeliefs<N1, N2>& log_prior,
                                        const float (&likelihood)[N1 * N2], bool add) {
  FreeEnergy<float> energy;
  for (uint32_t i = 0; i < N1; ++i) {
    energy.negative_entropy += q.first[i] * floored_log(q.first[i], add);
    energy.prior_cross_entropy -= q.first[i] * log_prior.first[i];
  }
  for (uint32_t i = 0; i < N2; ++i) {
    energy.negative_entropy += q.second[i] * floored_log(q.second[i], add);
    energy.prior_cross_entropy -= q.second[i] * log_prior.second[i];
  }
  for (uint32_t i = 0; i < N1; ++i) {
    for (uint32_t k = 0; k < N2; ++k) energy.accuracy += likelihood[i * N2 + k] * q.first[i] * q.second[k];
  }
  return energy;
}

/// Beliefs, policies and marginals of one agent: what `infer` and `plan` do.
template <uint32_t N1, uint32_t N2>
AI_CALL void small_infer_and_plan(Agent<Alone, float>& a, const SmallTables& tables) {
  using Beliefs = SmallBeliefs<N1, N2>;
  const View<float>& view = a.view;
  const Structure& model = view.model;
  const Options<float>& options = view.options;
  const bool add = options.adds_floor();
  const float* b = view.parameters[SET_B].base;
  const float* c = b + model.factors[1].b_at;
  const Vec<uint32_t> actions = view.actions[a.id], observed = view.observations[a.id];
  const auto moved = [&](const Beliefs& q, const uint32_t* u) {
    return q.after(b + u[0] * N1 * N1, c + u[1] * N2 * N2);
  };

  Beliefs prior, q;
  if (view.clock[a.id][ACTED] == 0) {
    prior.read(view.parameters[SET_D][a.id]);
  } else {
    q.read(view.beliefs[a.id]);
    const uint32_t u[2] = {actions[0], actions[1]};
    prior = moved(q, u);
  }
  prior.write(view.prior[a.id]);

  float likelihood[N1 * N2] = {};
  for (uint32_t m = 0; m < model.modality_count; ++m) {
    const uint32_t o = observed[m];
    if (o == kNotObserved) continue;
    for (uint32_t j = 0; j < N1 * N2; ++j) likelihood[j] += tables.log_a[m][o][j];
  }
  Beliefs log_prior;
  for (uint32_t i = 0; i < N1; ++i) log_prior.first[i] = floored_log(prior.first[i], add);
  for (uint32_t i = 0; i < N2; ++i) log_prior.second[i] = floored_log(prior.second[i], add);
  const uint32_t iteration = small_fixed_point<N1, N2>(likelihood, log_prior, options.iterations, q);
  q.write(view.beliefs[a.id]);
  keep_energy(a, small_energy(q, log_prior, likelihood, add), iteration);

  const Vec<float> room = a.place(view.room.leaves);
  const Vec<float> values = view.values[a.id], posterior = view.posterior[a.id], marginals = view.marginals[a.id];
  const Vec<float> habits = view.parameters[SET_E][a.id];
  const bool gain = options.has(AiFlag::STATE_GAIN);
  const Component& component = model.components[0];
  const auto worth_of = [&](uint32_t depth, const Beliefs& now) {
    return small_worth(tables, model.modality_count, gain, depth, now);
  };
  const auto keep = [&](uint32_t leaf, float value) {
    values[leaf] = value;
    room[leaf] = value * options.gamma + floored_log(habits[leaf], add);
  };
  float before = 0;
  Beliefs half = q;
  for (uint32_t n = 0; n < component.nodes; ++n) {
    const Node node = model.nodes[n];
    const Beliefs now = moved(node.depth == 0 ? q : half, model.node_actions + n * 2);
    const float value = worth_of(node.depth, now);
    if (node.leaf == kNoLeaf) {
      half = now;
      before = value;
    } else {
      keep(node.leaf, node.depth > 0 ? value + before : value);
    }
  }
  float top = room[0], sum = 0;
  for (uint32_t p = 1; p < options.policies; ++p) top = room[p] > top ? room[p] : top;
  for (uint32_t p = 0; p < options.policies; ++p) {
    const float share = exp_of(room[p] - top);
    room[p] = share;
    sum += share;
  }
  const float scale = 1.0f / sum;
  for (uint32_t i = 0; i < model.controls; ++i) marginals[i] = 0;
  for (uint32_t p = 0; p < options.policies; ++p) {
    const float share = room[p] * scale;
    posterior[p] = share;
    const uint32_t* first = model.policy_first + p * 2;
    marginals[first[0]] += share;
    marginals[model.factors[1].control_at + first[1]] += share;
  }
  view.energies[a.id][GAMMA] = options.gamma;
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

/// Runs the compiled size of a model.
AATGS_FN void small_step(Agent<Alone, float>& a) {
  if (a.view.small == 42) {
    small_infer_and_plan<4, 2>(a, *a.view.small_tables);
  } else {
    small_infer_and_plan<2, 3>(a, *a.view.small_tables);
  }
}

}  // namespace aatgs::active_inference
