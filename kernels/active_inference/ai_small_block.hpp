// A step of a small shared model by one block for each of few agents, made for the least time from observation to action: all
// that it looks at comes into shared memory at once; every lane of one warp knows all beliefs while they are inferred, so that
// only exponentials are exchanged; then sixteen lanes have a node of the policy tree, an expected outcome each. The same
// operations in the same order as ai_small.hpp.
#pragma once
#include "active_inference/ai_action.hpp"
#include "active_inference/ai_dense.hpp"
#include "active_inference/ai_small.hpp"

namespace aatgs::active_inference {

/// An agent's own words, one for each lane of the warp that brings them.
enum SmallWord : uint32_t {
  SMALL_BELIEFS = 0,
  SMALL_ACTIONS = 8,
  SMALL_SEEN = 10,
  SMALL_CLOCK = 14,
  SMALL_FORCED = 16,
  SMALL_RUN = 18,  // of the instance: all of Run
};

/// Shared memory of a block. Tables and view stay there from one config to the next.
struct SmallRoom {
  SmallTables tables;
  View<float> view;
  uint32_t words[32];
  float beliefs[kSmallJoint], log_prior[kSmallJoint], likelihood[kSmallJoint];
  float values[kSmallNodes];
  alignas(16) float weights[kSmallPolicies];
  float energy;  // behind what is read in quads: compilers read neighbours of a quad as well, while this is written
};

#if AI_WARPS

/// Numbers in quads, which one instruction loads.
template <uint32_t N>
__device__ __forceinline__ void load_quads(const void* from, float (&to)[N]) {
  static_assert(N % 4 == 0);
  const auto* quads = static_cast<const uint4*>(from);
  for (uint32_t i = 0; i < N / 4; ++i) {
    const uint4 quad = quads[i];
    to[i * 4] = bits_as<float>(quad.x);
    to[i * 4 + 1] = bits_as<float>(quad.y);
    to[i * 4 + 2] = bits_as<float>(quad.z);
    to[i * 4 + 3] = bits_as<float>(quad.w);
  }
}

/// exp_of(x) for x <= 0, without a branch.
__device__ __forceinline__ float exp_of_negative(float x) {
  const float y = exp_of_normal(x);
  return x >= -87.0f ? y : (x < 0.0f ? 0.0f : x);
}

/// 1 / x of a normal number that is not large: the hardware's estimate and one correction, which together round correctly.
__device__ __forceinline__ float reciprocal_of(float x) {
#if defined(__CUDA_ARCH__)
  float estimate;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(estimate) : "f"(x));
  return fmaf(estimate, fmaf(-x, estimate, 1.0f), estimate);
#else
  return 1.0f / x;
#endif
}

/// Number `lane` of N <= 8 numbers that every lane has.
template <uint32_t N>
__device__ __forceinline__ float pick(const float (&x)[N], uint32_t lane) {
  float left[4];
  for (uint32_t i = 0; i < 4; ++i) {
    const float even = 2 * i < N ? x[2 * i < N ? 2 * i : 0] : 0.0f;
    left[i] = 2 * i + 1 < N && (lane & 1) != 0 ? x[2 * i + 1 < N ? 2 * i + 1 : 0] : even;
  }
  const float low = (lane & 2) != 0 ? left[1] : left[0], high = (lane & 2) != 0 ? left[3] : left[2];
  return (lane & 4) != 0 ? high : low;
}

