// A step of a small shared model by one warp, for few agents: lanes have a state each while beliefs are inferred, and a
// policy each while policies are evaluated. The same operations in the same order as ai_small.hpp.
#pragma once
#include "active_inference/ai_action.hpp"
#include "active_inference/ai_small.hpp"

#if defined(__CUDACC__)

namespace aatgs::active_inference {

__device__ inline float from_lane(float x, uint32_t lane) { return __shfl_sync(0xffffffffu, x, lane); }

/// Fixed-point iteration, a state for each lane; all lanes get the beliefs. Returns the iterations.
template <uint32_t N1, uint32_t N2>
__device__ __forceinline__ uint32_t small_warp_fixed_point(const float (&likelihood)[N1 * N2],
                                                           const SmallBeliefs<N1, N2>& log_prior, uint32_t most,
                                                           SmallBeliefs<N1, N2>& q) {
  constexpr uint32_t kOthers = N1 > N2 ? N1 : N2;
  const uint32_t lane = threadIdx.x & 31;
  const bool is_first = lane < N1, is_state = lane < N1 + N2;
  // The likelihoods that matter to this lane's state, and its prior.
  float mine[kOthers] = {}, start = 0;
  for (uint32_t i = 0; i < N1; ++i) {
    for (uint32_t k = 0; k < N2; ++k) {
      if (lane == i) mine[k] = likelihood[i * N2 + k];
      if (lane == N1 + k) mine[i] = likelihood[i * N2 + k];
    }
    if (lane == i) start = log_prior.first[i];
  }
  for (uint32_t k = 0; k < N2; ++k) {
    if (lane == N1 + k) start = log_prior.second[k];
  }
  float belief = is_first ? 1.0f / N1 : 1.0f / N2;
  uint32_t iteration = 0;
  while (iteration < most) {
    float logit = start;
    for (uint32_t j = 0; j < kOthers; ++j) {
      const float other = from_lane(belief, is_first ? N1 + (j < N2 ? j : 0) : (j < N1 ? j : 0));
      if (j < (is_first ? N2 : N1)) logit += mine[j] * other;
    }
    float all[N1 + N2];
    for (uint32_t i = 0; i < N1 + N2; ++i) all[i] = from_lane(logit, i);
    float top = is_first ? all[0] : all[N1], sum = 0;
    for (uint32_t i = 0; i < N1 + N2; ++i) {
      if ((i < N1) == is_first) top = all[i] > top ? all[i] : top;
    }
    const float share = exp_of(logit - top);
    for (uint32_t i = 0; i < N1 + N2; ++i) {
      const float x = from_lane(share, i);
      if ((i < N1) == is_first) sum += x;
    }
    const float next = share * (1.0f / sum);
    const bool changed = __any_sync(0xffffffffu, is_state && next != belief);
    belief = next;
    ++iteration;
    if (!changed) iteration = most;
  }
  for (uint32_t i = 0; i < N1; ++i) q.first[i] = from_lane(belief, i);
  for (uint32_t i = 0; i < N2; ++i) q.second[i] = from_lane(belief, N1 + i);
  return iteration;
}

/// The most probable control of each factor, from the marginals that the lanes have; ties go to the first.
__device__ inline void small_choices(const Structure& model, float marginal, uint32_t (&actions)[2]) {
  const uint32_t lane = threadIdx.x & 31;
  for (uint32_t f = 0; f < 2; ++f) {
    const Factor& factor = model.factors[f];
    const bool mine = lane >= factor.control_at && lane < factor.control_at + factor.controls;
    float top = mine ? marginal : -INFINITY;
    for (int half = 16; half > 0; half /= 2) {
      const float other = __shfl_xor_sync(0xffffffffu, top, half);
      top = other > top ? other : top;
    }
    const uint32_t best = __ballot_sync(0xffffffffu, mine && marginal >= top - tie_width<float>());
    actions[f] = __ffs(best) - 1 - factor.control_at;
  }
}

template <uint32_t N1, uint32_t N2, class Given>
__device__ __noinline__ void small_warp_step(Agent<Lanes, float>& a, const SmallTables& tables, uint64_t seed,
                                             const Given& given, uint32_t first_agent) {
  using Beliefs = SmallBeliefs<N1, N2>;
  const View<float>& view = a.view;
  const Structure& model = view.model;
  const Options<float>& options = view.options;
  const uint32_t lane = threadIdx.x & 31, modalities = model.modality_count;
  const bool add = options.adds_floor();
  const float* b = view.parameters[SET_B].base;
  const float* c = b + model.factors[1].b_at;
  const Vec<uint32_t> actions = view.actions[a.id], observations = view.observations[a.id], clock = view.clock[a.id];
  const auto moved = [&](const Beliefs& q, const uint32_t* u) {
    return q.after(b + u[0] * N1 * N1, c + u[1] * N2 * N2);
  };
  uint32_t seen = kNotObserved;
  if (lane < modalities) {
    seen = given.observations
               ? static_cast<const uint32_t*>(given.observations)[uint64_t{a.id - first_agent} * modalities + lane]
               : observations[lane];
  }
  const uint32_t steps = clock[STEPS];
  Beliefs prior, q;
  if (clock[ACTED] == 0) {
    prior.read(view.parameters[SET_D][a.id]);
  } else {
    q.read(view.beliefs[a.id]);
    const uint32_t u[2] = {actions[0], actions[1]};
    prior = moved(q, u);
  }
  float likelihood[N1 * N2] = {};
  for (uint32_t m = 0; m < modalities; ++m) {
    const uint32_t o = __shfl_sync(0xffffffffu, seen, m);
    if (o == kNotObserved) continue;
    for (uint32_t j = 0; j < N1 * N2; ++j) likelihood[j] += tables.log_a[m][o][j];
  }
  Beliefs log_prior;
  for (uint32_t i = 0; i < N1; ++i) log_prior.first[i] = floored_log(prior.first[i], add);
  for (uint32_t i = 0; i < N2; ++i) log_prior.second[i] = floored_log(prior.second[i], add);
  const uint32_t iterations = small_warp_fixed_point<N1, N2>(likelihood, log_prior, options.iterations, q);
  const FreeEnergy<float> energy = small_energy(q, log_prior, likelihood, add);

  const Vec<float> values = view.values[a.id], posterior = view.posterior[a.id];
  const Vec<float> habits = view.parameters[SET_E][a.id];
  const bool gain = options.has(AiFlag::STATE_GAIN);
  constexpr uint32_t each = kSmallPolicies / 32;
  float weight[each], top = -INFINITY, sum = 0;
  for (uint32_t i = 0; i < each; ++i) {
    const uint32_t leaf = lane + 32 * i;
    weight[i] = -INFINITY;
    if (leaf >= options.policies) continue;
    const uint32_t first = tables.nodes[leaf][0], last = tables.nodes[leaf][1];
    const Beliefs half = moved(q, model.node_actions + first * 2);
    float value = small_worth(tables, modalities, gain, 0, half);
    if (first != last) {
      const Beliefs now = moved(half, model.node_actions + last * 2);
      value = small_worth(tables, modalities, gain, 1, now) + value;
    }
    values[leaf] = value;
    weight[i] = value * options.gamma + floored_log(habits[leaf], add);
    top = weight[i] > top ? weight[i] : top;
  }
  __syncwarp();
  for (int half = 16; half > 0; half /= 2) {
    const float other = __shfl_xor_sync(0xffffffffu, top, half);
    top = other > top ? other : top;
  }
  for (uint32_t i = 0; i < each; ++i) weight[i] = exp_of(weight[i] - top);
  const auto weight_of = [&](uint32_t p) { return __shfl_sync(0xffffffffu, p < 32 ? weight[0] : weight[1], p & 31); };
#pragma unroll 4
  for (uint32_t p = 0; p < options.policies; ++p) sum += weight_of(p);
  const float scale = 1.0f / sum;
  const uint32_t second = model.factors[1].control_at;
  float marginal = 0;
#pragma unroll 4
  for (uint32_t p = 0; p < options.policies; ++p) {
    const float share = weight_of(p) * scale;
    const uint32_t* first = model.policy_first + p * 2;
    if (lane == first[0]) marginal += share;
    if (lane == second + first[1]) marginal += share;
  }
  for (uint32_t i = 0; i < each; ++i) {
    if (lane + 32 * i < options.policies) posterior[lane + 32 * i] = weight[i] * scale;
  }
  const Vec<float> marginals = view.marginals[a.id];
  if (lane < model.controls) marginals[lane] = marginal;
  const bool plain = !options.has(AiFlag::STOCHASTIC) && !options.has(AiFlag::RANDOM_TIES) &&
                     !options.has(AiFlag::WHOLE_POLICY) && view.chances.width == 0;
  uint32_t chosen[2];
  if (plain) {
    small_choices(model, marginal, chosen);
  } else {
    __syncwarp();
    act(a, seed);
    chosen[0] = actions[0];
    chosen[1] = actions[1];
  }
  __syncwarp();
  if (lane < modalities) observations[lane] = seen;
  if (lane < 2) {
    const uint64_t at = uint64_t{a.id - first_agent} * 2 + lane;
    uint32_t action = lane == 0 ? chosen[0] : chosen[1];
    if (given.forced && given.forced[at] != kNotObserved) action = given.forced[at];
    actions[lane] = action;
    if (given.actions) given.actions[at] = action;
  }
  if (lane == 0) {
    prior.write(view.prior[a.id]);
    q.write(view.beliefs[a.id]);
    clock[ACTED] = 1;
    clock[STEPS] = steps + 1;
    view.energies[a.id][GAMMA] = options.gamma;
  }
  keep_energy(a, energy, iterations);
  __syncwarp();
}

/// Runs the compiled size of a model.
template <class Given>
__device__ __forceinline__ void small_step(Agent<Lanes, float>& a, uint64_t seed, const Given& given, uint32_t first) {
  if (a.view.small == 42) {
    small_warp_step<4, 2>(a, *a.view.small_tables, seed, given, first);
  } else {
    small_warp_step<2, 3>(a, *a.view.small_tables, seed, given, first);
  }
}

}  // namespace aatgs::active_inference

#endif
