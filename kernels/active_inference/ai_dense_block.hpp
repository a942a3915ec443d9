// One agent's policies by a whole block on tensor cores, for models of one factor: transitions and likelihoods are read from
// device memory once and lie in shared memory as fragments; all children of 32 tree nodes are made at once.
#pragma once
#include <vector>

#include "aatgs/module.hpp"
#include "active_inference/ai_dense.hpp"
#include "active_inference/ai_tensor.hpp"

namespace aatgs::active_inference {

inline constexpr uint32_t kBlockWarps = kThreads / 32;
/// Rows of beliefs in one tile, and words of a tile: fragments of both halves, as a product reads them.
inline constexpr uint32_t kTileRows = 16, kTileWords = kTileRows * kTensorStates;
/// Words of the fragments of eight columns.
inline constexpr uint32_t kColumnWords = sizeof(Fragment) / 4 * 32 * kTensorSteps;
/// What is linear in beliefs is kept this much larger in fragments.
inline constexpr float kGainScale = 256.0f;
/// Parents of a chunk: two tiles of rows, or one where shared memory is short.
inline constexpr uint32_t kMostParents = 32, kLeastParents = 16;
inline constexpr uint32_t kNoRow = 0xffffffffu;

/// Nodes of one depth whose children are made together. Rows are the present and then the nodes, depth by depth, each depth
/// from a whole tile on.
struct Chunk {
  uint32_t depth;  // of the children
  uint32_t parent, parents, child, children;
};

struct ChunkPlan {
  std::vector<Chunk> chunks;
  std::vector<uint32_t> children;  // of every kept row and control: its row, or none
  std::vector<uint32_t> parents;  // of every row
  std::vector<uint32_t> leaves;  // policies of the rows of the last depth
  uint32_t kept = 0;  // rows above the last depth
  uint32_t most = 0;  // children of a chunk
};

/// Chunks of a policy tree of one factor, whose nodes come parents first; none where two children are the same.
inline uint32_t whole_tiles(uint32_t rows) { return (rows + kTileRows - 1) / kTileRows * kTileRows; }

inline ChunkPlan plan_chunks(const Node* nodes, const uint32_t* actions, uint32_t count, uint32_t length,
                             uint32_t controls, uint32_t at_once) {
  ChunkPlan plan;
  // The first row of each depth of nodes, and one past its last.
  std::vector<uint32_t> first(length + 1, kTileRows), end, path(length, 0);
  for (uint32_t depth = 0; depth < length; ++depth) {
    uint32_t here = 0;
    for (uint32_t i = 0; i < count; ++i) here += nodes[i].depth == depth;
    end.push_back(first[depth] + here);
    first[depth + 1] = first[depth] + whole_tiles(here);
  }
  std::vector<uint32_t> next(first);
  plan.kept = first[length - 1];
  plan.children.assign(uint64_t{plan.kept} * controls, kNoRow);
  plan.parents.assign(first[length], 0);
  plan.leaves.assign(first[length] - plan.kept, 0);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t depth = nodes[i].depth, mine = next[depth]++, parent = depth == 0 ? 0 : path[depth - 1];
    path[depth] = mine;
    plan.parents[mine] = parent;
    uint32_t& slot = plan.children[parent * controls + actions[i]];
    if (slot != kNoRow) return {};
    slot = mine;
    if (mine >= plan.kept) plan.leaves[mine - plan.kept] = nodes[i].leaf;
  }
  for (uint32_t depth = 0; depth < length; ++depth) {
    const uint32_t begin = depth == 0 ? 0 : first[depth - 1], last = depth == 0 ? 1 : end[depth - 1];
    for (uint32_t parent = begin; parent < last; parent += at_once) {
      Chunk chunk{depth, parent, last - parent < at_once ? last - parent : at_once, kNoRow, 0};
      for (uint32_t i = parent * controls; i < (parent + chunk.parents) * controls; ++i) {
        if (plan.children[i] == kNoRow) continue;
        if (plan.children[i] < chunk.child) chunk.child = plan.children[i];
        ++chunk.children;
      }
      if (whole_tiles(chunk.children) > plan.most) plan.most = whole_tiles(chunk.children);
      plan.chunks.push_back(chunk);
    }
  }
  return plan;
}

