// Agents' own policies on tensor cores, for models of one factor: half a block has an agent, whose transitions and likelihoods
// are read from device memory once and lie in shared memory as fragments, while the other half has another. A warp makes
// sixteen children of one control, and what they promise, without leaving its registers.
#pragma once
#include <vector>

#include "aatgs/module.hpp"
#include "active_inference/ai_dense.hpp"
#include "active_inference/ai_tensor.hpp"

namespace aatgs::active_inference {

inline constexpr uint32_t kBlockWarps = kThreads / 32;
/// Agents of a block at once, where shared memory has room for them.
inline constexpr uint32_t kMostTeams = 2;
/// Rows of beliefs in one tile, and words of a tile: fragments of both halves, as a product reads them.
inline constexpr uint32_t kTileRows = 16, kTileWords = kTileRows * kTensorStates;
/// Words of the fragments of eight columns.
inline constexpr uint32_t kColumnWords = sizeof(Fragment) / 4 * 32 * kTensorSteps;
inline constexpr uint32_t kNoRow = 0xffffffffu;

/// Nodes of one depth, which are made together. Rows are the present and then the nodes, depth by depth, each depth from a
/// whole tile on; only parents and children are kept at once, by turns in two places.
struct Chunk {
  uint32_t parent, parents;  // their first row, and how many
  uint32_t from, child, to;  // where they lie; the first row of their children, and where those go
};

struct ChunkPlan {
  std::vector<Chunk> chunks;
  std::vector<uint32_t> children;  // of every kept row and control: its row, or none
  std::vector<uint32_t> leaves;  // policies of the rows of the last depth
  uint32_t kept = 0;  // rows above the last depth
  uint32_t places = 0;  // rows that are there at once
};

inline uint32_t whole_tiles(uint32_t rows) { return (rows + kTileRows - 1) / kTileRows * kTileRows; }

/// Chunks of a policy tree of one factor, whose nodes come parents first; none where two children are the same.
inline ChunkPlan plan_chunks(const Node* nodes, const uint32_t* actions, uint32_t count, uint32_t length,
                             uint32_t controls) {
  ChunkPlan plan;
  // The first row of each depth of nodes.
  std::vector<uint32_t> first(length + 1, kTileRows), path(length, 0);
  uint32_t parent = 0, parents = 1, most[2] = {kTileRows, 0};
  for (uint32_t depth = 0; depth < length; ++depth) {
    plan.chunks.push_back({parent, parents, 0, first[depth], 0});
    parent = first[depth];
    parents = 0;
    for (uint32_t i = 0; i < count; ++i) parents += nodes[i].depth == depth;
    first[depth + 1] = parent + whole_tiles(parents);
    uint32_t& place = most[(depth + 1) % 2];
    if (depth + 1 < length && whole_tiles(parents) > place) place = whole_tiles(parents);
  }
  for (uint32_t depth = 0; depth < length; ++depth) {
    (depth % 2 == 1 ? plan.chunks[depth].from : plan.chunks[depth].to) = most[0];
  }
  plan.places = most[0] + most[1];
  std::vector<uint32_t> next(first);
  plan.kept = first[length - 1];
  plan.children.assign(uint64_t{plan.kept} * controls, kNoRow);
  plan.leaves.assign(first[length] - plan.kept, 0);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t depth = nodes[i].depth, mine = next[depth]++, parent = depth == 0 ? 0 : path[depth - 1];
    path[depth] = mine;
    uint32_t& slot = plan.children[parent * controls + actions[i]];
    if (slot != kNoRow) return {};
    slot = mine;
    if (mine >= plan.kept) plan.leaves[mine - plan.kept] = nodes[i].leaf;
  }
  return plan;
}

inline ChunkTables lay_out_chunks(Arena& arena, const ChunkPlan& plan, uint32_t teams) {
  ChunkTables tables{};
  tables.chunk_count = static_cast<uint32_t>(plan.chunks.size());
  tables.kept = plan.kept;
  tables.places = plan.places;
  tables.teams = teams;
  tables.chunks = arena.constant(plan.chunks.size(), plan.chunks.data());
  tables.children = arena.constant(plan.children.size(), plan.children.data());
  tables.leaves = arena.constant(plan.leaves.size(), plan.leaves.data());
  return tables;
}

