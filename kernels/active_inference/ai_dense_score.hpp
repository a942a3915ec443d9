// What agents' own policies promise, on tensor cores: matrices are the left sides of products, eight parents' beliefs the
// right ones. A warp makes eight children of one control, and what they promise, without leaving its registers.
#pragma once
#include "active_inference/ai_dense.hpp"
#include "active_inference/ai_dense_chunks.hpp"

namespace aatgs::active_inference {

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

#endif

}  // namespace aatgs::active_inference