/// The agent's words come into shared memory, and with `fresh` the model's tables and the view: all at once, for memory is far
/// away. All threads of the block; a barrier is the caller's. `view`: the one in the room, unless `fresh`.
template <uint32_t N, class Given>
__device__ __forceinline__ void small_stage(const View<float>& view, bool fresh, const Run& run, uint32_t id,
                                            const Given& given, uint32_t first, SmallRoom& room) {
  constexpr uint32_t quads = sizeof(SmallTables) / 16, more = sizeof(View<float>) / 16;
  static_assert(quads + more <= kThreads - 32 && sizeof(Run) == 16);
  const uint32_t thread = threadIdx.x;
  if (thread < kThreads - 32) {
    if (!fresh) return;
    if (thread < quads) {
      reinterpret_cast<uint4*>(&room.tables)[thread] = reinterpret_cast<const uint4*>(view.small_tables)[thread];
    } else if (thread < quads + more) {
      reinterpret_cast<uint4*>(&room.view)[thread - quads] = reinterpret_cast<const uint4*>(&view)[thread - quads];
    }
    return;
  }
  const uint32_t lane = lane_of(), modalities = view.model.modality_count;
  const uint64_t at = id - first;
  const void* from = nullptr;
  if (lane < N) from = row_of(view.beliefs, id) + lane;
  if (lane - SMALL_ACTIONS < 2) from = row_of(view.actions, id) + (lane - SMALL_ACTIONS);
  if (lane - SMALL_SEEN < modalities) {
    const auto* seen = static_cast<const uint32_t*>(given.observations);
    from = (seen ? seen + at * modalities : row_of(view.observations, id)) + (lane - SMALL_SEEN);
  }
  if (lane == SMALL_CLOCK) from = row_of(view.clock, id) + ACTED;
  if (lane == SMALL_CLOCK + 1) from = row_of(view.clock, id) + STEPS;
  if (given.forced && lane - SMALL_FORCED < 2) from = given.forced + at * 2 + (lane - SMALL_FORCED);
  if (lane - SMALL_RUN < 4) from = reinterpret_cast<const uint32_t*>(&run) + (lane - SMALL_RUN);
  room.words[lane] = from ? *static_cast<const uint32_t*>(from) : kNotObserved;
}

/// The largest of up to four numbers.
template <uint32_t N>
__device__ __forceinline__ float small_top(const float (&x)[N]) {
  static_assert(N >= 2 && N <= 4);
  const float low = fmaxf(x[0], x[1]);
  return N == 2 ? low : fmaxf(low, fmaxf(x[2], x[N - 1]));
}

/// Fixed-point iteration by one warp, whose lanes all know all beliefs and work out one exponential each.
template <uint32_t N1, uint32_t N2>
__device__ __forceinline__ void small_block_fixed_point(const float (&likelihood)[N1 * N2],
                                                        const SmallBeliefs<N1, N2>& log_prior, uint32_t most,
                                                        SmallBeliefs<N1, N2>& q) {
  const uint32_t lane = lane_of();
  q.make_even();
  SmallBeliefs<N1, N2> before = q;
  for (uint32_t left = most; left-- > 0;) {
    SmallBeliefs<N1, N2> next = q.next_logits(likelihood, log_prior);
    float logits[N1 + N2];
    for (uint32_t i = 0; i < N1; ++i) logits[i] = next.first[i];
    for (uint32_t i = 0; i < N2; ++i) logits[N1 + i] = next.second[i];
    const float top = small_top(next.first), other = small_top(next.second);
    const float share = exp_of_negative(pick(logits, lane) - (lane < N1 ? top : other));
    float sum = 0, rest = 0;
    for (uint32_t i = 0; i < N1; ++i) sum += next.first[i] = __shfl_sync(0xffffffffu, share, i);
    for (uint32_t i = 0; i < N2; ++i) rest += next.second[i] = __shfl_sync(0xffffffffu, share, N1 + i);
    const float scale = reciprocal_of(sum), other_scale = reciprocal_of(rest);
    for (uint32_t i = 0; i < N1; ++i) next.first[i] *= scale;
    for (uint32_t i = 0; i < N2; ++i) next.second[i] *= other_scale;
    if (settles(next, left, before, q)) return;
  }
}