/// Shared memory of a team: fragments of transitions and likelihoods; tiles of rows of beliefs; what is linear in beliefs;
/// preferences at each depth; sums of the kept rows; inductive rows of the agents in turn.
struct TeamRoom {
  uint32_t state_tiles, outcome_tiles;
  uint32_t likelihood, rows, linear, preferred, gained, paths, words;
  AATGS_FN TeamRoom(const Structure& model, uint32_t depths, uint32_t kept, uint32_t places)
      : state_tiles(column_tiles(model.states)), outcome_tiles(column_tiles(model.outcomes)) {
    likelihood = model.controls * state_tiles;
    rows = (likelihood + outcome_tiles) * kColumnWords;
    linear = rows + places / kTileRows * kTileWords;
    preferred = linear + kTensorStates;
    gained = preferred + depths * kTensorStates;
    paths = gained + kept;
    words = paths + kBlockWarps;
  }
};

#if AI_WARPS

/// Warps of a block that have an agent to themselves.
struct WarpTeam {
  uint32_t index, warps;
  __device__ explicit WarpTeam(uint32_t teams) : warps(kBlockWarps / teams) { index = threadIdx.x / 32 / warps; }
  __device__ uint32_t threads() const { return warps * 32; }
  __device__ uint32_t thread() const { return threadIdx.x - index * threads(); }
  __device__ uint32_t warp() const { return thread() / 32; }
  __device__ void barrier() const { meet(index + 1, threads()); }
};

/// Fills the fragments of matrices [row][column], one after the other in `from`. All threads of the team: a lane has four
/// columns of four rows, which are four fragments.
__device__ __forceinline__ void stage_fragments(const WarpTeam& team, Fragment* to, const float* from,
                                                uint32_t matrices, uint32_t rows, uint32_t columns) {
  const uint32_t tiles = column_tiles(columns), lane = lane_of(), pair = lane % 4;
  const uint32_t parts = (columns + 31) / 32, all = matrices * parts * kTensorSteps;
  const bool quads = columns % 4 == 0;
  // All reads before the first fragment is written: memory is far away.
  constexpr uint32_t kAtOnce = 3;
#pragma unroll 1
  for (uint32_t start = team.warp(); start < all; start += kAtOnce * team.warps) {
    float entries[kAtOnce][4][4];
    for (uint32_t k = 0; k < kAtOnce; ++k) {
      const uint32_t i = start + k * team.warps, part = i / kTensorSteps, matrix = parts == 2 ? part / 2 : part;
      const uint32_t column = (part - matrix * parts) * 32 + lane / 4 * 4, row = i % kTensorSteps * 16 + pair * 2;
      for (uint32_t r = 0; r < 4; ++r) {
        const uint32_t here = row + r % 2 + r / 2 * 8;
        const bool there = i < all && here < rows && column < columns;
        const float* at = from + (there ? (matrix * rows + here) * columns + column : 0);
        if (quads) {
          const float4 x = there ? *reinterpret_cast<const float4*>(at) : float4{};
          entries[k][r][0] = x.x, entries[k][r][1] = x.y, entries[k][r][2] = x.z, entries[k][r][3] = x.w;
        } else {
          for (uint32_t c = 0; c < 4; ++c) entries[k][r][c] = there && column + c < columns ? at[c] : 0.0f;
        }
      }
    }
    for (uint32_t k = 0; k < kAtOnce; ++k) {
      const uint32_t i = start + k * team.warps, part = i / kTensorSteps, matrix = parts == 2 ? part / 2 : part;
      const uint32_t column = (part - matrix * parts) * 32 + lane / 4 * 4;
      if (i >= all || column >= tiles * 8) continue;
      Fragment* place =
          to + ((matrix * tiles + column / 8) * kTensorSteps + i % kTensorSteps) * 32 + column % 8 * 4 + pair;
      for (uint32_t c = 0; c < 4; ++c) {
        const auto& x = entries[k];
        Fragment fragment;
        split_pair(x[0][c], x[1][c], kSplitScale, fragment.upper[0], fragment.lower[0]);
        split_pair(x[2][c], x[3][c], kSplitScale, fragment.upper[1], fragment.lower[1]);
        place[c * 4] = fragment;
      }
    }
  }
}

__device__ __forceinline__ void fetch_ahead(const WarpTeam& team, const float* from, uint32_t count) {
  for (uint32_t i = team.thread() * 32; i < count; i += team.threads() * 32) bring_near(from + i);
}