inline ChunkTables lay_out_chunks(Arena& arena, const ChunkPlan& plan) {
  ChunkTables tables{};
  tables.chunk_count = static_cast<uint32_t>(plan.chunks.size());
  tables.kept = plan.kept;
  tables.most = plan.most;
  tables.chunks = arena.constant(plan.chunks.size(), plan.chunks.data());
  tables.children = arena.constant(plan.children.size(), plan.children.data());
  tables.parents = arena.constant(plan.parents.size(), plan.parents.data());
  tables.leaves = arena.constant(plan.leaves.size(), plan.leaves.data());
  return tables;
}

/// Shared memory of a block: fragments of transitions, of likelihoods and of what is linear in beliefs; tiles of beliefs, kept
/// ones and those of the last depth; sums of the children; sums of the kept rows; inductive rows of the agents in turn.
struct BlockRoom {
  uint32_t state_tiles, outcome_tiles, worth_tiles;
  uint32_t likelihood, rows, sums, gained, paths, words;
  AATGS_FN BlockRoom(const Structure& model, uint32_t kept, uint32_t most)
      : state_tiles(column_tiles(model.states)),
        outcome_tiles(column_tiles(model.outcomes)),
        worth_tiles(outcome_tiles + 1) {
    likelihood = model.controls * state_tiles;
    rows = (likelihood + worth_tiles) * kColumnWords;
    sums = rows + (kept + most) / kTileRows * kTileWords;
    gained = sums + worth_tiles * most;
    paths = gained + kept;
    words = paths + kBlockWarps;
  }
};

#if AI_WARPS

/// Fills the fragments of matrices [row][column], one after the other in `from`. All threads of the block.
__device__ __forceinline__ void stage_fragments(Fragment* to, const float* from, uint32_t matrices, uint32_t rows,
                                                uint32_t columns) {
  const uint32_t tiles = column_tiles(columns), all = matrices * tiles * kTensorSteps * 32;
  // All reads before the first fragment is written: memory is far away.
  constexpr uint32_t kAtOnce = 5;
#pragma unroll 1
  for (uint32_t first = threadIdx.x; first < all; first += kAtOnce * kThreads) {
    float entries[kAtOnce][4];
    for (uint32_t k = 0; k < kAtOnce; ++k) {
      const uint32_t i = first + k * kThreads, lane = i % 32, step = i / 32 % kTensorSteps;
      const uint32_t tile = i / 32 / kTensorSteps, matrix = tile / tiles;
      const uint32_t column = (tile - matrix * tiles) * 8 + lane / 4, row = step * 16 + lane % 4 * 2;
      const float* at = from + (matrix * rows + row) * columns + column;
      const bool there = i < all && column < columns;
      const auto entry = [&](uint32_t r) { return there && row + r < rows ? at[r * columns] : 0.0f; };
      entries[k][0] = entry(0);
      entries[k][1] = entry(1);
      entries[k][2] = entry(8);
      entries[k][3] = entry(9);
    }
    for (uint32_t k = 0; k < kAtOnce; ++k) {
      Fragment fragment;
      split_pair(entries[k][0], entries[k][1], kSplitScale, fragment.upper[0], fragment.lower[0]);
      split_pair(entries[k][2], entries[k][3], kSplitScale, fragment.upper[1], fragment.lower[1]);
      if (first + k * kThreads < all) to[first + k * kThreads] = fragment;
    }
  }
}

__device__ __forceinline__ void fetch_ahead(const float* from, uint32_t count) {
  for (uint32_t i = threadIdx.x * 32; i < count; i += kThreads * 32) {
    bring_near(from + i);
  }
}