/// Beliefs from what was staged, into the room. One warp.
template <uint32_t N1, uint32_t N2>
__device__ __forceinline__ void small_block_infer(SmallRoom& room) {
  const SmallTables& tables = room.tables;
  const uint32_t lane = lane_of();
  const bool is_first = lane < N1;
  const uint32_t mine = is_first ? lane : (lane < N1 + N2 ? lane - N1 : 0), count = is_first ? N1 : N2;
  float prior = lane < N1 + N2 ? tables.start[lane] : 0.0f;
  if (room.words[SMALL_CLOCK] != 0) {
    const uint32_t* actions = room.words + SMALL_ACTIONS;
    const float* move = tables.moves[is_first ? actions[0] : tables.second_control + actions[1]];
    const uint32_t* before = room.words + SMALL_BELIEFS + (is_first ? 0 : N1);
    prior = 0;
    for (uint32_t j = 0; j < (N1 > N2 ? N1 : N2); ++j) {
      if (j < count) prior += move[j * count + mine] * bits_as<float>(before[j]);
    }
  }
  float likely = 0;
  for (uint32_t m = 0; m < tables.modalities; ++m) {
    const uint32_t o = room.words[SMALL_SEEN + m];
    if (o != kNotObserved) likely += tables.log_a[m][o][lane % kSmallJoint];
  }
  const float log_mine = floored_log(prior, tables.has(AiFlag::ADD_FLOOR));
  float likelihood[N1 * N2];
  SmallBeliefs<N1, N2> log_prior, q;
  for (uint32_t i = 0; i < N1; ++i) log_prior.first[i] = __shfl_sync(0xffffffffu, log_mine, i);
  for (uint32_t i = 0; i < N2; ++i) log_prior.second[i] = __shfl_sync(0xffffffffu, log_mine, N1 + i);
  for (uint32_t j = 0; j < N1 * N2; ++j) likelihood[j] = __shfl_sync(0xffffffffu, likely, j);
  small_block_fixed_point(likelihood, log_prior, tables.iterations, q);
  __syncwarp();
  if (lane < N1 + N2) {
    room.words[SMALL_BELIEFS + lane] = bits_as<uint32_t>(prior);
    room.log_prior[lane] = log_mine;
  }
  if (lane < N1 * N2) room.likelihood[lane] = likely;
  if (lane == 0) q.write({room.beliefs, 1});
}

/// What each node of the policy tree promises at its step. All warps: sixteen lanes for a node.
template <uint32_t N1, uint32_t N2>
__device__ __forceinline__ void small_block_values(SmallRoom& room) {
  constexpr uint32_t kEach = kSmallModalities * kSmallOutcomes, kAtOnce = kThreads / kEach;
  static_assert(kEach == 16 && N1 * N1 <= kSmallSquare && N2 * N2 <= kSmallSquare);
  const SmallTables& tables = room.tables;
  const uint32_t lane = lane_of(), half = lane / kEach * kEach;
  const bool gain = tables.has(AiFlag::STATE_GAIN);
  SmallBeliefs<N1, N2> q;
  q.read({room.beliefs, 1});
  const auto moved = [&](const SmallBeliefs<N1, N2>& from, const SmallNode& node) {
    float b[kSmallSquare], c[(N2 * N2 + 3) / 4 * 4];
    load_quads(tables.moves[node.first], b);
    load_quads(tables.moves[node.second], c);
    return from.after(b, c);
  };
#pragma unroll 1
  for (uint32_t start = threadIdx.x / 32 * 2; start < tables.node_count; start += kAtOnce) {
    const uint32_t n = start + lane / kEach;
    const SmallNode node = tables.nodes[n < tables.node_count ? n : start];
    SmallBeliefs<N1, N2> now = moved(q, tables.nodes[node.parent]);
    if (node.depth > 0) now = moved(now, node);
    float joint[kSmallJoint] = {}, worth[kSmallJoint], a[kSmallJoint];
    load_quads(tables.worth[node.depth], worth);
    load_quads(tables.by_outcome[lane % kEach / kSmallOutcomes][lane % kSmallOutcomes], a);
    float value = 0, p = 0;
    for (uint32_t i = 0; i < N1; ++i) {
      for (uint32_t k = 0; k < N2; ++k) {
        const uint32_t j = i * N2 + k;
        joint[j] = now.first[i] * now.second[k];
        value += joint[j] * worth[j];
        p += a[j] * joint[j];
      }
    }
    // What is certain adds nothing; to take nothing off changes no bit.
    const float term = gain && p != 0.0f && p != 1.0f ? p * floored_log(p, false) : 0.0f;
    __syncwarp();
    for (uint32_t i = 0; i < kEach; ++i) value -= __shfl_sync(0xffffffffu, term, half + i);
    if (lane == half && n < tables.node_count) room.values[n] = value;
  }
}

