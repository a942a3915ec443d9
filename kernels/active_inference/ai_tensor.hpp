// Expected free energy of all policies on tensor cores, for shared models of one factor: what a policy's steps make of the
// present belief is one matrix for each node of its tree, so all expected outcomes of 32 agents are products of small
// matrices. Both sides are split in two halves of 11 bits each; three products of halves carry float32's precision.
#pragma once
#include "active_inference/ai_policies.hpp"

#if defined(__CUDACC__)
#include <cuda_fp16.h>
#endif

namespace aatgs::active_inference {

inline constexpr uint32_t kTensorStates = 64;
/// Tiles of eight columns of a node: outcomes, and one whose first column holds what is linear in beliefs.
inline constexpr uint32_t kTensorTiles = kTensorStates / 8 + 1;
inline constexpr uint32_t kTensorSteps = kTensorStates / 16;
/// Agents of a warp.
inline constexpr uint32_t kTensorAgents = 32;
inline constexpr uint32_t kTensorNodes = 4096;
/// The lower half is kept this much larger, out of the range of subnormal numbers; the linear column this much smaller.
inline constexpr float kLowerScale = 2048.0f, kLinearScale = 64.0f;

/// Four registers of one lane: upper halves of its two, lower halves of its two.
struct alignas(16) Fragment {
  uint32_t upper[2], lower[2];
};

/// Whether a model can take this path, shared or not; decided where memory is laid out.
inline bool tensor_fits(const View<float>& view, const Group* groups) {
  const Options<float>& options = view.options;
  const auto has = [&](AiFlag flag) { return options.has(flag); };
  const Structure& model = view.model;
  return options.algorithm == static_cast<uint32_t>(AiAlgorithm::FPI) && !has(AiFlag::SPM_GAIN) &&
         !has(AiFlag::NOVELTY_A) && !has(AiFlag::NOVELTY_B) && !has(AiFlag::STREAMED) && !has(AiFlag::SEARCH) &&
         !has(AiFlag::ANY_ORDER) && !has(AiFlag::DETAILS) && !has(AiFlag::SOFT) && view.learned == 0 && !view.alone &&
         model.factor_count == 1 && model.group_count == 1 && model.modality_count == 1 && groups[0].deps == 1 &&
         model.states > kTensorAgents && model.states <= kTensorStates && model.most_outcomes <= kTensorStates;
}

#if defined(__CUDACC__)

/// Splits a pair of numbers into registers of two halves each.
__device__ inline void split_pair(float x, float y, uint32_t& upper, uint32_t& lower) {
  const __half2 high = __floats2half2_rn(x, y);
  const float2 back = __half22float2(high);
  const __half2 low = __floats2half2_rn((x - back.x) * kLowerScale, (y - back.y) * kLowerScale);
  upper = *reinterpret_cast<const uint32_t*>(&high);
  lower = *reinterpret_cast<const uint32_t*>(&low);
}

/// d += a b for tiles of 16 x 16 and 16 x 8 halves, sums in float32.
__device__ inline void multiply_tile(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
#if __CUDA_ARCH__ >= 800
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  // Turing has tiles of half the depth.
  for (int half = 0; half < 2; ++half) {
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[2 * half]), "r"(a[2 * half + 1]), "r"(b[half]));
  }
#endif
}

/// Fills the matrices of all nodes. Collective; a barrier at the end.
template <class Team>
__device__ __noinline__ void prepare_tensor(Team& team, const View<float>& view) {
  const Structure& model = view.model;
  const uint32_t n = model.states, nodes = model.components[0].nodes, outcomes = model.outcomes;
  const float* a = view.parameters[SET_A].base;
  const float* b = view.parameters[SET_B].base;
  constexpr uint32_t square = kTensorStates * kTensorStates;
  for (uint32_t depth = 0; depth < view.options.policy_length; ++depth) {
    team.for_each(uint64_t{nodes} * square, [&](uint64_t i) {
      const auto node = static_cast<uint32_t>(i / square);
      if (model.nodes[node].depth != depth) return;
      const uint32_t next = i / kTensorStates % kTensorStates, now = i % kTensorStates;
      float sum = 0;
      if (next < n && now < n) {
        const float* move = b + uint64_t{model.node_actions[node]} * n * n;
        if (depth == 0) {
          sum = move[now * n + next];
        } else {
          uint32_t parent = node - 1;
          while (model.nodes[parent].depth + 1 != depth) --parent;
          const float* before = view.paths_product + uint64_t{parent} * square;
          for (uint32_t k = 0; k < n; ++k) sum = fmaf(move[k * n + next], before[k * kTensorStates + now], sum);
        }
      }
      view.paths_product[i] = sum;
    });
    team.barrier();
  }
  const auto entry = [&](uint32_t node, uint32_t tile, uint32_t column, uint32_t s) {
    const float* path = view.paths_product + uint64_t{node} * square;
    float sum = 0;
    if (tile + 1 < kTensorTiles) {
      const uint32_t o = tile * 8 + column;
      if (o >= outcomes) return 0.0f;
      for (uint32_t k = 0; k < n; ++k) sum = fmaf(a[k * outcomes + o], path[k * kTensorStates + s], sum);
      return sum;
    }
    if (column != 0) return 0.0f;
    const uint32_t t = model.nodes[node].depth, last = view.options.preference_steps - 1;
    for (uint32_t k = 0; k < n; ++k) {
      float worth = view.options.has(AiFlag::STATE_GAIN) ? view.gain_a.base[k] : 0.0f;
      for (uint32_t o = 0; view.options.has(AiFlag::UTILITY) && o < outcomes; ++o) {
        worth = fmaf(a[k * outcomes + o], view.log_c.base[(t < last ? t : last) * outcomes + o], worth);
      }
      sum = fmaf(worth, path[k * kTensorStates + s], sum);
    }
    return sum / kLinearScale;
  };
  team.for_each(uint64_t{nodes} * kTensorTiles * kTensorSteps * 32, [&](uint64_t i) {
    const uint32_t lane = i % 32, step = i / 32 % kTensorSteps;
    const uint32_t tile = i / 32 / kTensorSteps % kTensorTiles;
    const auto node = static_cast<uint32_t>(i / 32 / kTensorSteps / kTensorTiles);
    Fragment fragment;
    for (uint32_t half = 0; half < 2; ++half) {
      const uint32_t s = step * 16 + lane % 4 * 2 + half * 8;
      split_pair(entry(node, tile, lane / 4, s), entry(node, tile, lane / 4, s + 1), fragment.upper[half],
                 fragment.lower[half]);
    }
    view.fragments[i] = fragment;
  });
  team.barrier();
}