/// Where a pair of states of a row lies in tiles of rows: the upper halves; the lower ones are half a tile further.
__device__ __forceinline__ uint32_t pair_place(uint32_t row, uint32_t pair_of_states) {
  const uint32_t step = pair_of_states / 8, high = pair_of_states / 4 % 2, pair = pair_of_states % 4;
  return row / kTileRows * kTileWords + ((step * 32 + row % 8 * 4 + pair) * 4 + high * 2 + row / 8 % 2);
}

/// A tile of sixteen rows of beliefs times eight columns: rows lane / 4 and lane / 4 + 8, two columns each.
__device__ __forceinline__ void multiply_rows(const uint32_t* tile, const Fragment (&columns)[kTensorSteps],
                                              float (&out)[4]) {
  const uint32_t lane = lane_of();
  const auto* upper = reinterpret_cast<const uint4*>(tile) + lane;
  const auto* lower = upper + kTileWords / 8;
  float left[4] = {}, right[4] = {};
  for (uint32_t k = 0; k < kTensorSteps; ++k) {
    const uint4 a = upper[k * 32], b = lower[k * 32];
    const uint32_t high[4] = {a.x, a.y, a.z, a.w}, low[4] = {b.x, b.y, b.z, b.w};
    multiply_tile(out, high, columns[k].upper);
    multiply_tile(left, high, columns[k].lower);
    multiply_tile(right, low, columns[k].upper);
  }
  for (uint32_t i = 0; i < 4; ++i) out[i] += left[i] + right[i];
}

