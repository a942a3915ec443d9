// Steps of few agents of a small model by a block each, on a GPU.
#pragma once
#include "active_inference/ai_given.hpp"
#include "active_inference/ai_process.hpp"
#include "active_inference/ai_small_block.hpp"

namespace aatgs::active_inference {

#if defined(__CUDACC__)

/// What has become of a config that few agents of a small model could take.
enum class SmallResult { NOT_TAKEN, STEPPED, REPORTED };

/// What one agent's record says; who does the agent's work has all of it in shared memory.
__device__ inline void report_small(const AiConfig& config, const SmallRoom& room, Run& run, AiTelemetry& telemetry) {
  const uint64_t steps = (uint64_t{room.words[SMALL_RUN + 3]} << 32 | room.words[SMALL_RUN + 2]) + 1;
  run.steps = steps;
  telemetry.steps = steps;
  telemetry.free_energy = config.report != 0 ? static_cast<double>(room.energy) : 0.0;
  telemetry.agents = 1;
  if (config.inlined != 0) {
    for (uint32_t f = 0; f < 2; ++f) telemetry.actions[f] = room.words[SMALL_ACTIONS + f];
  } else if (config.header.output_bytes >= 2 * sizeof(uint32_t)) {
    telemetry.header.output_bytes = 2 * sizeof(uint32_t);
  }
}

/// Steps of agents with a small model, by a block each; not taken where nothing has started. In closed loop the process shows
/// observations and moves on. A single step of one agent is reported as well. No barrier at the end.
template <class Team>
__device__ __noinline__ SmallResult step_small(Team& team, const AiConfig& config, AiState& state, uint32_t steps,
                                               AiTelemetry& telemetry) {
  SmallRoom& room = *CudaBlock<kThreads>(nullptr).template shared<SmallRoom>();
  bool fresh = state.staged == 0;
  Run& run = *state.run;
  const View<float>& view = fresh ? *state.f32 : room.view;
  const bool closed = static_cast<AiPhase>(config.header.phase) == AiPhase::ROLLOUT;
  const bool shows = closed && threadIdx.x < 32;
  const uint32_t first = config.first < view.agents ? config.first : view.agents;
  const uint32_t count = count_of(config, view, first);
  const bool one = count == 1 && !closed;
  if (blockIdx.x >= count) {
    if (run.started == 0) return SmallResult::NOT_TAKEN;
    return one && run.episode == 0 ? SmallResult::REPORTED : SmallResult::STEPPED;
  }
  const uint32_t episode = closed ? run.episode : 0;
  const Given given = closed ? Given{} : given_of(config, view, count);
  const uint64_t seed = config.header.seed;
  for (uint32_t i = blockIdx.x; i < count; i += team.count() / kThreads) {
    const uint32_t id = first + i;
    Agent<PlainLanes, float> agent(*state.f32, id, {nullptr, 1});
    for (uint32_t s = 0; s < steps; ++s) {
      if (i + s > blockIdx.x) __syncthreads();
      if (closed && over(view, id, episode)) break;
      if (shows) emit(agent, seed);
      if (closed) __syncthreads();
      if (!small_step(fresh ? *state.f32 : room.view, fresh, run, id, seed, given, first, room))
        return SmallResult::NOT_TAKEN;
      fresh = false;
      if (shows) advance(agent, seed);
    }
  }
  if (fresh) return SmallResult::STEPPED;
  state.staged = 1;
  if (!one || room.words[SMALL_RUN + 1] != 0) return SmallResult::STEPPED;
  if (threadIdx.x == 0) report_small(config, room, run, telemetry);
  return SmallResult::REPORTED;
}

#endif

}  // namespace aatgs::active_inference