/// Where a pair of states of a row lies in tiles of rows: the upper halves; the lower ones are half a tile further.
__device__ __forceinline__ uint32_t pair_place(uint32_t row, uint32_t pair_of_states) {
  const uint32_t step = pair_of_states / 8, high = pair_of_states / 4 % 2, pair = pair_of_states % 4;
  return row / kTileRows * kTileWords + ((step * 32 + row % 8 * 4 + pair) * 4 + high * 2 + row / 8 % 2);
}

/// Sixteen rows of beliefs in a warp's registers, as a product's left side.
struct RowHalves {
  uint32_t upper[kTensorSteps][4], lower[kTensorSteps][4];

  /// Times eight columns: rows lane / 4 and lane / 4 + 8, two columns each.
  __device__ __forceinline__ void times(const Fragment* columns, float (&out)[4]) const {
    float left[4] = {}, right[4] = {};
    for (uint32_t k = 0; k < kTensorSteps; ++k) {
      const Fragment b = columns[k * 32];
      multiply_tile(out, upper[k], b.upper);
      multiply_tile(left, upper[k], b.lower);
      multiply_tile(right, lower[k], b.upper);
    }
    for (uint32_t i = 0; i < 4; ++i) out[i] += left[i] + right[i];
  }
};

/// The same rows in shared memory, upper halves in registers: all of both and of their children would not fit.
struct TileRows {
  uint32_t upper[kTensorSteps][4];
  const uint4* lower;

  __device__ __forceinline__ explicit TileRows(const uint32_t* tile) {
    const auto* from = reinterpret_cast<const uint4*>(tile) + lane_of();
    for (uint32_t k = 0; k < kTensorSteps; ++k) {
      const uint4 a = from[k * 32];
      upper[k][0] = a.x, upper[k][1] = a.y, upper[k][2] = a.z, upper[k][3] = a.w;
    }
    lower = from + kTileWords / 8;
  }
  __device__ __forceinline__ void times(const Fragment* columns, float (&out)[4]) const {
    float left[4] = {}, right[4] = {};
    for (uint32_t k = 0; k < kTensorSteps; ++k) {
      const Fragment b = columns[k * 32];
      const uint4 a = lower[k * 32];
      const uint32_t low[4] = {a.x, a.y, a.z, a.w};
      multiply_tile(out, upper[k], b.upper);
      multiply_tile(left, upper[k], b.lower);
      multiply_tile(right, low, b.upper);
    }
    for (uint32_t i = 0; i < 4; ++i) out[i] += left[i] + right[i];
  }
};