/// Values of all policies of agent `id` into device memory. The block's fragments and the present row are there; a barrier
/// at the end.
__device__ __forceinline__ void score_block(const View<float>& view, uint32_t id, const BlockRoom& room,
                                            uint32_t* shared) {
  const ChunkTables tree = view.tree;
  const uint32_t outcomes = view.model.outcomes, controls = view.model.controls;
  const uint32_t lane = lane_of(), warp = threadIdx.x / 32, row = lane / 4, pair = lane % 4;
  const bool gain = view.options.has(AiFlag::STATE_GAIN), utility = view.options.has(AiFlag::UTILITY);
  const uint32_t length = view.options.policy_length, latest = view.options.preference_steps - 1;
  const float* preferences = row_of(view.log_c, id);
  const auto* fragments = reinterpret_cast<const Fragment*>(shared) + lane;
  uint32_t* rows = shared + room.rows;
  float* sums = reinterpret_cast<float*>(shared + room.sums);
  float* gained = reinterpret_cast<float*>(shared + room.gained);
  float* values = row_of(view.values, id);
  const auto load = [&](uint32_t tile, Fragment(&columns)[kTensorSteps]) {
    for (uint32_t k = 0; k < kTensorSteps; ++k) columns[k] = fragments[(tile * kTensorSteps + k) * 32];
  };
#pragma unroll 1
  for (uint32_t c = 0; c < tree.chunk_count; ++c) {
    const Chunk chunk = tree.chunks[c];
    const bool last = chunk.depth + 1 == length;
    // The children lie where they are kept, or after all that are.
    const uint32_t made = last ? tree.kept : chunk.child;
    const uint32_t* children = tree.children + chunk.parent * controls;
    uint32_t control = warp / room.state_tiles, column = warp - control * room.state_tiles;
#pragma unroll 1
    for (uint32_t tile = warp; tile < room.likelihood; tile += kBlockWarps) {
      Fragment columns[kTensorSteps];
      load(tile, columns);
      for (uint32_t top = 0; top < chunk.parents; top += kTileRows) {
        const uint32_t upper = top + row, lower = upper + 8;
        const uint32_t child = upper < chunk.parents ? children[upper * controls + control] : kNoRow;
        const uint32_t other = lower < chunk.parents ? children[lower * controls + control] : kNoRow;
        float out[4] = {};
        multiply_rows(rows + (chunk.parent + top) / kTileRows * kTileWords, columns, out);
        const auto put = [&](uint32_t to, float x, float y) {
          if (to == kNoRow) return;
          uint32_t high, low;
          // A product is as much larger as two factors are.
          split_pair(x, y, 1.0f / kSplitScale, high, low);
          uint32_t* place = rows + pair_place(made + to - chunk.child, column * 4 + pair);
          place[0] = high;
          place[kTileWords / 2] = low;
        };
        put(child, out[0], out[1]);
        put(other, out[2], out[3]);
        __syncwarp();
      }
      for (column += kBlockWarps; column >= room.state_tiles; column -= room.state_tiles) ++control;
    }
    __syncthreads();
    const uint32_t tiles = (chunk.children + kTileRows - 1) / kTileRows;
    const float* preferred = preferences + (chunk.depth < latest ? chunk.depth : latest) * outcomes;
#pragma unroll 1
    for (uint32_t task = warp; task < tiles * room.worth_tiles; task += kBlockWarps) {
      const uint32_t tile = task / tiles, at = (task - tile * tiles) * kTileRows;
      Fragment columns[kTensorSteps];
      load(room.likelihood + tile, columns);
      float out[4] = {};
      multiply_rows(rows + (made + at) / kTileRows * kTileWords, columns, out);
      float upper, lower;
      if (tile == room.outcome_tiles) {
        // Only the first column is there.
        upper = out[0] / (kSplitScale * kGainScale);
        lower = out[2] / (kSplitScale * kGainScale);
      } else {
        const uint32_t outcome = tile * 8 + pair * 2;
        const float left = utility && outcome < outcomes ? preferred[outcome] : 0.0f;
        const float right = utility && outcome + 1 < outcomes ? preferred[outcome + 1] : 0.0f;
        const auto worth = [&](float x, float y) {
          const float p = x * kProductScale, q = y * kProductScale, preference = fmaf(p, left, q * right);
          return gain ? preference - kLn2 * binary_entropy(p, binary_entropy(q, 0.0f)) : preference;
        };
        upper = row_total(worth(out[0], out[1]));
        lower = row_total(worth(out[2], out[3]));
      }
      if (pair == 0) {
        float* to = sums + tile * tree.most + at + row;
        to[0] = upper;
        to[8] = lower;
      }
      __syncwarp();
    }
    __syncthreads();
    for (uint32_t i = threadIdx.x; i < chunk.children; i += kThreads) {
      float value = gained[tree.parents[chunk.child + i]];
      for (uint32_t k = 0; k < room.worth_tiles; ++k) value += sums[k * tree.most + i];
      if (last) {
        values[tree.leaves[chunk.child + i - tree.kept]] = value;
      } else {
        gained[chunk.child + i] = value;
      }
    }
    __syncthreads();
  }
}