/// Negative expected free energies of policies for `count` (at most 32) agents from `first` on, by one warp. `gained`: room
/// for 32 numbers at each depth. Of the first actions this warp follows every `parts`th. With `together` all warps of the
/// block are at the same node, whose matrices then come from the first-level cache for most.
__device__ __noinline__ void tensor_scores(const View<float>& view, uint32_t first, uint32_t count, float* gained,
                                           uint32_t part, uint32_t parts, bool together) {
  const Structure& model = view.model;
  const uint32_t lane = threadIdx.x & 31, row = lane / 4, pair = lane % 4, n = model.states;
  const uint32_t nodes = model.components[0].nodes, policies = view.options.policies;
  const bool gain = view.options.has(AiFlag::STATE_GAIN);
  uint32_t upper[2][kTensorSteps][4], lower[2][kTensorSteps][4];
  for (uint32_t m = 0; m < 2; ++m) {
    for (uint32_t k = 0; k < kTensorSteps; ++k) {
      for (uint32_t r = 0; r < 4; ++r) {
        const uint32_t agent = m * 16 + row + (r & 1) * 8, s = k * 16 + pair * 2 + (r >> 1) * 8;
        const float* beliefs = view.beliefs.base + uint64_t{first + agent} * n;
        const float x = agent < count && s < n ? beliefs[s] : 0.0f;
        const float y = agent < count && s + 1 < n ? beliefs[s + 1] : 0.0f;
        split_pair(x, y, upper[m][k][r], lower[m][k][r]);
      }
    }
  }
  if (pair == 0) {
    for (uint32_t i = 0; i < 4; ++i) gained[i * 8 + row] = 0.0f;
  }
  const auto least = static_cast<float>(kMinimum);
  const Fragment* fragments = view.fragments + lane;
  uint32_t branch = parts - 1;
  for (uint32_t node = 0; node < nodes; ++node) {
    const Node here = model.nodes[node];
    if (here.depth == 0) branch = branch + 1 == parts ? 0 : branch + 1;
    if (branch != part) continue;
    if (together) __syncthreads();
    float entropy[4] = {}, linear[4] = {};
#pragma unroll 1
    for (uint32_t tile = 0; tile < kTensorTiles; ++tile) {
      float main[2][4] = {}, cross[2][4] = {};
      for (uint32_t k = 0; k < kTensorSteps; ++k) {
        const Fragment b = fragments[((node * kTensorTiles + tile) * kTensorSteps + k) * 32];
        for (uint32_t m = 0; m < 2; ++m) {
          multiply_tile(main[m], upper[m][k], b.upper);
          multiply_tile(cross[m], upper[m][k], b.lower);
          multiply_tile(cross[m], lower[m][k], b.upper);
        }
      }
      for (uint32_t m = 0; m < 2; ++m) {
        for (uint32_t i = 0; i < 4; ++i) {
          const float value = main[m][i] + cross[m][i] * (1.0f / kLowerScale);
          if (tile + 1 == kTensorTiles) {
            if ((i & 1) == 0) linear[m * 2 + i / 2] = value * kLinearScale;
          } else {
            if (gain) entropy[m * 2 + i / 2] += value * __logf(value < least ? least : value);
          }
        }
      }
    }
    for (uint32_t i = 0; i < 4; ++i) {
      float sum = entropy[i];
      sum += __shfl_xor_sync(0xffffffffu, sum, 1);
      sum += __shfl_xor_sync(0xffffffffu, sum, 2);
      if (pair != 0) continue;
      const uint32_t agent = i * 8 + row;
      const float value = gained[here.depth * 32 + agent] + linear[i] - (gain ? sum : 0.0f);
      gained[(here.depth + 1) * 32 + agent] = value;
      if (here.leaf != kNoLeaf && agent < count) {
        view.values.base[uint64_t{first + agent} * policies + here.leaf] = value;
      }
    }
  }
  __syncwarp();
}

#endif

}  // namespace aatgs::active_inference
