// Small shared models with two factors, a thread for each agent: sizes known to the compiler, beliefs in registers. The same
// numbers as the general path up to rounding, which a test shows.
#pragma once
#include "active_inference/ai_small_tables.hpp"

namespace aatgs::active_inference {

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
  AATGS_FN void make_even() {
    for (uint32_t i = 0; i < N1; ++i) first[i] = 1.0f / N1;
    for (uint32_t i = 0; i < N2; ++i) second[i] = 1.0f / N2;
  }
  AATGS_FN bool is_same(const SmallBeliefs& other) const {
    bool differs = false;
    for (uint32_t i = 0; i < N1; ++i) differs |= first[i] != other.first[i];
    for (uint32_t i = 0; i < N2; ++i) differs |= second[i] != other.second[i];
    return !differs;
  }
  /// What the next iteration takes the softmax of: the prior, and log likelihoods expected under the other factor.
  AATGS_FN SmallBeliefs next_logits(const float (&likelihood)[N1 * N2], const SmallBeliefs& log_prior) const {
    SmallBeliefs next = log_prior;
    for (uint32_t i = 0; i < N1; ++i) {
      for (uint32_t k = 0; k < N2; ++k) {
        next.first[i] += likelihood[i * N2 + k] * second[k];
        next.second[k] += likelihood[i * N2 + k] * first[i];
      }
    }
    return next;
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

/// The last steps of an iteration that would go on for `left` more: true once no bit changes any more, or beliefs go to and fro
/// between two values (all factors are updated at once), which leaves no doubt where it ends.
template <uint32_t N1, uint32_t N2>
AATGS_FN bool settles(const SmallBeliefs<N1, N2>& next, uint32_t left, SmallBeliefs<N1, N2>& before,
                      SmallBeliefs<N1, N2>& q) {
  const bool same = next.is_same(q), returns = next.is_same(before);
  before = q;
  if (same || !returns || left % 2 == 0) q = next;
  return same || returns;
}

/// Fixed-point iteration from even beliefs; returns the iterations. As small_block_fixed_point, by one thread.
template <uint32_t N1, uint32_t N2>
AATGS_FN uint32_t small_fixed_point(const float (&likelihood)[N1 * N2], const SmallBeliefs<N1, N2>& log_prior,
                                    uint32_t most, SmallBeliefs<N1, N2>& q) {
  q.make_even();
  SmallBeliefs<N1, N2> before = q;
  uint32_t iteration = 0;
  while (iteration < most) {
    SmallBeliefs<N1, N2> next = q.next_logits(likelihood, log_prior);
    small_softmax(next.first);
    small_softmax(next.second);
    ++iteration;
    if (settles(next, most - iteration, before, q)) iteration = most;
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

/// Runs the compiled size of a model.
AATGS_FN void small_step(Agent<Alone, float>& a) {
  if (a.view.small == 42) {
    small_infer_and_plan<4, 2>(a, *a.view.small_tables);
  } else {
    small_infer_and_plan<2, 3>(a, *a.view.small_tables);
  }
}

}  // namespace aatgs::active_inference