/// The beliefs and their free energy go to the agent's rows. One warp.
template <uint32_t N1, uint32_t N2>
__device__ __forceinline__ void small_block_keep(const View<float>& view, uint32_t id, SmallRoom& room) {
  const SmallTables& tables = room.tables;
  const uint32_t lane = lane_of();
  if (lane < N1 + N2) {
    row_of(view.prior, id)[lane] = bits_as<float>(room.words[SMALL_BELIEFS + lane]);
    row_of(view.beliefs, id)[lane] = room.beliefs[lane];
  }
  if (lane - SMALL_SEEN < tables.modalities) row_of(view.observations, id)[lane - SMALL_SEEN] = room.words[lane];
  SmallBeliefs<N1, N2> q, log_prior;
  float likelihood[N1 * N2];
  q.read({const_cast<float*>(room.beliefs), 1});
  log_prior.read({const_cast<float*>(room.log_prior), 1});
  for (uint32_t j = 0; j < N1 * N2; ++j) likelihood[j] = room.likelihood[j];
  Agent<PlainLanes, float> a(view, id, {nullptr, 1});
  const FreeEnergy<float> energy = small_energy(q, log_prior, likelihood, tables.has(AiFlag::ADD_FLOOR));
  keep_energy(a, energy, tables.iterations);
  if (lane != 0) return;
  row_of(view.energies, id)[GAMMA] = tables.gamma;
  room.energy = energy.total();
}

/// The most probable control of each factor, from the marginals that the lanes have; ties go to the first.
__device__ __forceinline__ void small_choices(const SmallTables& tables, float marginal, uint32_t (&actions)[2]) {
  const uint32_t lane = lane_of();
  for (uint32_t f = 0; f < 2; ++f) {
    const bool mine = f == 0 ? lane < tables.second_control : lane >= tables.second_control && lane < tables.controls;
    const float top = warp_highest(mine ? marginal : -INFINITY);
    const uint32_t best = __ballot_sync(0xffffffffu, mine && marginal >= top - tie_width<float>());
    actions[f] = __ffs(best) - 1 - (f == 0 ? 0 : tables.second_control);
  }
}