/// Sixteen children of `control` and what they promise. `kWhole`: the model has all states and outcomes there can be. One
/// warp. A function of its own, so that what its callers keep does not spill inside it.
template <bool kWhole>
__device__ __noinline__ void score_children(const View<float>& view, TeamRoom room, uint32_t* shared, uint32_t depth,
                                            float* values, Chunk chunk, uint32_t top, uint32_t control, bool last) {
  const ChunkTables& tree = view.tree;
  const uint32_t controls = view.model.controls, lane = lane_of(), row = lane / 4, pair = lane % 4;
  const bool gain = view.options.has(AiFlag::STATE_GAIN);
  const auto* fragments = reinterpret_cast<const Fragment*>(shared) + lane;
  const auto* weights = reinterpret_cast<const float2*>(shared + room.linear);
  const auto* preferred = reinterpret_cast<const float2*>(shared + room.preferred + depth * kTensorStates);
  auto* gained = reinterpret_cast<float*>(shared + room.gained);
  uint32_t* rows = shared + room.rows;
  const uint32_t parent = chunk.parent + top, count = chunk.parents - top;
  const uint32_t child = row < count ? tree.children[(parent + row) * controls + control] : kNoRow;
  const uint32_t other = row + 8 < count ? tree.children[(parent + row + 8) * controls + control] : kNoRow;
  RowHalves made;
  const TileRows parents(rows + (chunk.from + top) / kTileRows * kTileWords);
  float upper = 0, lower = 0;
#pragma unroll
  for (uint32_t tile = 0; tile < kTensorStates / 8; ++tile) {
    const uint32_t step = tile / 2, high = tile % 2 * 2;
    float out[4] = {};
    if (kWhole || tile < room.state_tiles) {
      parents.times(fragments + (control * room.state_tiles + tile) * kTensorSteps * 32, out);
      const float2 weight = weights[tile * 4 + pair];
      upper = fmaf(out[0], weight.x, fmaf(out[1], weight.y, upper));
      lower = fmaf(out[2], weight.x, fmaf(out[3], weight.y, lower));
    }
    // A product is as much larger as two factors are.
    split_pair(out[0], out[1], 1.0f / kSplitScale, made.upper[step][high], made.lower[step][high]);
    split_pair(out[2], out[3], 1.0f / kSplitScale, made.upper[step][high + 1], made.lower[step][high + 1]);
  }
  upper *= kProductScale;
  lower *= kProductScale;
  const auto put = [&](uint32_t to, uint32_t half) {
    if (last || to == kNoRow) return;
    for (uint32_t tile = 0; tile < kTensorStates / 8; ++tile) {
      uint32_t* place = rows + pair_place(chunk.to + to - chunk.child, tile * 4 + pair);
      place[0] = made.upper[tile / 2][tile % 2 * 2 + half];
      place[kTileWords / 2] = made.lower[tile / 2][tile % 2 * 2 + half];
    }
  };
  put(child, 0);
  put(other, 1);
  __syncwarp();
#pragma unroll
  for (uint32_t tile = 0; tile < kTensorStates / 8; ++tile) {
    if (!kWhole && tile >= room.outcome_tiles) continue;
    float out[4] = {};
    made.times(fragments + (room.likelihood + tile) * kTensorSteps * 32, out);
    const float2 preference = preferred[tile * 4 + pair];
    const auto add = [&](float x, float y, float& sum) {
      const float p = x * kProductScale, q = y * kProductScale;
      sum += fmaf(p, preference.x, q * preference.y);
      if (gain) sum = fmaf(binary_entropy(p, binary_entropy(q, 0.0f)), -kLn2, sum);
    };
    add(out[0], out[1], upper);
    add(out[2], out[3], lower);
  }
  upper = row_total(upper);
  lower = row_total(lower);
  const auto keep = [&](uint32_t to, uint32_t from, float value) {
    if (pair != 0 || to == kNoRow) return;
    value += gained[from];
    if (last) {
      values[tree.leaves[to - tree.kept]] = value;
    } else {
      gained[to] = value;
    }
  };
  keep(child, parent + row, upper);
  keep(other, parent + row + 8, lower);
  __syncwarp();
}

/// Values of all policies of agent `id` into device memory. The team's fragments and the present row are there; a barrier
/// at the end.
template <bool kWhole>
__device__ __forceinline__ void score_agent(const WarpTeam& team, const View<float>& view, uint32_t id,
                                            const TeamRoom& room, uint32_t* shared) {
  const ChunkTables& tree = view.tree;
  float* values = row_of(view.values, id);
#pragma unroll 1
  for (uint32_t depth = 0; depth < tree.chunk_count; ++depth) {
    const Chunk chunk = tree.chunks[depth];
    const uint32_t tiles = (chunk.parents + kTileRows - 1) / kTileRows;
#pragma unroll 1
    for (uint32_t task = team.warp(); task < view.model.controls * tiles; task += team.warps) {
      const uint32_t control = task / tiles, top = (task - control * tiles) * kTileRows;
      score_children<kWhole>(view, room, shared, depth, values, chunk, top, control, depth + 1 == tree.chunk_count);
    }
    team.barrier();
  }
}

