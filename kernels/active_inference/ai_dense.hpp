// An agent step with one factor of at most 64 states and one modality, by one warp: each lane holds two states. What the
// general path does, with the same operations in the same order; only policies are scored elsewhere (ai_dense_block.hpp).
#pragma once
#include "active_inference/ai_action.hpp"
#include "active_inference/ai_reset.hpp"

namespace aatgs::active_inference {

/// Controls up to which their marginals are kept in registers.
inline constexpr uint32_t kDenseControls = 8;
/// Policies that one lane holds at once, where there are no more.
inline constexpr uint32_t kDensePolicies = 4;

/// Whether posterior, marginals and action can be had from registers.
AATGS_FN bool acts_from_registers(const View<float>& view) {
  const Options<float>& options = view.options;
  return view.model.controls <= kDenseControls && options.precision_iterations == 0 && view.chances.width == 0 &&
         !options.has(AiFlag::STOCHASTIC) && !options.has(AiFlag::RANDOM_TIES) && !options.has(AiFlag::WHOLE_POLICY);
}

#if AI_WARPS

/// Two numbers of each lane: number `lane` and number `lane + 32` of a row.
struct Pair {
  float low, high;
};

__device__ inline uint32_t lane_of() { return threadIdx.x & 31; }

__device__ inline Pair load_pair(const float* row, uint32_t n) {
  const uint32_t lane = lane_of();
  return {lane < n ? row[lane] : 0.0f, lane + 32 < n ? row[lane + 32] : 0.0f};
}

__device__ inline void store_pair(float* row, uint32_t n, Pair x) {
  const uint32_t lane = lane_of();
  if (lane < n) row[lane] = x.low;
  if (lane + 32 < n) row[lane + 32] = x.high;
}

/// The sum over all lanes, in the order of Scope::total.
__device__ inline float warp_total(float sum) {
  for (int half = 16; half > 0; half /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, half);
  return sum;
}

__device__ inline float warp_highest(float best) {
#if defined(AI_EMULATED) || __CUDA_ARCH__ >= 800
  // In an order that integers share.
  const auto ordered = [](int32_t bits) { return bits ^ (bits >> 31 & 0x7fffffff); };
  return bits_as<float>(ordered(__reduce_max_sync(0xffffffffu, ordered(bits_as<int32_t>(best)))));
#else
  for (int half = 16; half > 0; half /= 2) {
    const float other = __shfl_xor_sync(0xffffffffu, best, half);
    best = other > best ? other : best;
  }
  return best;
#endif
}

/// One draw from n <= 64 weights, as `sample` does it.
__device__ inline uint32_t sample_pair(Pair weights, uint32_t n, const PhiloxBlock& block) {
  const float target = uniform_of<float>(block);
  float reached = 0;
  uint32_t last = 0;
  for (uint32_t first = 0; first < n; first += 8) {
    const float mine = first < 32 ? weights.low : weights.high;
    float next[8];
    for (uint32_t k = 0; k < 8; ++k) next[k] = __shfl_sync(0xffffffffu, mine, (first + k) & 31);
    uint32_t found = n;
    for (uint32_t k = 0; k < 8; ++k) {
      if (first + k < n && next[k] > 0.0f) last = first + k;
      reached += next[k];
      if (target < reached && found == n) found = first + k;
    }
    if (found < n) return found;
  }
  return last;
}

/// Beliefs after a transition: `matrix` [state][next].
__device__ inline Pair move_pair(const float* matrix, uint32_t n, Pair q) {
  const uint32_t lane = lane_of();
  const bool low = lane < n, high = lane + 32 < n;
  Pair sum{0.0f, 0.0f};
#pragma unroll 8
  for (uint32_t j = 0; j < n; ++j) {
    const float x = __shfl_sync(0xffffffffu, j < 32 ? q.low : q.high, j & 31);
    const float* row = matrix + j * n;
    if (low) sum.low += row[lane] * x;
    if (high) sum.high += row[lane + 32] * x;
  }
  return sum;
}

/// Where one agent's own numbers begin; the rows of these models are not interleaved.
template <class T>
__device__ inline T* row_of(const Rows<T>& rows, uint32_t agent) {
  return rows.base + (rows.shared() ? 0 : uint64_t{agent} * rows.width);
}

/// The transition of an agent's last action.
__device__ inline const float* last_move(const View<float>& view, uint32_t id) {
  return row_of(view.parameters[SET_B], id) +
         uint64_t{*row_of(view.actions, id)} * view.model.states * view.model.states;
}

/// The observation, or with `closed` what the process shows; the prior; beliefs and their free energy. One warp. `move`: a
/// copy of the last action's transition.
template <class Given>
__device__ __forceinline__ void dense_infer(const View<float>& view, uint32_t id, uint64_t seed, bool closed,
                                            const Given& given, uint32_t first, const float* move) {
  const Structure& model = view.model;
  const uint32_t n = model.states, outcomes = model.outcomes, lane = lane_of();
  const bool add = view.options.adds_floor();
  uint32_t* clock = row_of(view.clock, id);
  uint32_t* observation = row_of(view.observations, id);
  float* beliefs = row_of(view.beliefs, id);
  const bool acted = clock[ACTED] != 0;
  uint32_t observed;
  if (closed) {
    const float* process = view.given[SET_A] + ((view.per_agent >> SET_A & 1) != 0 ? id * view.sizes[SET_A] : 0);
    observed = sample_pair(load_pair(process + *row_of(view.hidden, id) * outcomes, outcomes), outcomes,
                           draw(seed, Purpose::OUTCOME, view.first_agent + id, clock[STEPS], 0));
  } else {
    observed = given.observations ? static_cast<const uint32_t*>(given.observations)[id - first] : *observation;
  }
  const Pair before = load_pair(beliefs, n);
  const Pair prior = acted ? move_pair(move, n, before) : load_pair(row_of(view.parameters[SET_D], id), n);
  Pair likelihood{0.0f, 0.0f};
  if (observed != kNotObserved) likelihood = load_pair(row_of(view.log_a, id) + observed * n, n);
  const bool low = lane < n, high = lane + 32 < n;
  const Pair log_prior{floored_log(prior.low, add), floored_log(prior.high, add)};
  const Pair logits{log_prior.low + likelihood.low, log_prior.high + likelihood.high};
  const float mine = low ? logits.low : -INFINITY, other = high ? logits.high : -INFINITY;
  const float top = warp_highest(other > mine ? other : mine);
  Pair q{low ? exp_of(logits.low - top) : 0.0f, high ? exp_of(logits.high - top) : 0.0f};
  const float sum = warp_total(q.low + q.high);
  q = {q.low / sum, q.high / sum};
  store_pair(beliefs, n, q);
  store_pair(row_of(view.previous, id), n, before);
  store_pair(row_of(view.prior, id), n, prior);
  const auto total = [&](float x, float y) { return warp_total((low ? 0.0f + x : 0.0f) + (high ? y : 0.0f)); };
  FreeEnergy<float> energy;
  energy.negative_entropy = total(q.low * floored_log(q.low, add), q.high * floored_log(q.high, add));
  energy.prior_cross_entropy = total(-q.low * log_prior.low, -q.high * log_prior.high);
  energy.accuracy = total(q.low * likelihood.low, q.high * likelihood.high);
  if (lane == 0) {
    *observation = observed;
    float* out = row_of(view.energies, id);
    out[FREE_ENERGY] = energy.total();
    out[NEGATIVE_ENTROPY] = energy.negative_entropy;
    out[PRIOR_CROSS_ENTROPY] = energy.prior_cross_entropy;
    out[TRANSITION_CROSS_ENTROPY] = 0.0f;
    out[ACCURACY] = energy.accuracy;
    out[ITERATIONS] = 1.0f;
    out[GAMMA] = view.options.gamma;
  }
}

/// The row of the inductive matrix that the present belief points at, or -1; as `find_path_rows` has it. One warp.
__device__ inline int32_t dense_path(const View<float>& view, uint32_t id) {
  const uint32_t n = view.model.states, lane = lane_of();
  const Pair q = load_pair(row_of(view.beliefs, id), n);
  const float top = warp_highest(q.high > q.low ? q.high : q.low);
  const uint32_t low = __ballot_sync(0xffffffffu, lane < n && q.low == top);
  const uint32_t high = __ballot_sync(0xffffffffu, lane + 32 < n && q.high == top);
  const uint32_t best = low ? __ffs(low) - 1 : 31 + __ffs(high);
  const float* paths = row_of(view.paths, id);
  for (uint32_t first = 0; first < view.options.induction_depth; first += 32) {
    const bool there = first + lane < view.options.induction_depth && paths[(first + lane) * n + best] == 1.0f;
    const uint32_t found = __ballot_sync(0xffffffffu, there);
    const int32_t row = static_cast<int32_t>(first) + __ffs(found) - 1;
    if (found) return row > 0 ? row - 1 : 0;
  }
  return -1;
}

/// The posterior from the policies' values, marginals, and the most probable action. One warp; every lane gets the action.
__device__ __forceinline__ uint32_t dense_act(const View<float>& view, uint32_t id) {
  const Options<float>& options = view.options;
  const uint32_t lane = lane_of(), policies = options.policies, controls = view.model.controls;
  const bool add = options.adds_floor();
  const float* values = row_of(view.values, id);
  const float* habits = row_of(view.parameters[SET_E], id);
  float* posterior = row_of(view.posterior, id);
  float top = -INFINITY, sum = 0, shares[kDenseControls] = {};
  const auto weight_of = [&](uint32_t p) { return values[p] * options.gamma + floored_log(habits[p], add); };
  const auto count = [&](uint32_t p, float share) {
    const uint32_t control = view.model.policy_first[p];
    for (uint32_t u = 0; u < kDenseControls; ++u) shares[u] += control == u ? share : 0.0f;
  };
  if (policies <= 32 * kDensePolicies) {
    float weight[kDensePolicies];
    for (uint32_t i = 0; i < kDensePolicies; ++i) {
      const uint32_t p = lane + 32 * i;
      weight[i] = p < policies ? weight_of(p) : -INFINITY;
      top = weight[i] > top ? weight[i] : top;
    }
    top = warp_highest(top);
    for (uint32_t i = 0; i < kDensePolicies; ++i) {
      weight[i] = exp_of(weight[i] - top);
      sum += weight[i];
    }
    sum = warp_total(sum);
    for (uint32_t i = 0; i < kDensePolicies; ++i) {
      const uint32_t p = lane + 32 * i;
      if (p >= policies) continue;
      const float share = weight[i] / sum;
      posterior[p] = share;
      count(p, share);
    }
  } else {
    for (uint32_t p = lane; p < policies; p += 32) {
      const float weight = weight_of(p);
      posterior[p] = weight;
      top = weight > top ? weight : top;
    }
    top = warp_highest(top);
    for (uint32_t p = lane; p < policies; p += 32) {
      const float weight = exp_of(posterior[p] - top);
      posterior[p] = weight;
      sum += weight;
    }
    sum = warp_total(sum);
    for (uint32_t p = lane; p < policies; p += 32) {
      const float share = posterior[p] / sum;
      posterior[p] = share;
      count(p, share);
    }
  }
  float* marginals = row_of(view.marginals, id);
  float best = -INFINITY;
  for (uint32_t u = 0; u < kDenseControls; ++u) {
    if (u >= controls) continue;
    shares[u] = warp_total(shares[u]);
    if (lane == 0) marginals[u] = shares[u];
    best = shares[u] > best ? shares[u] : best;
  }
  uint32_t action = 0;
  const float least = best - tie_width<float>();
  for (uint32_t u = kDenseControls; u-- > 0;) {
    if (u < controls && shares[u] >= least) action = u;
  }
  return action;
}

/// Takes the action: what was forced comes before what was chosen. One warp.
template <class Given>
__device__ __forceinline__ void dense_take(const View<float>& view, uint32_t id, uint64_t seed, bool closed,
                                           const Given& given, uint32_t first, uint32_t action) {
  const uint32_t n = view.model.states, lane = lane_of();
  uint32_t* clock = row_of(view.clock, id);
  if (given.forced && given.forced[id - first] != kNotObserved) action = given.forced[id - first];
  const uint32_t step = clock[STEPS] + 1;
  uint32_t* hidden = row_of(view.hidden, id);
  uint32_t next = 0;
  if (closed) {
    const float* process = view.given[SET_B] + ((view.per_agent >> SET_B & 1) != 0 ? id * view.sizes[SET_B] : 0);
    next = sample_pair(load_pair(process + (uint64_t{action} * n + *hidden) * n, n), n,
                       draw(seed, Purpose::MOVE, view.first_agent + id, step, 0));
  }
  __syncwarp();
  if (lane != 0) return;
  *row_of(view.actions, id) = action;
  if (given.actions) given.actions[id - first] = action;
  clock[ACTED] = 1;
  clock[STEPS] = step;
  if (closed) *hidden = next;
}

#endif

}  // namespace aatgs::active_inference
