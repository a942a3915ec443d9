// One agent's policies by eight warps on tensor cores, for models of one factor: a warp has eight next states, or eight outcomes, and meets every belief of a round of tree nodes.
// Transitions and likelihoods are read from device memory once; the rest of the time they lie in the first-level cache.
#pragma once
#include <vector>

#include "active_inference/ai_dense.hpp"
#include "active_inference/ai_tensor.hpp"

namespace aatgs::active_inference {

inline constexpr uint32_t kTeamWarps = 8, kTeamThreads = 32 * kTeamWarps;
/// Nodes of one round, and words between the rows of beliefs: two halves of a pair of states, four words to spare.
inline constexpr uint32_t kRoundRows = 32, kRowWords = kTensorStates + 8;
/// Nodes with children whose beliefs are kept, the present among them.
inline constexpr uint32_t kMostKept = 160;
inline constexpr uint32_t kNotKept = 0xffffffffu;

/// Nodes of one depth that are evaluated at once, grouped by their control.
struct Round {
  uint32_t depth, rows, group_at, groups;
};
struct RoundGroup {
  uint32_t control, row, rows;
};
struct RoundRow {
  uint32_t parent, kept, leaf;  // places among the kept beliefs; the policy, or kNoLeaf
};

/// The rounds of a policy tree of one factor.
struct RoundPlan {
  std::vector<Round> rounds;
  std::vector<RoundGroup> groups;
  std::vector<RoundRow> rows;  // kRoundRows for each round
  uint32_t kept = 1;
};

inline RoundPlan plan_rounds(const Node* nodes, const uint32_t* actions, uint32_t count, uint32_t length) {
  RoundPlan plan;
  std::vector<uint32_t> kept(count, kNotKept), parent(count, 0);
  std::vector<uint32_t> path(length + 1, 0);
  for (uint32_t i = 0; i < count; ++i) {
    if (nodes[i].leaf == kNoLeaf) kept[i] = plan.kept++;
    parent[i] = nodes[i].depth == 0 ? 0 : path[nodes[i].depth - 1];
    path[nodes[i].depth] = kept[i];
  }
  for (uint32_t depth = 0; depth < length; ++depth) {
    uint32_t controls = 0;
    for (uint32_t i = 0; i < count; ++i) controls = actions[i] >= controls ? actions[i] + 1 : controls;
    uint32_t filled = kRoundRows;
    for (uint32_t u = 0; u < controls; ++u) {
      uint32_t members = 0;
      for (uint32_t i = 0; i < count; ++i) members += nodes[i].depth == depth && actions[i] == u;
      bool open = false;
      for (uint32_t i = 0; i < count; ++i) {
        if (nodes[i].depth != depth || actions[i] != u) continue;
        // A group that does not fit what is left of a round begins another one.
        if (filled == kRoundRows || (!open && filled + members > kRoundRows && members <= kRoundRows)) {
          plan.rounds.push_back({depth, 0, static_cast<uint32_t>(plan.groups.size()), 0});
          plan.rows.resize(plan.rounds.size() * kRoundRows, RoundRow{0, kNotKept, kNoLeaf});
          filled = 0;
          open = false;
        }
        Round& round = plan.rounds.back();
        if (!open) {
          plan.groups.push_back({u, filled, 0});
          ++round.groups;
          open = true;
        }
        plan.rows[(plan.rounds.size() - 1) * kRoundRows + filled] = {parent[i], kept[i], nodes[i].leaf};
        ++plan.groups.back().rows;
        round.rows = ++filled;
      }
    }
  }
  return plan;
}

/// Words of shared memory for one agent: kept beliefs and a round's, or a staged transition; sums of the warps; values of
/// kept nodes, and the row of the inductive matrix.
AATGS_FN uint32_t team_words(uint32_t kept) {
  const uint32_t beliefs = (kept + kRoundRows) * kRowWords;
  const uint32_t staged = kTensorStates * kTensorStates;
  return (beliefs > staged ? beliefs : staged) + 2 * kTeamWarps * kRoundRows + (kept / 4 + 1) * 4;
}

#if defined(__CUDACC__)

/// The four fragments of eight columns of `matrix` [row][column], split in halves.
struct Columns {
  uint32_t upper[kTensorSteps][2], lower[kTensorSteps][2];