/// What a team needs of one agent before its policies are evaluated: fragments that the last one's are not, and the present.
__device__ __forceinline__ void stage_agent(const WarpTeam& team, const View<float>& view, uint32_t id, int32_t path,
                                            bool staged, const TeamRoom& room, uint32_t* shared) {
  const Structure& model = view.model;
  const uint32_t n = model.states, thread = team.thread();
  auto* fragments = reinterpret_cast<Fragment*>(shared);
  if (!staged || !view.parameters[SET_B].shared()) {
    stage_fragments(team, fragments, row_of(view.parameters[SET_B], id), model.controls, n, n);
  }
  if (!staged || !view.parameters[SET_A].shared()) {
    stage_fragments(team, fragments + room.likelihood * kTensorSteps * 32, row_of(view.parameters[SET_A], id), 1, n,
                    model.outcomes);
  }
  const float* preferences = row_of(view.log_c, id);
  const uint32_t outcomes = view.model.outcomes, latest = view.options.preference_steps - 1;
  for (uint32_t i = thread; i < view.tree.chunk_count * kTensorStates; i += team.threads()) {
    const uint32_t depth = i / kTensorStates, o = i % kTensorStates;
    const bool there = o < outcomes && view.options.has(AiFlag::UTILITY);
    reinterpret_cast<float*>(shared + room.preferred)[i] =
        there ? preferences[(depth < latest ? depth : latest) * outcomes + o] : 0.0f;
  }
  if (thread < kTensorStates) {
    // Ambiguity, and states off the path to the goal.
    const bool there = thread < n;
    float sum = there && view.options.has(AiFlag::STATE_GAIN) ? row_of(view.gain_a, id)[thread] : 0.0f;
    if (there && path >= 0) {
      const float on = row_of(view.paths, id)[static_cast<uint32_t>(path) * n + thread];
      sum += (1.0f - on) * log_of(view.options.induction_epsilon);
    }
    reinterpret_cast<float*>(shared + room.linear)[thread] = sum;
  } else if (thread < kTensorStates + kTensorStates / 2) {
    const float* beliefs = row_of(view.beliefs, id);
    const uint32_t p = thread - kTensorStates, s = p * 2;
    uint32_t* place = shared + room.rows + pair_place(0, p);
    split_pair(s < n ? beliefs[s] : 0.0f, s + 1 < n ? beliefs[s + 1] : 0.0f, kSplitScale, place[0],
               place[kTileWords / 2]);
  } else if (thread == team.threads() - 1) {
    reinterpret_cast<float*>(shared + room.gained)[0] = 0.0f;
  }
}

/// A step of agents `first` to `first + count - 1`. A team takes as many at a time as it has warps: each is inferred, and
/// later acts, by one warp; their policies are evaluated one after the other by all. `skips(id)`: whether an agent has no
/// step to make. No barrier at the end.
template <class Given, class Skips>
__device__ __noinline__ void block_steps(const View<float>& view, uint32_t first, uint32_t count, uint32_t blocks,
                                         uint64_t seed, bool closed, const Given& given, Skips skips,
                                         uint32_t* shared) {
  const Structure& model = view.model;
  const TeamRoom room(model, view.tree.chunk_count, view.tree.kept, view.tree.places);
  const WarpTeam team(view.tree.teams);
  shared += team.index * room.words;
  const uint32_t warp = team.warp(), lane = lane_of();
  const uint32_t b_size = model.controls * model.states * model.states, a_size = model.states * model.outcomes;
  const bool own_a = !view.parameters[SET_A].shared(), own_b = !view.parameters[SET_B].shared();
  const bool whole = model.states == kTensorStates && model.outcomes == kTensorStates;
  auto* paths = reinterpret_cast<int32_t*>(shared + room.paths);
  const uint32_t teams = blocks * view.tree.teams, each = (count + teams - 1) / teams;
  const uint32_t batch = each < team.warps ? each : team.warps;
  bool staged = false;
#pragma unroll 1
  for (uint32_t begin = (blockIdx.x * view.tree.teams + team.index) * batch; begin < count; begin += teams * batch) {
    const uint32_t here = count - begin < batch ? count - begin : batch, mine = first + begin + warp;
    const bool works = warp < here && !skips(mine);
    if (works) {
      dense_infer(view, mine, seed, closed, given, first, last_move(view, mine));
      const int32_t path = view.options.has(AiFlag::INDUCTIVE) ? dense_path(view, mine) : -1;
      if (lane == 0) paths[warp] = path;
      __syncwarp();
    }
    team.barrier();
#pragma unroll 1
    for (uint32_t k = 0; k < here; ++k) {
      const uint32_t id = first + begin + k;
      if (skips(id)) continue;
      stage_agent(team, view, id, paths[k], staged, room, shared);
      staged = true;
      if (k + 1 < here) {
        if (own_b) fetch_ahead(team, row_of(view.parameters[SET_B], id + 1), b_size);
        if (own_a) fetch_ahead(team, row_of(view.parameters[SET_A], id + 1), a_size);
      }
      team.barrier();
      if (whole) {
        score_agent<true>(team, view, id, room, shared);
      } else {
        score_agent<false>(team, view, id, room, shared);
      }
    }
    if (works) {
      const uint32_t action = dense_act(view, mine);
      dense_take(view, mine, seed, closed, given, first, action);
      __syncwarp();
    }
  }
}

#endif

}  // namespace aatgs::active_inference
