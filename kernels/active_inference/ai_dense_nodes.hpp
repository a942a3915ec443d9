// Tables for many agents of one shared model of one factor: what the steps to a node of the policy tree make of the present
// belief is one matrix, and so are the outcomes it lets expect.
#pragma once
#include <vector>

#include "aatgs/module.hpp"
#include "active_inference/ai_dense.hpp"
#include "active_inference/ai_tensor.hpp"

namespace aatgs::active_inference {

/// Agents of a warp.
inline constexpr uint32_t kWarpAgents = 32;
/// Tiles of eight outcomes of a node.
inline constexpr uint32_t kNodeTiles = kTensorStates / 8;
/// Nodes whose terms that are linear in beliefs make one tile.
inline constexpr uint32_t kLinearNodes = 8;
/// Fragments of a tile, of a node, and of a stage of shared memory: a node's, and the linear terms of eight.
inline constexpr uint32_t kTileFragments = kTensorSteps * 32, kNodeFragments = kNodeTiles * kTileFragments;
inline constexpr uint32_t kStageFragments = kNodeFragments + kTileFragments;

/// Shared memory of a block: two stages, then a room for the sums of each warp.
AATGS_FN uint32_t many_room_words(uint32_t length) { return kWarpAgents * (kLinearNodes + length + 1); }
inline uint64_t many_shared_bytes(uint32_t length) {
  return 2 * kStageFragments * sizeof(Fragment) + uint64_t{kThreads / 32} * many_room_words(length) * sizeof(float);
}

inline std::vector<uint32_t> node_parents(const Node* nodes, uint32_t count) {
  std::vector<uint32_t> parents(count), path(2 * kMaxFactors + 1, 0);
  for (uint32_t i = 0; i < count; ++i) {
    parents[i] = nodes[i].depth == 0 ? i : path[nodes[i].depth - 1];
    path[nodes[i].depth] = i;
  }
  return parents;
}

inline NodeTables lay_out_nodes(Arena& arena, const Node* nodes, uint32_t count) {
  NodeTables tables{};
  const auto parents = node_parents(nodes, count);
  const uint64_t n = count, eights = (n + kLinearNodes - 1) / kLinearNodes;
  tables.ready = arena.scratch<uint32_t>(n > 0);
  tables.parents = arena.constant(parents.size(), parents.data());
  tables.paths = arena.scratch<float>(n * kTensorStates * kTensorStates);
  tables.linear = arena.scratch<float>(n * kTensorStates);
  tables.scales = arena.scratch<float>(n);
  tables.outcomes = arena.scratch<Fragment>(n * kNodeFragments);
  tables.linears = arena.scratch<Fragment>(eights * kTileFragments);
  return tables;
}

#if AI_WARPS

/// Fills the tables of all nodes. Collective; a barrier at the end.
template <class Team>
__device__ __noinline__ void fill_nodes(Team& team, const View<float>& view) {
  const Structure& model = view.model;
  const NodeTables& tables = view.many;
  const uint32_t n = model.states, nodes = model.components[0].nodes, outcomes = model.outcomes;
  const float* a = view.parameters[SET_A].base;
  const float* b = view.parameters[SET_B].base;
  constexpr uint32_t square = kTensorStates * kTensorStates;
  for (uint32_t depth = 0; depth < view.options.policy_length; ++depth) {
    team.for_each(nodes * square, [&](uint32_t i) {
      const uint32_t node = i / square, next = i / kTensorStates % kTensorStates, now = i % kTensorStates;
      if (model.nodes[node].depth != depth) return;
      float sum = 0;
      if (next < n && now < n) {
        const float* move = b + uint64_t{model.node_actions[node]} * n * n;
        const float* before = tables.paths + uint64_t{tables.parents[node]} * square;
        if (depth == 0) sum = move[now * n + next];
        for (uint32_t k = 0; depth > 0 && k < n; ++k) {
          sum = fmaf(move[k * n + next], before[k * kTensorStates + now], sum);
        }
      }
      tables.paths[i] = sum;
    });
    team.barrier();
  }
  team.for_each(nodes * kTensorStates, [&](uint32_t i) {
    const uint32_t node = i / kTensorStates, now = i % kTensorStates, t = model.nodes[node].depth;
    const uint32_t last = view.options.preference_steps - 1;
    const float* preferred = view.log_c.base + (t < last ? t : last) * outcomes;
    float sum = 0;
    for (uint32_t k = 0; k < n; ++k) {
      float worth = view.options.has(AiFlag::STATE_GAIN) ? view.gain_a.base[k] : 0.0f;
      for (uint32_t o = 0; view.options.has(AiFlag::UTILITY) && o < outcomes; ++o) {
        worth = fmaf(a[k * outcomes + o], preferred[o], worth);
      }
      sum = fmaf(worth, tables.paths[uint64_t{node} * square + k * kTensorStates + now], sum);
    }
    tables.linear[i] = sum;
  });
  team.barrier();
  team.for_each(nodes, [&](uint32_t node) {
    float most = 0;
    for (uint32_t s = 0; s < n; ++s) most = fmaxf(most, fabsf(tables.linear[node * kTensorStates + s]));
    // The power of two that takes the largest one near 2^15.
    tables.scales[node] = most > 0.0f ? exp2f(fminf(fmaxf(14.0f - floorf(log2f(most)), -100.0f), 100.0f)) : 1.0f;
  });
  team.barrier();
  const auto outcome = [&](uint32_t node, uint32_t o, uint32_t s) {
    const float* path = tables.paths + uint64_t{node} * square;
    float sum = 0;
    for (uint32_t k = 0; o < outcomes && k < n; ++k) sum = fmaf(a[k * outcomes + o], path[k * kTensorStates + s], sum);
    return sum;
  };
  team.for_each(nodes * kNodeTiles * kTensorSteps * 32, [&](uint32_t i) {
    const uint32_t lane = i % 32, step = i / 32 % kTensorSteps, tile = i / 32 / kTensorSteps % kNodeTiles;
    const uint32_t node = i / 32 / kTensorSteps / kNodeTiles, o = tile * 8 + lane / 4;
    Fragment fragment;
    for (uint32_t half = 0; half < 2; ++half) {
      const uint32_t s = step * 16 + lane % 4 * 2 + half * 8;
      split_pair(outcome(node, o, s), outcome(node, o, s + 1), kSplitScale, fragment.upper[half], fragment.lower[half]);
    }
    tables.outcomes[i] = fragment;
  });
  team.for_each((nodes + kLinearNodes - 1) / kLinearNodes * kTensorSteps * 32, [&](uint32_t i) {
    const uint32_t lane = i % 32, step = i / 32 % kTensorSteps;
    const uint32_t node = i / 32 / kTensorSteps * kLinearNodes + lane / 4;
    Fragment fragment{};
    for (uint32_t half = 0; half < 2 && node < nodes; ++half) {
      const float* from = tables.linear + node * kTensorStates + step * 16 + lane % 4 * 2 + half * 8;
      split_pair(from[0], from[1], tables.scales[node], fragment.upper[half], fragment.lower[half]);
    }
    tables.linears[i] = fragment;
  });
  team.leader([&] { *tables.ready = 1; });
  team.barrier();
}

#endif

}  // namespace aatgs::active_inference
