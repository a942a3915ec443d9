// One agent's policies by a whole block on tensor cores, for models of one factor: transitions and likelihoods are read from
// device memory once and lie in shared memory as fragments; all children of 32 tree nodes are made at once.
#pragma once
#include <vector>

#include "aatgs/module.hpp"
#include "active_inference/ai_dense.hpp"
#include "active_inference/ai_tensor.hpp"

namespace aatgs::active_inference {

inline constexpr uint32_t kBlockWarps = kThreads / 32;
/// Words between the rows of beliefs: two halves of a pair of states, eight words to spare.
inline constexpr uint32_t kRowWords = kTensorStates + 8;
inline constexpr uint32_t kFragmentWords = sizeof(Fragment) / 4 * 32 * kTensorSteps;
/// Parents of a chunk: two tiles of rows, or one where shared memory is short.
inline constexpr uint32_t kMostParents = 32, kLeastParents = 16;
inline constexpr uint32_t kNoRow = 0xffffffffu;

/// Nodes of one depth whose children are made together. Rows are the present and then the nodes, depth by depth.
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
inline ChunkPlan plan_chunks(const Node* nodes, const uint32_t* actions, uint32_t count, uint32_t length,
                             uint32_t controls, uint32_t at_once) {
  ChunkPlan plan;
  std::vector<uint32_t> first(length + 2, 1), row(count, 0), path(length + 1, 0);
  for (uint32_t i = 0; i < count; ++i) ++first[nodes[i].depth + 1];
  for (uint32_t d = 1; d < length + 2; ++d) first[d] += first[d - 1] - 1;
  std::vector<uint32_t> next(first);
  plan.kept = first[length - 1];
  plan.children.assign(uint64_t{plan.kept} * controls, kNoRow);
  plan.parents.assign(count + 1, 0);
  plan.leaves.assign(count + 1 - plan.kept, 0);
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
    const uint32_t begin = depth == 0 ? 0 : first[depth - 1], end = first[depth];
    for (uint32_t parent = begin; parent < end; parent += at_once) {
      Chunk chunk{depth, parent, end - parent < at_once ? end - parent : at_once, kNoRow, 0};
      for (uint32_t i = parent * controls; i < (parent + chunk.parents) * controls; ++i) {
        if (plan.children[i] == kNoRow) continue;
        if (plan.children[i] < chunk.child) chunk.child = plan.children[i];
        ++chunk.children;
      }
      if (chunk.children > plan.most) plan.most = chunk.children;
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

/// Shared memory of a block: fragments, rows of beliefs, sums of the children, sums of the kept rows, gains of states.
struct BlockRoom {
  uint32_t state_tiles, outcome_tiles;
  uint32_t rows, sums, gained, gains, words;
  AATGS_FN BlockRoom(const Structure& model, uint32_t kept, uint32_t most)
      : state_tiles(column_tiles(model.states)), outcome_tiles(column_tiles(model.outcomes)) {
    rows = (model.controls * state_tiles + outcome_tiles) * kFragmentWords;
    sums = rows + (kept + most) * kRowWords;
    gained = sums + (state_tiles + outcome_tiles) * most;
    gains = gained + kept + 1;
    words = gains + kTensorStates;
  }
};

#if defined(__CUDACC__)

/// Fills the fragments of matrices [row][column], one after the other in `from`, with every `threads`th thread.
__device__ __forceinline__ void stage_fragments(Fragment* to, const float* from, uint32_t matrices, uint32_t rows,
                                                uint32_t columns, uint32_t thread, uint32_t threads) {
  const uint32_t tiles = column_tiles(columns), all = matrices * tiles * kTensorSteps * 32;
#pragma unroll 4
  for (uint32_t i = thread; i < all; i += threads) {
    const uint32_t lane = i % 32, step = i / 32 % kTensorSteps, tile = i / 32 / kTensorSteps;
    const uint32_t matrix = tile / tiles, column = tile % tiles * 8 + lane / 4, row = step * 16 + lane % 4 * 2;
    const float* entries = from + (matrix * rows + row) * columns + column;
    const auto entry = [&](uint32_t r) {
      return column < columns && row + r < rows ? entries[r * columns] : 0.0f;
    };
    Fragment fragment;
    split_pair(entry(0), entry(1), kSplitScale, fragment.upper[0], fragment.lower[0]);
    split_pair(entry(8), entry(9), kSplitScale, fragment.upper[1], fragment.lower[1]);
    to[i] = fragment;
  }
}

__device__ __forceinline__ void fetch_ahead(const float* from, uint32_t count, uint32_t thread, uint32_t threads) {
  for (uint32_t i = thread * 32; i < count; i += threads * 32) {
    asm volatile("prefetch.global.L2 [%0];" ::"l"(from + i));
  }
}

/// Sixteen rows of beliefs times eight columns: rows `first` and `second` of this lane, two columns each.
__device__ __forceinline__ void multiply_rows(const uint2* first, const uint2* second,
                                              const Fragment (&columns)[kTensorSteps], float (&out)[4]) {
  const uint32_t pair = threadIdx.x & 3;
  float left[4] = {}, right[4] = {};
  for (uint32_t k = 0; k < kTensorSteps; ++k) {
    const uint2 a0 = first[k * 8 + pair], a1 = second[k * 8 + pair];
    const uint2 a2 = first[k * 8 + pair + 4], a3 = second[k * 8 + pair + 4];
    const uint32_t high[4] = {a0.x, a1.x, a2.x, a3.x}, low[4] = {a0.y, a1.y, a2.y, a3.y};
    multiply_tile(out, high, columns[k].upper);
    multiply_tile(left, high, columns[k].lower);
    multiply_tile(right, low, columns[k].upper);
  }
  for (uint32_t i = 0; i < 4; ++i) out[i] = (out[i] + (left[i] + right[i])) * kProductScale;
}

/// Values of all policies of agent `id` into device memory. The block's fragments are there; a barrier at the end.
__device__ __forceinline__ void score_block(const View<float>& view, uint32_t id, const BlockRoom& room,
                                            uint32_t* shared) {
  const Structure& model = view.model;
  const Options<float>& options = view.options;
  const uint32_t outcomes = model.outcomes, controls = model.controls, kept = view.tree.kept;
  const uint32_t thread = threadIdx.x, lane = thread & 31, warp = thread / 32, row = lane / 4, pair = lane % 4;
  const bool gain = options.has(AiFlag::STATE_GAIN), utility = options.has(AiFlag::UTILITY);
  const auto* fragments = reinterpret_cast<const Fragment*>(shared);
  uint2* rows = reinterpret_cast<uint2*>(shared + room.rows);
  float* sums = reinterpret_cast<float*>(shared + room.sums);
  float* gained = reinterpret_cast<float*>(shared + room.gained);
  const float* gains = reinterpret_cast<const float*>(shared + room.gains);
  float* values = row_of(view.values, id);
  const auto load = [&](uint32_t tile, Fragment(&columns)[kTensorSteps]) {
    for (uint32_t k = 0; k < kTensorSteps; ++k) columns[k] = fragments[(tile * kTensorSteps + k) * 32 + lane];
  };
#pragma unroll 1
  for (uint32_t c = 0; c < view.tree.chunk_count; ++c) {
    const Chunk chunk = view.tree.chunks[c];
    const bool last = chunk.depth + 1 == options.policy_length;
    // The children lie where they are kept, or after all that are.
    uint2* made = rows + (last ? kept : chunk.child) * (kRowWords / 2);
    const uint32_t* children = view.tree.children + chunk.parent * controls;
    const uint2* above = rows + chunk.parent * (kRowWords / 2);
#pragma unroll 1
    for (uint32_t tile = warp; tile < controls * room.state_tiles; tile += kBlockWarps) {
      const uint32_t control = tile / room.state_tiles, column = tile % room.state_tiles;
      Fragment columns[kTensorSteps];
      load(tile, columns);
      const float left = gains[column * 8 + pair * 2], right = gains[column * 8 + pair * 2 + 1];
      for (uint32_t top = row; top - row < chunk.parents; top += 16) {
        const uint32_t bottom = top + 8;
        const bool is_top = top < chunk.parents, is_bottom = bottom < chunk.parents;
        float out[4] = {};
        multiply_rows(above + (is_top ? top : 0) * (kRowWords / 2), above + (is_bottom ? bottom : 0) * (kRowWords / 2),
                      columns, out);
        const float upper = row_total(out[0] * left + out[1] * right);
        const float lower = row_total(out[2] * left + out[3] * right);
        const auto put = [&](bool is_parent, uint32_t parent, float x, float y, float sum) {
          const uint32_t child = is_parent ? children[parent * controls + control] : kNoRow;
          if (child == kNoRow) return;
          const uint32_t place = child - chunk.child;
          uint2 halves;
          split_pair(x, y, kSplitScale, halves.x, halves.y);
          made[place * (kRowWords / 2) + column * 4 + pair] = halves;
          if (pair == 0) sums[column * view.tree.most + place] = sum;
        };
        put(is_top, top, out[0], out[1], upper);
        put(is_bottom, bottom, out[2], out[3], lower);
        __syncwarp();
      }
    }
    __syncthreads();
    const uint32_t shares = kBlockWarps / room.outcome_tiles, tile = warp % room.outcome_tiles;
    if (warp / room.outcome_tiles < shares && (gain || utility)) {
      Fragment columns[kTensorSteps];
      load(controls * room.state_tiles + tile, columns);
      const uint32_t latest = options.preference_steps - 1, column = tile * 8 + pair * 2;
      const float* preferred = row_of(view.log_c, id) + (chunk.depth < latest ? chunk.depth : latest) * outcomes;
      const float left = utility && column < outcomes ? preferred[column] : 0.0f;
      const float right = utility && column + 1 < outcomes ? preferred[column + 1] : 0.0f;
      float* to = sums + (room.state_tiles + tile) * view.tree.most;
      for (uint32_t top = warp / room.outcome_tiles * 16 + row; top - row < chunk.children; top += shares * 16) {
        const uint32_t bottom = top + 8;
        const bool is_top = top < chunk.children, is_bottom = bottom < chunk.children;
        float out[4] = {};
        multiply_rows(made + (is_top ? top : 0) * (kRowWords / 2), made + (is_bottom ? bottom : 0) * (kRowWords / 2),
                      columns, out);
        const auto worth = [&](float x, float y) {
          const float preference = x * left + y * right;
          return gain ? preference - kLn2 * binary_entropy(x, binary_entropy(y, 0.0f)) : preference;
        };
        const float upper = row_total(worth(out[0], out[1]));
        const float lower = row_total(worth(out[2], out[3]));
        if (pair == 0 && is_top) to[top] = upper;
        if (pair == 0 && is_bottom) to[bottom] = lower;
        __syncwarp();
      }
    }
    __syncthreads();
    const uint32_t parts = room.state_tiles + (gain || utility ? room.outcome_tiles : 0);
    for (uint32_t i = thread; i < chunk.children; i += kThreads) {
      float value = gained[view.tree.parents[chunk.child + i]];
      for (uint32_t k = 0; k < parts; ++k) value += sums[k * view.tree.most + i];
      if (last) {
        values[view.tree.leaves[chunk.child + i - kept]] = value;
      } else {
        gained[chunk.child + i] = value;
      }
    }
    __syncthreads();
  }
}

/// A step of agents `first` to `first + count - 1`, each by one block: its first warp infers and acts while the others bring
/// what comes next. `skips(id)`: whether an agent has no step to make. No barrier at the end.
template <class Given, class Skips>
__device__ __noinline__ void block_steps(const View<float>& view, uint32_t first, uint32_t count, uint32_t blocks,
                                         uint64_t seed, bool closed, const Given& given, Skips skips, uint32_t* shared) {
  const Structure& model = view.model;
  const Options<float>& options = view.options;
  const BlockRoom room(model, view.tree.kept, view.tree.most);
  const uint32_t n = model.states, thread = threadIdx.x, warp = thread / 32;
  const uint32_t b_size = model.controls * n * n, a_size = n * model.outcomes;
  const bool own_a = !view.parameters[SET_A].shared(), own_b = !view.parameters[SET_B].shared();
  auto* fragments = reinterpret_cast<Fragment*>(shared);
  uint2* present = reinterpret_cast<uint2*>(shared + room.rows);
  float* gained = reinterpret_cast<float*>(shared + room.gained);
  float* gains = reinterpret_cast<float*>(shared + room.gains);
  // Columns of states that the model has not stay zero.
  for (uint32_t i = room.rows + thread; i < room.sums; i += kThreads) shared[i] = 0;
  __syncthreads();
  bool staged = false;
#pragma unroll 1
  for (uint64_t i = blockIdx.x; i < count; i += blocks) {
    const uint32_t id = first + static_cast<uint32_t>(i);
    if (skips(id)) continue;
    if (warp == 0) {
      dense_infer(view, id, seed, closed, given, first, last_move(view, id));
      const int32_t path = options.has(AiFlag::INDUCTIVE) ? dense_path(view, id) : -1;
      // One place after the kept rows: the row of the inductive matrix.
      if (lane_of() == 0) gained[view.tree.kept] = static_cast<float>(path);
      __syncwarp();
    } else {
      const uint32_t others = thread - 32, crowd = kThreads - 32;
      if (!staged || own_b) {
        stage_fragments(fragments, row_of(view.parameters[SET_B], id), model.controls, n, n, others, crowd);
      }
      if (!staged || own_a) {
        stage_fragments(fragments + model.controls * room.state_tiles * kTensorSteps * 32,
                        row_of(view.parameters[SET_A], id), 1, n, model.outcomes, others, crowd);
      }
      if (i + blocks < count) {
        const uint32_t next = id + blocks;
        if (own_b) fetch_ahead(row_of(view.parameters[SET_B], next), b_size, others, crowd);
        if (own_a) fetch_ahead(row_of(view.parameters[SET_A], next), a_size, others, crowd);
      }
    }
    staged = true;
    __syncthreads();
    if (thread < kTensorStates / 2) {
      const float* beliefs = row_of(view.beliefs, id);
      const uint32_t s = thread * 2;
      uint2 halves;
      split_pair(s < n ? beliefs[s] : 0.0f, s + 1 < n ? beliefs[s + 1] : 0.0f, kSplitScale, halves.x, halves.y);
      present[thread] = halves;
    } else if (thread >= 64 && thread < 64 + kTensorStates) {
      // What is linear in beliefs: ambiguity, and states off the path to the goal.
      const uint32_t s = thread - 64;
      float worth = options.has(AiFlag::STATE_GAIN) && s < n ? row_of(view.gain_a, id)[s] : 0.0f;
      const auto path = static_cast<int32_t>(gained[view.tree.kept]);
      if (path >= 0 && s < n) {
        worth += (1.0f - row_of(view.paths, id)[static_cast<uint32_t>(path) * n + s]) * log_of(options.induction_epsilon);
      }
      gains[s] = worth;
    } else if (thread == 32) {
      gained[0] = 0.0f;
    }
    __syncthreads();
    score_block(view, id, room, shared);
    if (warp == 0) {
      const uint32_t action = dense_act(view, id);
      dense_take(view, id, seed, closed, given, first, action);
      __syncwarp();
    }
  }
}

#endif

}  // namespace aatgs::active_inference
