// Expected free energy for many agents with one shared model of one factor: all expected outcomes of 32 agents are products of
// small matrices, one for each node of the policy tree.
#pragma once
#include "active_inference/ai_dense_nodes.hpp"

namespace aatgs::active_inference {

#if AI_WARPS

/// Beliefs of 32 agents as tiles' rows: two tiles of sixteen agents.
struct BeliefRows {
  uint32_t upper[2][kTensorSteps][4], lower[2][kTensorSteps][4];

  __device__ __forceinline__ void load(const float* beliefs, uint32_t n, uint32_t count) {
    const uint32_t lane = lane_of(), row = lane / 4, pair = lane % 4;
#pragma unroll
    for (uint32_t m = 0; m < 2; ++m) {
#pragma unroll
      for (uint32_t k = 0; k < kTensorSteps; ++k) {
#pragma unroll
        for (uint32_t r = 0; r < 4; ++r) {
          const uint32_t agent = m * 16 + row + (r & 1) * 8, s = k * 16 + pair * 2 + (r >> 1) * 8;
          const float* from = beliefs + uint64_t{agent} * n;
          const float x = agent < count && s < n ? from[s] : 0.0f;
          const float y = agent < count && s + 1 < n ? from[s + 1] : 0.0f;
          split_pair(x, y, kSplitScale, upper[m][k][r], lower[m][k][r]);
        }
      }
    }
  }
  /// Products with eight columns, whose fragments of this lane are 32 apart.
  __device__ __forceinline__ void times(const Fragment* columns, float (&out)[2][4]) const {
#pragma unroll
    for (uint32_t k = 0; k < kTensorSteps; ++k) {
      const Fragment b = columns[k * 32];
#pragma unroll
      for (uint32_t m = 0; m < 2; ++m) {
        multiply_tile(out[m], upper[m][k], b.upper);
        multiply_tile(out[m], upper[m][k], b.lower);
        multiply_tile(out[m], lower[m][k], b.upper);
      }
    }
  }
};

/// What the columns of one tile promise in expected surprise: p log2 p of every outcome, summed for rows lane / 4, + 8, + 16
/// and + 24. `columns`: the tile's fragments of this lane, 32 apart.
__device__ __forceinline__ void add_entropies(const BeliefRows& beliefs, const Fragment* columns, float (&entropy)[4]) {
  float out[2][4] = {};
  beliefs.times(columns, out);
#pragma unroll
  for (uint32_t m = 0; m < 2; ++m) {
#pragma unroll
    for (uint32_t k = 0; k < 4; ++k) {
      entropy[m * 2 + k / 2] = binary_entropy(out[m][k] * kProductScale, entropy[m * 2 + k / 2]);
    }
  }
}

/// What 32 agents' policies gain down one walk through the tree, by one warp, whose lanes keep the sums of one agent each.
struct ManySums {
  float* linear;  // of eight nodes: of each the agents' 32
  float* gained;  // at each depth: the agents' 32
  float* values;  // of this lane's agent
  bool there;  // whether there is such an agent