  __device__ __forceinline__ void load(const float* matrix, uint32_t rows, uint32_t columns, uint32_t column) {
    const uint32_t pair = (threadIdx.x & 3) * 2;
    float x[kTensorSteps][4];
    for (uint32_t k = 0; k < kTensorSteps; ++k) {
      for (uint32_t i = 0; i < 4; ++i) {
        const uint32_t row = k * 16 + pair + (i & 1) + (i >> 1) * 8;
        x[k][i] = row < rows && column < columns ? matrix[row * columns + column] : 0.0f;
      }
    }
    for (uint32_t k = 0; k < kTensorSteps; ++k) {
      for (uint32_t i = 0; i < 2; ++i) split_pair(x[k][2 * i], x[k][2 * i + 1], upper[k][i], lower[k][i]);
    }
  }

  /// Sixteen rows of beliefs times these columns: rows `first` and `second` of this lane, two columns each.
  __device__ __forceinline__ void times(const uint2* first, const uint2* second, float (&out)[4]) const {
    const uint32_t pair = threadIdx.x & 3;
    float main[4] = {}, cross[4] = {};
    for (uint32_t k = 0; k < kTensorSteps; ++k) {
      const uint2 a0 = first[k * 8 + pair], a1 = second[k * 8 + pair];
      const uint2 a2 = first[k * 8 + pair + 4], a3 = second[k * 8 + pair + 4];
      const uint32_t high[4] = {a0.x, a1.x, a2.x, a3.x}, low[4] = {a0.y, a1.y, a2.y, a3.y};
      multiply_tile(main, high, upper[k]);
      multiply_tile(cross, high, lower[k]);
      multiply_tile(cross, low, upper[k]);
    }
    for (uint32_t i = 0; i < 4; ++i) out[i] = main[i] + cross[i] * (1.0f / kLowerScale);
  }
};

/// Adds over the four lanes of a row.
__device__ inline float row_total(float x) {
  x += __shfl_xor_sync(0xffffffffu, x, 1);
  return x + __shfl_xor_sync(0xffffffffu, x, 2);
}

/// A whole step of agent `id` by eight warps, `shared` their memory and `barrier` their number in the block.
template <class Given>
__device__ __noinline__ void team_step(const View<float>& view, uint32_t id, uint64_t seed, bool closed,
                                       const Given& given, uint32_t first_agent, float* shared, uint32_t barrier) {
  const Structure& model = view.model;
  const Options<float>& options = view.options;
  const uint32_t n = model.states, outcomes = model.outcomes, lane = lane_of();
  const uint32_t thread = threadIdx.x % kTeamThreads, warp = thread / 32, square = n * n;
  const auto meet = [&] { asm volatile("bar.sync %0, %1;" ::"r"(barrier + 1), "r"(kTeamThreads) : "memory"); };
  const float* a = row_of(view.parameters[SET_A], id);
  const float* b = row_of(view.parameters[SET_B], id);
  uint2* kept = reinterpret_cast<uint2*>(shared);
  uint2* now = kept + view.kept * (kRowWords / 2);
  float* sums = shared + team_words(view.kept) - (view.kept / 4 + 1) * 4 - 2 * kTeamWarps * kRoundRows;
  float* gained = sums + 2 * kTeamWarps * kRoundRows;

  // The transition of the last action, for the warp that infers; meanwhile the others bring everything nearer.
  const bool acted = row_of(view.clock, id)[ACTED] != 0;
  if (acted) {
    const float* move = last_move(view, id);
#pragma unroll 8
    for (uint32_t i = thread; i < square; i += kTeamThreads) shared[i] = move[i];
  }
  meet();
  if (warp == 0) {
    dense_infer(view, id, seed, closed, given, first_agent, shared);
  } else {
    const auto bring = [&](const float* from, uint32_t size) {
#pragma unroll 4
      for (uint32_t i = (thread - 32) * 8; i < size; i += (kTeamThreads - 32) * 8) {
        float ignored;
        asm volatile("ld.global.f32 %0, [%1];" : "=f"(ignored) : "l"(from + i));
      }
    };
    bring(b, square * model.controls);
    bring(a, n * outcomes);
  }
  meet();
  if (thread < kTensorStates / 2) {
    const float* beliefs = row_of(view.beliefs, id);
    const uint32_t s = thread * 2;
    uint2 halves;
    split_pair(s < n ? beliefs[s] : 0.0f, s + 1 < n ? beliefs[s + 1] : 0.0f, halves.x, halves.y);
    kept[thread] = halves;
  }
  if (thread == 0) gained[0] = 0.0f;

  // What is linear in beliefs: ambiguity, and states off the path to the goal.
  const int32_t path = options.has(AiFlag::INDUCTIVE) && warp == 0 ? dense_path(view, id) : -1;
  if (thread == 0) gained[view.kept] = static_cast<float>(path);
  const bool gain = options.has(AiFlag::STATE_GAIN), utility = options.has(AiFlag::UTILITY);
  const uint32_t row = lane / 4, column = warp * 8 + lane % 4 * 2, word = warp * 4 + lane % 4;
  const float* gains = row_of(view.gain_a, id);
  float gain_left = gain && column < n ? gains[column] : 0.0f;
  float gain_right = gain && column + 1 < n ? gains[column + 1] : 0.0f;
  const auto least = static_cast<float>(kMinimum);
  Columns likelihood;
  likelihood.load(a, n, outcomes, warp * 8 + lane / 4);
  meet();
  if (gained[view.kept] >= 0.0f) {
    const float* on = row_of(view.paths, id) + static_cast<uint32_t>(gained[view.kept]) * n;
    const float off = log_of(options.induction_epsilon);
    if (column < n) gain_left += (1.0f - on[column]) * off;
    if (column + 1 < n) gain_right += (1.0f - on[column + 1]) * off;
  }
  for (uint32_t r = 0; r < view.round_count; ++r) {
    const Round round = view.rounds[r];
    const RoundRow* rows = view.round_rows + r * kRoundRows;
    for (uint32_t g = 0; g < round.groups; ++g) {
      const RoundGroup group = view.round_groups[round.group_at + g];
      Columns moves;
      moves.load(b + uint64_t{group.control} * square, n, n, warp * 8 + lane / 4);
      for (uint32_t tile = 0; tile < group.rows; tile += 16) {
        const uint32_t top = tile + row, bottom = top + 8;
        const bool is_top = top < group.rows, is_bottom = bottom < group.rows;
        const uint2* first = kept + (is_top ? rows[group.row + top].parent : 0) * (kRowWords / 2);
        const uint2* second = kept + (is_bottom ? rows[group.row + bottom].parent : 0) * (kRowWords / 2);
        float out[4];
        moves.times(first, second, out);
        const auto put = [&](uint32_t at, float left, float right) {
          uint2 halves;
          split_pair(left, right, halves.x, halves.y);
          now[at * (kRowWords / 2) + word] = halves;
          if (rows[at].kept != kNotKept) kept[rows[at].kept * (kRowWords / 2) + word] = halves;
        };
        if (is_top) put(group.row + top, out[0], out[1]);
        if (is_bottom) put(group.row + bottom, out[2], out[3]);
        const float above = row_total(out[0] * gain_left + out[1] * gain_right);
        const float below = row_total(out[2] * gain_left + out[3] * gain_right);
        if (lane % 4 == 0 && is_top) sums[warp * kRoundRows + group.row + top] = above;
        if (lane % 4 == 0 && is_bottom) sums[warp * kRoundRows + group.row + bottom] = below;
      }
    }
    meet();
    const uint32_t last = options.preference_steps - 1;
    const float* preferred = row_of(view.log_c, id) + (round.depth < last ? round.depth : last) * outcomes;
    const float left = utility && column < outcomes ? preferred[column] : 0.0f;
    const float right = utility && column + 1 < outcomes ? preferred[column + 1] : 0.0f;
    for (uint32_t tile = 0; tile < round.rows; tile += 16) {
      float out[4];
      const uint2* first = now + (tile + row) * (kRowWords / 2);
      likelihood.times(first, first + 8 * (kRowWords / 2), out);
      const auto worth = [&](float p, float preference) {
        return p * (gain ? preference - __logf(p < least ? least : p) : preference);
      };
      const float above = row_total(worth(out[0], left) + worth(out[1], right));
      const float below = row_total(worth(out[2], left) + worth(out[3], right));
      if (lane % 4 == 0) {
        float* to = sums + (kTeamWarps + warp) * kRoundRows + tile + row;
        to[0] = above;
        to[8] = below;
      }
    }
    meet();
    if (thread < round.rows) {
      float value = 0;
      for (uint32_t i = 0; i < 2 * kTeamWarps; ++i) value += sums[i * kRoundRows + thread];
      value += gained[rows[thread].parent];
      if (rows[thread].leaf != kNoLeaf) row_of(view.values, id)[rows[thread].leaf] = value;
      if (rows[thread].kept != kNotKept) gained[rows[thread].kept] = value;
    }
    meet();
  }
  if (warp == 0) {
    const uint32_t action = dense_act(view, id);
    dense_take(view, id, seed, closed, given, first_agent, action);
  }
}

#endif

}  // namespace aatgs::active_inference
