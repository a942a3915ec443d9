// Steps of agents with policies of their own on tensor cores, for models of one factor: half a block has an agent, whose
// transitions and likelihoods are read from device memory once and lie in shared memory as fragments, while the other half has
// another.
#pragma once
#include "active_inference/ai_dense_score.hpp"

namespace aatgs::active_inference {

#if AI_WARPS

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