/// The posterior over policies, marginals, and the action. One warp.
template <class Given>
__device__ __forceinline__ void small_block_act(const View<float>& view, uint32_t id, uint64_t seed, const Given& given,
                                                uint32_t first_agent, SmallRoom& room) {
  const SmallTables& tables = room.tables;
  const uint32_t lane = lane_of(), policies = tables.policy_count;
  float* values = row_of(view.values, id);
  float* posterior = row_of(view.posterior, id);
  constexpr uint32_t each = kSmallPolicies / 32;
  float weight[each], top = -INFINITY;
  for (uint32_t i = 0; i < each; ++i) {
    const uint32_t p = lane + 32 * i;
    weight[i] = -INFINITY;
    if (p >= policies) continue;
    const SmallPolicy policy = tables.policies[p];
    float value = room.values[policy.last];
    if (policy.first != policy.last) value += room.values[policy.first];
    values[p] = value;
    weight[i] = value * tables.gamma + tables.log_habits[p];
    top = fmaxf(weight[i], top);
  }
  top = warp_highest(top);
  for (uint32_t i = 0; i < each; ++i) {
    weight[i] = exp_of_negative(weight[i] - top);
    room.weights[lane + 32 * i] = weight[i];
  }
  __syncwarp();
  float sum = 0, marginal = 0;
#pragma unroll 1
  for (uint32_t p = 0; p < policies; p += 8) {
    float some[8];
    load_quads(room.weights + p, some);
    for (uint32_t i = 0; i < 8; ++i) sum += some[i];
  }
  const float scale = reciprocal_of(sum);
#pragma unroll 1
  for (uint32_t p = 0; p < policies; p += 8) {
    float some[8];
    load_quads(room.weights + p, some);
    const uint32_t taken = tables.taken_by[lane][p / 32] >> p % 32;
    for (uint32_t i = 0; i < 8; ++i) {
      if ((taken >> i & 1) != 0) marginal += some[i] * scale;
    }
  }
  for (uint32_t i = 0; i < each; ++i) {
    if (lane + 32 * i < policies) posterior[lane + 32 * i] = weight[i] * scale;
  }
  if (lane < tables.controls) row_of(view.marginals, id)[lane] = marginal;
  uint32_t* actions = row_of(view.actions, id);
  const bool plain = !tables.has(AiFlag::STOCHASTIC) && !tables.has(AiFlag::RANDOM_TIES) &&
                     !tables.has(AiFlag::WHOLE_POLICY) && view.chances.width == 0;
  uint32_t chosen[2];
  if (plain) {
    small_choices(tables, marginal, chosen);
  } else {
    __syncwarp();
    Agent<PlainLanes, float> a(view, id, {nullptr, 1});
    act(a, seed);
    chosen[0] = actions[0];
    chosen[1] = actions[1];
    __syncwarp();
  }
  if (lane < 2) {
    uint32_t action = lane == 0 ? chosen[0] : chosen[1];
    const uint32_t forced = room.words[SMALL_FORCED + lane];
    if (forced != kNotObserved) action = forced;
    actions[lane] = action;
    room.words[SMALL_ACTIONS + lane] = action;
    if (given.actions) given.actions[uint64_t{id - first_agent} * 2 + lane] = action;
  }
  if (lane == 0) {
    uint32_t* clock = row_of(view.clock, id);
    clock[ACTED] = 1;
    clock[STEPS] = room.words[SMALL_CLOCK + 1] + 1;
  }
  __syncwarp();
}

/// False, and nothing done, where no agent of the instance has started.
template <uint32_t N1, uint32_t N2, class Given>
__device__ __forceinline__ bool small_block_step(const View<float>& view, bool fresh, const Run& run, uint32_t id,
                                                 uint64_t seed, const Given& given, uint32_t first, SmallRoom& room) {
  const uint32_t warp = threadIdx.x / 32;
  small_stage<N1 + N2>(view, fresh, run, id, given, first, room);
  __syncthreads();
  if (room.words[SMALL_RUN] == 0) return false;
  if (warp == 0) small_block_infer<N1, N2>(room);
  __syncthreads();
  small_block_values<N1, N2>(room);
  if (warp == kThreads / 32 - 1) small_block_keep<N1, N2>(room.view, id, room);
  __syncthreads();
  if (warp == 0) small_block_act(room.view, id, seed, given, first, room);
  return true;
}

/// Runs the compiled size of a model. All threads of the block; no barrier at either end.
template <class Given>
__device__ __forceinline__ bool small_step(const View<float>& view, bool fresh, const Run& run, uint32_t id,
                                           uint64_t seed, const Given& given, uint32_t first, SmallRoom& room) {
  return view.small == 42 ? small_block_step<4, 2>(view, fresh, run, id, seed, given, first, room)
                          : small_block_step<2, 3>(view, fresh, run, id, seed, given, first, room);
}

#endif

}  // namespace aatgs::active_inference
