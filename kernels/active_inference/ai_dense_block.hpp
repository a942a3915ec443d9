// Agents' own policies on tensor cores, for models of one factor: half a block has an agent, whose transitions and likelihoods
// are read from device memory once and lie in shared memory as fragments, while the other half has another. Matrices are the
// left sides of products, eight parents' beliefs the right ones: a warp makes eight children of one control, and what they
// promise, without leaving its registers.
#pragma once
#include <vector>

#include "aatgs/module.hpp"
#include "active_inference/ai_dense.hpp"
#include "active_inference/ai_tensor.hpp"

namespace aatgs::active_inference {

inline constexpr uint32_t kBlockWarps = kThreads / 32;
/// Agents of a block at once, where shared memory has room for them.
inline constexpr uint32_t kMostTeams = 2;
/// Beliefs in one tile, and words of a tile: fragments of both halves, as a product reads them.
inline constexpr uint32_t kTileRows = 8, kTileWords = kTileRows * kTensorStates;
/// Tiles of sixteen rows of a matrix; words of its fragments.
inline constexpr uint32_t kRowTiles = kTensorStates / 16, kMatrixWords = kTensorStates * kTensorStates;
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

/// The state or outcome at a place of a product's rows: so that a lane's fragments of two tiles are of four neighbours.
AATGS_FN uint32_t number_at(uint32_t place) {
  return place / 32 * 32 + place % 8 * 4 + place / 16 % 2 * 2 + place / 8 % 2;
}

/// Shared memory of a team: fragments of transitions and likelihoods; tiles of beliefs; what is linear in beliefs;
/// preferences at each depth; sums of the kept rows; inductive rows of the agents in turn.
struct TeamRoom {
  uint32_t likelihood, rows, linear, preferred, gained, paths, words;
  AATGS_FN TeamRoom(const Structure& model, uint32_t depths, uint32_t kept, uint32_t places) {
    likelihood = model.controls * kMatrixWords;
    rows = likelihood + kMatrixWords;
    linear = rows + places / kTileRows * kTileWords;
    preferred = linear + kTensorStates;
    gained = preferred + depths * kTensorStates;
    paths = gained + kept;
    words = (paths + kBlockWarps + 3) / 4 * 4;
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

/// Fills the fragments of matrices [now][next], one after the other in `from`: of each sixteen of `next` and sixteen of `now`
/// the upper halves of all lanes, then the lower ones. All threads of the team; a lane reads four neighbours of four rows,
/// which are its own fragments of two tiles.
__device__ __forceinline__ void stage_fragments(const WarpTeam& team, uint32_t* to, const float* from,
                                                uint32_t matrices, uint32_t rows, uint32_t columns) {
  const uint32_t lane = lane_of(), pair = lane % 4, all = matrices * 2 * kTensorSteps;
  const bool quads = columns % 4 == 0;
  auto* quad = reinterpret_cast<uint4*>(to) + lane;
  // All reads before the first fragment is written: memory is far away.
  constexpr uint32_t kAtOnce = 3;
#pragma unroll 1
  for (uint32_t start = team.warp(); start < all; start += kAtOnce * team.warps) {
    float entries[kAtOnce][4][4];
#pragma unroll
    for (uint32_t k = 0; k < kAtOnce; ++k) {
      const uint32_t i = start + k * team.warps, matrix = i / (2 * kTensorSteps), half = i / kTensorSteps % 2;
      const uint32_t column = half * 32 + lane / 4 * 4;
#pragma unroll
      for (uint32_t r = 0; r < 4; ++r) {
        const uint32_t row = number_at(i % kTensorSteps * 16 + pair * 2 + r % 2 + r / 2 * 8);
        const bool there = i < all && row < rows && column < columns;
        const float* at = from + (there ? (matrix * rows + row) * columns + column : 0);
        if (quads) {
          const float4 x = there ? *reinterpret_cast<const float4*>(at) : float4{};
          entries[k][r][0] = x.x, entries[k][r][1] = x.y, entries[k][r][2] = x.z, entries[k][r][3] = x.w;
        } else {
#pragma unroll
          for (uint32_t c = 0; c < 4; ++c) entries[k][r][c] = there && column + c < columns ? at[c] : 0.0f;
        }
      }
    }
#pragma unroll
    for (uint32_t k = 0; k < kAtOnce; ++k) {
      const uint32_t i = start + k * team.warps, matrix = i / (2 * kTensorSteps), half = i / kTensorSteps % 2;
      if (i >= all) continue;
      const auto& x = entries[k];
#pragma unroll
      for (uint32_t tile = 0; tile < 2; ++tile) {
        uint4 upper, lower;
        split_pair(x[0][tile * 2], x[1][tile * 2], kSplitScale, upper.x, lower.x);
        split_pair(x[0][tile * 2 + 1], x[1][tile * 2 + 1], kSplitScale, upper.y, lower.y);
        split_pair(x[2][tile * 2], x[3][tile * 2], kSplitScale, upper.z, lower.z);
        split_pair(x[2][tile * 2 + 1], x[3][tile * 2 + 1], kSplitScale, upper.w, lower.w);
        uint4* place = quad + ((matrix * kRowTiles + half * 2 + tile) * kTensorSteps + i % kTensorSteps) * 64;
        place[0] = upper;
        place[32] = lower;
      }
    }
  }
}

__device__ __forceinline__ void fetch_ahead(const WarpTeam& team, const float* from, uint32_t count) {
  for (uint32_t i = team.thread() * 32; i < count; i += team.threads() * 32) bring_near(from + i);
}

/// Where beliefs `row` lie, for lane `pair` of its four: fragments of the steps are 32 apart.
__device__ __forceinline__ uint32_t row_fragment(uint32_t row, uint32_t pair) {
  return row / kTileRows * kTensorSteps * 32 + row % kTileRows * 4 + pair;
}

/// Sixteen rows of a matrix times eight beliefs: rows lane / 4 and lane / 4 + 8, two beliefs each.
__device__ __forceinline__ void multiply_rows(const uint4* matrix, const Fragment (&beliefs)[kTensorSteps],
                                              float (&out)[4]) {
  float left[4] = {}, right[4] = {};
#pragma unroll
  for (uint32_t k = 0; k < kTensorSteps; ++k) {
    const uint4 a = matrix[k * 64], b = matrix[k * 64 + 32];
    const uint32_t upper[4] = {a.x, a.y, a.z, a.w}, lower[4] = {b.x, b.y, b.z, b.w};
    multiply_tile(out, upper, beliefs[k].upper);
    multiply_tile(left, upper, beliefs[k].lower);
    multiply_tile(right, lower, beliefs[k].upper);
  }
#pragma unroll
  for (uint32_t i = 0; i < 4; ++i) out[i] += left[i] + right[i];
}

/// Adds over the eight lanes that hold a column.
__device__ __forceinline__ float column_total(float x) {
  x += __shfl_xor_sync(0xffffffffu, x, 4);
  x += __shfl_xor_sync(0xffffffffu, x, 8);
  return x + __shfl_xor_sync(0xffffffffu, x, 16);
}

/// What does not change while one agent's policies are evaluated.
struct Evaluation {
  TeamRoom room;
  uint32_t* shared;
  const uint32_t* children;
  const uint32_t* leaves;
  float* values;
  uint32_t controls, kept, outcome_tiles;
  bool gain;
};

/// Eight children of `control` and what they promise. One warp.
__device__ __forceinline__ void score_children(const Evaluation& e, uint32_t depth, const Chunk& chunk, uint32_t top,
                                               uint32_t control, bool last) {
  const uint32_t lane = lane_of(), row = lane / 4, pair = lane % 4;
  const auto* matrices = reinterpret_cast<const uint4*>(e.shared) + lane;
  const auto* weights = reinterpret_cast<const float*>(e.shared + e.room.linear) + row;
  const auto* preferred = reinterpret_cast<const float*>(e.shared + e.room.preferred + depth * kTensorStates) + row;
  auto* gained = reinterpret_cast<float*>(e.shared + e.room.gained);
  auto* rows = reinterpret_cast<Fragment*>(e.shared + e.room.rows);
  const uint32_t parent = chunk.parent + top, count = chunk.parents - top;
  const uint32_t* children = e.children + parent * e.controls + control;
  // A lane writes the beliefs of one child, and of the eight lanes with a column the first two have a child's value.
  const uint32_t child = row < count ? children[row * e.controls] : kNoRow;
  const uint32_t scored = pair * 2 + row;
  const uint32_t to = row < 2 && scored < count ? children[scored * e.controls] : kNoRow;
  Fragment beliefs[kTensorSteps], made[kTensorSteps];
#pragma unroll
  for (uint32_t k = 0; k < kTensorSteps; ++k) beliefs[k] = rows[row_fragment(chunk.from + top, 0) + lane + k * 32];
  float sums[2] = {};
#pragma unroll
  for (uint32_t tile = 0; tile < kRowTiles; ++tile) {
    float out[4] = {};
    multiply_rows(matrices + (control * kRowTiles + tile) * kTensorSteps * 64, beliefs, out);
    const float low = weights[tile * 16], high = weights[tile * 16 + 8];
    for (uint32_t i = 0; i < 2; ++i) sums[i] = fmaf(out[i], low, fmaf(out[i + 2], high, sums[i]));
    // A product is as much larger as two factors are.
#pragma unroll
    for (uint32_t half = 0; half < 2; ++half) {
      uint32_t upper, lower;
      split_pair(out[half * 2], out[half * 2 + 1], 1.0f / kSplitScale, upper, lower);
      made[tile].upper[half] = transpose_tile(upper);
      made[tile].lower[half] = transpose_tile(lower);
    }
  }
  if (!last && child != kNoRow) {
    Fragment* place = rows + row_fragment(chunk.to + child - chunk.child, pair);
#pragma unroll
    for (uint32_t k = 0; k < kTensorSteps; ++k) place[k * 32] = made[k];
  }
  __syncwarp();
  sums[0] *= kProductScale;
  sums[1] *= kProductScale;
#pragma unroll
  for (uint32_t tile = 0; tile < kRowTiles; ++tile) {
    if (tile >= e.outcome_tiles) break;
    float out[4] = {};
    multiply_rows(matrices + e.room.likelihood / 4 + tile * kTensorSteps * 64, made, out);
    const float low = preferred[tile * 16], high = preferred[tile * 16 + 8];
#pragma unroll
    for (uint32_t i = 0; i < 2; ++i) {
      const float p = out[i] * kProductScale, q = out[i + 2] * kProductScale;
      sums[i] += fmaf(p, low, q * high);
      if (e.gain) sums[i] = fmaf(binary_entropy(p, binary_entropy(q, 0.0f)), -kLn2, sums[i]);
    }
  }
  const float first = column_total(sums[0]), second = column_total(sums[1]);
  if (to == kNoRow) return;
  const float value = gained[parent + scored] + (row == 0 ? first : second);
  if (last) {
    e.values[e.leaves[to - e.kept]] = value;
  } else {
    gained[to] = value;
  }
}

/// Values of all policies of an agent into device memory. The team's fragments and the present row are there; a barrier at
/// the end.
__device__ __forceinline__ void score_agent(const WarpTeam& team, const Evaluation& e, const Chunk* chunks,
                                            uint32_t depths) {
#pragma unroll 1
  for (uint32_t depth = 0; depth < depths; ++depth) {
    const Chunk chunk = chunks[depth];
    const uint32_t tiles = (chunk.parents + kTileRows - 1) / kTileRows;
#pragma unroll 1
    for (uint32_t task = team.warp(); task < e.controls * tiles; task += team.warps) {
      const uint32_t tile = task / e.controls;
      score_children(e, depth, chunk, tile * kTileRows, task - tile * e.controls, depth + 1 == depths);
    }
    team.barrier();
  }
}

/// What a team needs of one agent before its policies are evaluated: fragments that the last one's are not, and the present.
__device__ __forceinline__ void stage_agent(const WarpTeam& team, const View<float>& view, uint32_t id, int32_t path,
                                            bool staged, const TeamRoom& room, uint32_t* shared) {
  const Structure& model = view.model;
  const uint32_t n = model.states, thread = team.thread();
  if (!staged || !view.parameters[SET_B].shared()) {
    stage_fragments(team, shared, row_of(view.parameters[SET_B], id), model.controls, n, n);
  }
  if (!staged || !view.parameters[SET_A].shared()) {
    stage_fragments(team, shared + room.likelihood, row_of(view.parameters[SET_A], id), 1, n, model.outcomes);
  }
  const float* preferences = row_of(view.log_c, id);
  const uint32_t outcomes = view.model.outcomes, latest = view.options.preference_steps - 1;
  for (uint32_t i = thread; i < view.tree.chunk_count * kTensorStates; i += team.threads()) {
    const uint32_t depth = i / kTensorStates, o = number_at(i % kTensorStates);
    const bool there = o < outcomes && view.options.has(AiFlag::UTILITY);
    reinterpret_cast<float*>(shared + room.preferred)[i] =
        there ? preferences[(depth < latest ? depth : latest) * outcomes + o] : 0.0f;
  }
  if (thread < kTensorStates) {
    // Ambiguity, and states off the path to the goal.
    const uint32_t state = number_at(thread);
    const bool there = state < n;
    float sum = there && view.options.has(AiFlag::STATE_GAIN) ? row_of(view.gain_a, id)[state] : 0.0f;
    if (there && path >= 0) {
      const float on = row_of(view.paths, id)[static_cast<uint32_t>(path) * n + state];
      sum += (1.0f - on) * log_of(view.options.induction_epsilon);
    }
    reinterpret_cast<float*>(shared + room.linear)[thread] = sum;
  } else if (thread < kTensorStates + kTensorStates / 2) {
    const float* beliefs = row_of(view.beliefs, id);
    const uint32_t p = thread - kTensorStates, s = number_at(p * 2), next = number_at(p * 2 + 1);
    Fragment& place = reinterpret_cast<Fragment*>(shared + room.rows)[row_fragment(0, p % 4) + p / 8 * 32];
    split_pair(s < n ? beliefs[s] : 0.0f, next < n ? beliefs[next] : 0.0f, kSplitScale, place.upper[p / 4 % 2],
               place.lower[p / 4 % 2]);
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
  lies_in_shared(shared);
  const uint32_t warp = team.warp(), lane = lane_of();
  const uint32_t b_size = model.controls * model.states * model.states, a_size = model.states * model.outcomes;
  const bool own_a = !view.parameters[SET_A].shared(), own_b = !view.parameters[SET_B].shared();
  const ChunkTables& tree = view.tree;
  Evaluation evaluation{room,
                        shared,
                        tree.children,
                        tree.leaves,
                        nullptr,
                        model.controls,
                        tree.kept,
                        model.outcomes <= 32 ? kRowTiles / 2 : kRowTiles,
                        view.options.has(AiFlag::STATE_GAIN)};
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
      evaluation.values = row_of(view.values, id);
      score_agent(team, evaluation, tree.chunks, tree.chunk_count);
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
