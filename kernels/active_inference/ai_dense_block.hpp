// Steps of agents with policies of their own on tensor cores, for models of one factor: half a block has an agent, whose
// transitions and likelihoods are read from device memory once and lie in shared memory as fragments, while the other half has
// another.
#pragma once
#include "active_inference/ai_dense_score.hpp"

namespace aatgs::active_inference {

#if AI_WARPS

/// Four neighbours of four rows of a matrix, which are a lane's fragments of two tiles.
struct Entries {
  float4 rows[4];

  /// Upper halves, and 32 quads further the lower ones; of the second tile `next` quads from the first.
  __device__ __forceinline__ void store(uint4* place, uint32_t next) const {
#pragma unroll
    for (uint32_t tile = 0; tile < 2; ++tile) {
      uint4 upper, lower;
      split_pair(one(0, tile * 2), one(1, tile * 2), kSplitScale, upper.x, lower.x);
      split_pair(one(0, tile * 2 + 1), one(1, tile * 2 + 1), kSplitScale, upper.y, lower.y);
      split_pair(one(2, tile * 2), one(3, tile * 2), kSplitScale, upper.z, lower.z);
      split_pair(one(2, tile * 2 + 1), one(3, tile * 2 + 1), kSplitScale, upper.w, lower.w);
      place[tile * next] = upper;
      place[tile * next + 32] = lower;
    }
  }
  __device__ __forceinline__ float one(uint32_t row, uint32_t i) const {
    const float4& x = rows[row];
    return i == 0 ? x.x : (i == 1 ? x.y : (i == 2 ? x.z : x.w));
  }
};

/// Fills the fragments of matrices [now][next], one after the other in `from`: of each sixteen of `next` and sixteen of `now`
/// the upper halves of all lanes, then the lower ones. All threads of the team. `last`: where the last matrix lies, if not
/// behind the others. `kWhole`: matrices are as large as can be.
template <bool kWhole>
__device__ __noinline__ void stage_fragments(WarpTeam team, uint32_t* to, const float* from, const float* last,
                                             uint32_t matrices, uint32_t rows, uint32_t columns) {
  lies_in_shared(to);
  // A warp's part: thirty-two of `next`, sixteen of `now`. All reads before the first fragment is written: memory is far away.
  constexpr uint32_t kParts = 2 * kTensorSteps, kAtOnce = kWhole ? 3 : 2;
  const uint32_t lane = lane_of(), row = lane % 4 * 2, column = lane / 4 * 4, all = matrices * kParts;
  auto* quads = reinterpret_cast<uint4*>(to) + lane;
  if (kWhole) rows = columns = kTensorStates;
  const uint32_t mine = number_at(row) * columns + column;
  const uint32_t size = rows * columns;
#pragma unroll 1
  for (uint32_t start = team.warp(); start < all; start += kAtOnce * team.warps) {
    Entries entries[kAtOnce];
#pragma unroll
    for (uint32_t k = 0; k < kAtOnce; ++k) {
      const uint32_t i = start + k * team.warps, matrix = i / kParts, half = i / kTensorSteps % 2,
                     step = i % kTensorSteps;
      if (i >= all) continue;
      const float* matrix_at = last && matrix + 1 == matrices ? last : from + matrix * size;
      const float* at = matrix_at + mine + number_at(step * 16) * columns + half * 32;
#pragma unroll
      for (uint32_t r = 0; r < 4; ++r) {
        const uint32_t further = r % 2 * 4 + r / 2;
        if (kWhole) {
          entries[k].rows[r] = *reinterpret_cast<const float4*>(at + further * columns);
        } else {
          const uint32_t left = number_at(row) + number_at(step * 16) + further < rows && half * 32 + column < columns
                                    ? columns - half * 32 - column
                                    : 0;
          const float* here = at + further * columns;
          entries[k].rows[r] = {left > 0 ? here[0] : 0.0f, left > 1 ? here[1] : 0.0f, left > 2 ? here[2] : 0.0f,
                                left > 3 ? here[3] : 0.0f};
        }
      }
    }
#pragma unroll
    for (uint32_t k = 0; k < kAtOnce; ++k) {
      const uint32_t i = start + k * team.warps, matrix = i / kParts, half = i / kTensorSteps % 2;
      if (i >= all) continue;
      entries[k].store(quads + ((matrix * kRowTiles + half * 2) * kTensorSteps + i % kTensorSteps) * 64,
                       kTensorSteps * 64);
    }
  }
}

__device__ __forceinline__ void fetch_ahead(const WarpTeam& team, const float* from, uint32_t count) {
  for (uint32_t i = team.thread() * 32; i < count; i += team.threads() * 32) bring_near(from + i);
}

/// What a team needs of one agent before its policies are evaluated: fragments that the last one's are not, and the present.
__device__ __forceinline__ void stage_agent(const WarpTeam& team, const View<float>& view, uint32_t id, int32_t path,
                                            bool staged, const TeamRoom& room, uint32_t* shared) {
  const Structure& model = view.model;
  const uint32_t n = model.states, thread = team.thread();
  const bool stage_a = !staged || !view.parameters[SET_A].shared();
  const bool stage_b = !staged || !view.parameters[SET_B].shared();
  const float* a = row_of(view.parameters[SET_A], id);
  const float* b = row_of(view.parameters[SET_B], id);
  if (stage_a && stage_b && n == kTensorStates && model.outcomes == kTensorStates) {
    stage_fragments<true>(team, shared, b, a, model.controls + 1, n, n);
  } else {
    if (stage_b) stage_fragments<false>(team, shared, b, nullptr, model.controls, n, n);
    if (stage_a) stage_fragments<false>(team, shared + room.likelihood, a, nullptr, 1, n, model.outcomes);
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
                        model.outcomes <= 32 ? 1u : 2u,
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