/// What a block needs of one agent before its policies are evaluated: fragments that the last one's are not, and the present.
__device__ __forceinline__ void stage_agent(const View<float>& view, uint32_t id, int32_t path, bool staged,
                                            const BlockRoom& room, uint32_t* shared) {
  const Structure& model = view.model;
  const uint32_t n = model.states, thread = threadIdx.x;
  auto* fragments = reinterpret_cast<Fragment*>(shared);
  auto* likelihoods = fragments + room.likelihood * kTensorSteps * 32;
  if (!staged || !view.parameters[SET_B].shared()) {
    stage_fragments(fragments, row_of(view.parameters[SET_B], id), model.controls, n, n);
  }
  if (!staged || !view.parameters[SET_A].shared()) {
    stage_fragments(likelihoods, row_of(view.parameters[SET_A], id), 1, n, model.outcomes);
  }
  if (thread < kTensorSteps * 32) {
    // The first of eight columns: ambiguity, and states off the path to the goal.
    const auto worth = [&](uint32_t s) {
      if (thread % 32 >= 4 || s >= n) return 0.0f;
      float sum = view.options.has(AiFlag::STATE_GAIN) ? row_of(view.gain_a, id)[s] : 0.0f;
      if (path >= 0) {
        const float on = row_of(view.paths, id)[static_cast<uint32_t>(path) * n + s];
        sum += (1.0f - on) * log_of(view.options.induction_epsilon);
      }
      return sum;
    };
    const uint32_t s = thread / 32 * 16 + thread % 4 * 2;
    Fragment fragment;
    split_pair(worth(s), worth(s + 1), kGainScale, fragment.upper[0], fragment.lower[0]);
    split_pair(worth(s + 8), worth(s + 9), kGainScale, fragment.upper[1], fragment.lower[1]);
    likelihoods[room.outcome_tiles * kTensorSteps * 32 + thread] = fragment;
  } else if (thread < kTensorSteps * 32 + kTensorStates / 2) {
    const float* beliefs = row_of(view.beliefs, id);
    const uint32_t p = thread - kTensorSteps * 32, s = p * 2;
    uint32_t* place = shared + room.rows + pair_place(0, p);
    split_pair(s < n ? beliefs[s] : 0.0f, s + 1 < n ? beliefs[s + 1] : 0.0f, kSplitScale, place[0],
               place[kTileWords / 2]);
  } else if (thread == kThreads - 1) {
    reinterpret_cast<float*>(shared + room.gained)[0] = 0.0f;
  }
}

/// A step of agents `first` to `first + count - 1`. A block takes up to sixteen at a time: each is inferred, and later acts,
/// by one warp; their policies are evaluated one after the other by all. `skips(id)`: whether an agent has no step to make.
/// No barrier at the end.
template <class Given, class Skips>
__device__ __noinline__ void block_steps(const View<float>& view, uint32_t first, uint32_t count, uint32_t blocks,
                                         uint64_t seed, bool closed, const Given& given, Skips skips,
                                         uint32_t* shared) {
  const Structure& model = view.model;
  const BlockRoom room(model, view.tree.kept, view.tree.most);
  const uint32_t thread = threadIdx.x, warp = thread / 32, lane = lane_of();
  const uint32_t b_size = model.controls * model.states * model.states, a_size = model.states * model.outcomes;
  const bool own_a = !view.parameters[SET_A].shared(), own_b = !view.parameters[SET_B].shared();
  auto* paths = reinterpret_cast<int32_t*>(shared + room.paths);
  // Columns of states that the model has not, and rows after the last, stay zero.
  for (uint32_t i = room.rows + thread; i < room.sums; i += kThreads) shared[i] = 0;
  const uint32_t each = (count + blocks - 1) / blocks, batch = each < kBlockWarps ? each : kBlockWarps;
  bool staged = false;
#pragma unroll 1
  for (uint32_t begin = blockIdx.x * batch; begin < count; begin += blocks * batch) {
    const uint32_t here = count - begin < batch ? count - begin : batch, mine = first + begin + warp;
    const bool works = warp < here && !skips(mine);
    if (works) {
      dense_infer(view, mine, seed, closed, given, first, last_move(view, mine));
      const int32_t path = view.options.has(AiFlag::INDUCTIVE) ? dense_path(view, mine) : -1;
      if (lane == 0) paths[warp] = path;
      __syncwarp();
    }
    __syncthreads();
#pragma unroll 1
    for (uint32_t k = 0; k < here; ++k) {
      const uint32_t id = first + begin + k;
      if (skips(id)) continue;
      stage_agent(view, id, paths[k], staged, room, shared);
      staged = true;
      if (k + 1 < here) {
        if (own_b) fetch_ahead(row_of(view.parameters[SET_B], id + 1), b_size);
        if (own_a) fetch_ahead(row_of(view.parameters[SET_A], id + 1), a_size);
      }
      __syncthreads();
      score_block(view, id, room, shared);
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