  __device__ __forceinline__ ManySums(const View<float>& view, float* room, uint32_t first, uint32_t count) {
    const uint32_t lane = lane_of(), agent = lane % 4 * 8 + lane / 4;
    linear = room;
    gained = room + kLinearNodes * kWarpAgents + agent;
    values = view.values.base + uint64_t{first + agent} * view.options.policies;
    there = agent < count;
    gained[0] = 0.0f;
  }
  /// Terms that are linear in beliefs, of eight nodes at once.
  __device__ __forceinline__ void take_linear(const BeliefRows& beliefs, const Fragment* columns) {
    float out[2][4] = {};
    beliefs.times(columns, out);
    __syncwarp();
    const uint32_t lane = lane_of(), row = lane / 4, pair = lane % 4;
#pragma unroll
    for (uint32_t m = 0; m < 2; ++m) {
#pragma unroll
      for (uint32_t k = 0; k < 4; ++k) {
        linear[(pair * 2 + k % 2) * kWarpAgents + m * 16 + k / 2 * 8 + row] = out[m][k];
      }
    }
    __syncwarp();
  }
  /// `scale`: by what the linear terms were multiplied in fragments.
  __device__ __forceinline__ void take(const Node& node, uint32_t number, float scale, const float (&entropy)[4]) {
    const uint32_t lane = lane_of(), row = lane / 4, pair = lane % 4;
    float sum[4];
#pragma unroll
    for (uint32_t k = 0; k < 4; ++k) sum[k] = row_total(entropy[k]);
    float value = sum[0];
#pragma unroll
    for (uint32_t k = 1; k < 4; ++k) value = pair == k ? sum[k] : value;
    const float worth = linear[number % kLinearNodes * kWarpAgents + pair * 8 + row] / (kSplitScale * scale);
    value = fmaf(value, -kLn2, worth) + gained[node.depth * kWarpAgents];
    gained[(node.depth + 1) * kWarpAgents] = value;
    if (node.leaf != kNoLeaf && there) values[node.leaf] = value;
  }
};

/// Copies the columns of `node` into a stage of shared memory: its tiles, and before the first of eight nodes their linear
/// terms behind them. All threads of the block; nobody waits yet.
__device__ __forceinline__ void stage_columns(const NodeTables& tables, uint32_t node, uint32_t tiles,
                                              Fragment* stage) {
  const Fragment* from = tables.outcomes + uint64_t{node} * kNodeFragments;
  for (uint32_t i = threadIdx.x; i < tiles * kTileFragments; i += kThreads) copy_ahead(stage + i, from + i);
  if (node % kLinearNodes != 0) return;
  from = tables.linears + node / kLinearNodes * kTileFragments;
  if (threadIdx.x < kTileFragments) copy_ahead(stage + kNodeFragments + threadIdx.x, from + threadIdx.x);
}

/// Negative expected free energies of policies for `count` (at most 32) agents from `first` on. All warps of the block, with
/// agents or not, are at the same node, whose columns have come into one of two stages of shared memory while they were at
/// the one before.
__device__ __noinline__ void score_together(const View<float>& view, uint32_t first, uint32_t count, Fragment* stages,
                                            float* room) {
  lies_in_shared(stages);
  lies_in_shared(room);
  const NodeTables& tables = view.many;
  const uint32_t nodes = view.model.components[0].nodes, lane = lane_of();
  const uint32_t tiles = view.options.has(AiFlag::STATE_GAIN) ? column_tiles(view.model.outcomes) : 0;
  stage_columns(tables, 0, tiles, stages);
  BeliefRows beliefs;
  beliefs.load(view.beliefs.base + uint64_t{first} * view.model.states, view.model.states, count);
  ManySums sums(view, room, first, count);
  Node next = view.model.nodes[0];
  float next_scale = tables.scales[0];
#pragma unroll 1
  for (uint32_t node = 0; node < nodes; ++node) {
    const Node here = next;
    const float scale = next_scale;
    const Fragment* columns = stages + node % 2 * kStageFragments + lane;
    wait_for_copies();
    __syncthreads();
    if (node + 1 < nodes) {
      stage_columns(tables, node + 1, tiles, stages + (node + 1) % 2 * kStageFragments);
      next = view.model.nodes[node + 1];
      next_scale = tables.scales[node + 1];
    }
    if (node % kLinearNodes == 0) sums.take_linear(beliefs, columns + kNodeFragments);
    float entropy[4] = {};
#pragma unroll 1
    for (uint32_t tile = 0; tile < tiles; ++tile, columns += kTileFragments) add_entropies(beliefs, columns, entropy);
    sums.take(here, node, scale, entropy);
  }
}

/// The same by one warp alone, for the `part`th of `parts` equal parts of the nodes: where agents are few.
__device__ __noinline__ void score_part(const View<float>& view, uint32_t first, uint32_t count, float* room,
                                        uint32_t part, uint32_t parts) {
  lies_in_shared(room);
  const Structure& model = view.model;
  const NodeTables& tables = view.many;
  const uint32_t nodes = model.components[0].nodes, lane = lane_of();
  const uint32_t tiles = view.options.has(AiFlag::STATE_GAIN) ? column_tiles(model.outcomes) : 0;
  BeliefRows beliefs;
  beliefs.load(view.beliefs.base + uint64_t{first} * model.states, model.states, count);
  ManySums sums(view, room, first, count);
  // Before its part a warp goes down to where that begins.
  const uint32_t begin = nodes * part / parts, end = nodes * (part + 1) / parts;
  const uint32_t lead = begin < end ? model.nodes[begin].depth : 0;
  uint32_t eight = kNoLeaf;
#pragma unroll 1
  for (uint32_t i = 0; i < lead + (end - begin); ++i) {
    uint32_t node = i < lead ? begin : begin + i - lead;
    for (uint32_t up = i; up < lead; ++up) node = tables.parents[node];
    if (node / kLinearNodes != eight) {
      eight = node / kLinearNodes;
      sums.take_linear(beliefs, tables.linears + eight * kTileFragments + lane);
    }
    float entropy[4] = {};
    const Fragment* columns = tables.outcomes + uint64_t{node} * kNodeFragments + lane;
    const bool more = node + 1 < nodes;
#pragma unroll 1
    for (uint32_t tile = 0; tile < tiles; ++tile, columns += kTileFragments) {
      // The next node's columns come nearer meanwhile: a sector for each lane, twice.
      uint32_t ahead[2] = {};
      if (more) {
        const auto* from = reinterpret_cast<const char*>(columns + kNodeFragments - lane) + lane * 32;
        ahead[0] = read_ahead(from);
        ahead[1] = read_ahead(from + 1024);
      }
      add_entropies(beliefs, columns, entropy);
      let_go(ahead[0]);
      let_go(ahead[1]);
    }
    sums.take(model.nodes[node], node, tables.scales[node], entropy);
  }
}

/// How many warps' agents a block takes at once, so that all blocks are done soonest.
__device__ inline uint32_t many_share(uint32_t units, uint32_t blocks, uint32_t nodes, uint32_t length) {
  constexpr uint32_t warps = kThreads / 32;
  uint32_t best = warps, least = 0xffffffffu;
  for (uint32_t share = warps; share > 0; --share) {
    const uint32_t parts = warps / share, groups = (units + share - 1) / share;
    const uint32_t cost = (groups + blocks - 1) / blocks * ((nodes + parts - 1) / parts + (parts > 1 ? length : 0));
    if (cost < least) best = share, least = cost;
  }
  return best;
}

/// before(agent) for each agent, then the values of all their policies, then after(agent). No barrier at the end.
template <class Team, class F, class G>
__device__ __forceinline__ void for_many_agents(Team& team, const View<float>& view, uint32_t first, uint32_t count,
                                                Fragment* stages, F before, G after) {
  constexpr uint32_t warps = kThreads / 32;
  const uint32_t warp = threadIdx.x / 32, blocks = team.count() / kThreads, length = view.options.policy_length;
  const uint32_t units = (count + kWarpAgents - 1) / kWarpAgents;
  const uint32_t share = many_share(units, blocks, view.model.components[0].nodes, length);
  const uint32_t parts = warps / share, agents = share * kWarpAgents;
  float* room = reinterpret_cast<float*>(stages + 2 * kStageFragments) + warp * many_room_words(length);
  team.for_each_block((count + agents - 1) / agents, [&](auto&, uint32_t group) {
    const uint32_t start = group * agents, here = count - start < agents ? count - start : agents;
    for (uint32_t i = warp; i < here; i += warps) before(first + start + i);
    __syncthreads();
    const uint32_t at = warp / parts * kWarpAgents;
    const uint32_t mine = at < here ? (here - at < kWarpAgents ? here - at : kWarpAgents) : 0;
    if (parts == 1) {
      score_together(view, first + start + at, mine, stages, room);
    } else if (mine > 0) {
      score_part(view, first + start + at, mine, room, warp % parts, parts);
    }
    __syncthreads();
    for (uint32_t i = warp; i < here; i += warps) after(first + start + i);
  });
}

#endif

}  // namespace aatgs::active_inference
