// The step of @aatgs/active-inference: agents infer, plan, act and learn, each by itself.
#pragma once
#include "aatgs/module.hpp"
#include "active_inference/ai_dense_path.hpp"
#include "active_inference/ai_setup.hpp"
#include "active_inference/ai_small_path.hpp"
#include "active_inference/ai_together.hpp"

namespace aatgs::active_inference {

/// `kKinds`: the ways of working it contains.
template <uint32_t kKinds>
struct ActiveInferenceStepOf {
  using Setup = AiSetup;
  using Config = AiConfig;
  using Telemetry = AiTelemetry;
  using State = AiState;
  static constexpr uint32_t kBlockThreads = kThreads;
  static constexpr uint32_t kBlocksPerMultiprocessor = 1;
  /// Time steps of a rollout between looks at the cancel word.
  static constexpr uint32_t kBetweenLooks = 16;

  static const char* check(const SetupView<Setup>& setup) { return check_setup(setup); }

  static void lay_out(Arena& arena, const SetupView<Setup>& setup, State& state) {
    state = {};
    state.run = arena.state<Run>(1);
    Kinds kinds = kDoubles;
    if (setup->precision == 64) {
      View<double> view{};
      lay_out_view(arena, setup, view);
      state.f64 = arena.constant(1, &view);
    } else {
      View<float> view{};
      lay_out_view(arena, setup, view);
      state.f32 = arena.constant(1, &view);
      kinds = kind_of(view);
      // A block for each agent: with fewer that look for work and say that they have none, a step is over sooner.
      const AatgsTarget& target = arena.target();
      if (target.is_cuda && kinds == kSmall && view.agents < target.parallel_blocks) arena.blocks(view.agents);
    }
    switch (kinds) {
      case kWarps:
        return arena.kernels<ActiveInferenceStepOf<kWarps>>("active_inference_warps");
      case kDoubles:
        return arena.kernels<ActiveInferenceStepOf<kDoubles>>("active_inference_doubles");
      case kEach:
        return arena.kernels<ActiveInferenceStepOf<kEach>>("active_inference_each");
      case kSmall:
        return arena.kernels<ActiveInferenceStepOf<kSmall>>("active_inference_small");
      case kShared:
        return arena.kernels<ActiveInferenceStepOf<kShared>>("active_inference_shared");
      case kOwn:
        return arena.kernels<ActiveInferenceStepOf<kOwn>>("active_inference_own");
    }
  }

  template <class Team>
  AATGS_FN static void run(Team& team, const Config& config, State& state, Telemetry& telemetry) {
#if AATGS_ON_DEVICE
    if constexpr (kKinds == kSmall) {
      if (static_cast<AiPhase>(config.header.phase) == AiPhase::STEP) {
        const SmallResult result = step_small(team, config, state, 1, telemetry);
        if (result == SmallResult::REPORTED) return;
        if (result == SmallResult::STEPPED) {
          const uint32_t first = config.first < state.f32->agents ? config.first : state.f32->agents;
          const uint32_t count = count_of(config, *state.f32, first);
          return report(team, state, *state.f32, config, first, count, count, false, telemetry);
        }
      }
    }
#endif
    if constexpr ((kKinds & ~kDoubles) == 0) {
      run_as(team, config, state, *state.f64, telemetry);
    } else if constexpr ((kKinds & kDoubles) == 0) {
      run_as(team, config, state, *state.f32, telemetry);
    } else if (state.f64) {
      run_as(team, config, state, *state.f64, telemetry);
    } else {
      run_as(team, config, state, *state.f32, telemetry);
    }
  }

 private:
  /// Small models on paths of their own have no counts.
  static constexpr bool kLearns = (kKinds & (kWarps | kDoubles | kEach)) != 0;

  template <class Team, class Real>
  AATGS_FN static void run_as(Team& team, const Config& config, State& state, const View<Real>& view,
                              Telemetry& telemetry) {
    const auto phase = static_cast<AiPhase>(config.header.phase);
    const uint32_t first = config.first < view.agents ? config.first : view.agents;
    const uint32_t count = count_of(config, view, first);
    const uint64_t seed = config.header.seed;
    const bool started = state.run->started != 0;
    if (!started || phase != AiPhase::ROLLOUT) state.staged = 0;
    if (!started || phase == AiPhase::RESET) {
      team.barrier();
      if (!started || (config.parameters & 1) != 0) take_parameters(team, view);
      if (!started) team.for_each(view.agents, [&](uint32_t agent) { reset_agent(view, agent, seed); });
      team.leader([&] {
        if (!started) state.run->episode = view.options.episode;
        if (phase == AiPhase::RESET) state.run->episode = config.episode;
        state.run->started = 1;
      });
      team.barrier();
    }
    uint64_t steps = 0;
    bool idle = false;
    switch (phase) {
      case AiPhase::RESET:
        team.for_each(count, [&](uint32_t i) { reset_agent(view, first + i, seed); });
        break;
      case AiPhase::SET:
        set_array(team, view, config, first, count);
        break;
      case AiPhase::ROLLOUT:
        steps = roll_out(team, config, view, state, first, count, telemetry, idle);
        break;
      case AiPhase::STEP:
        steps = count;
        [[fallthrough]];
      default: {
        const Given given = given_of(config, view, count);
#if AATGS_ON_DEVICE
        if constexpr (kKinds == kShared || kKinds == kOwn) {
          if (phase == AiPhase::STEP) {
            step_dense<kKinds>(team, config, view, first, count, given, state.run->episode);
            break;
          }
        }
        if constexpr (kKinds == kSmall) {
          // The first step of all comes here.
          if (phase == AiPhase::STEP) {
            if (step_small(team, config, state, 1, telemetry) == SmallResult::REPORTED) return;
            break;
          }
        }
#endif
        if constexpr (kLearns) {
          if (phase == AiPhase::STEP && learns_together(view)) {
            step_together<kKinds>(team, config, view, first, count, given, false);
            break;
          }
        }
        for_agents<kKinds>(team, view, first, count,
                           [&](auto& agent) { one_phase(agent, phase, config, given, first); });
        if constexpr (kLearns) {
          if (phase == AiPhase::LEARN) learn_pooled(team, view, first, count, config.parameters);
        }
        break;
      }
    }
    report(team, state, view, config, first, count, steps, idle, telemetry);
  }

  /// Agents and their generative process in closed loop. The process is the model as it was given.
  template <class Team, class Real>
  AATGS_FN static uint64_t roll_out(Team& team, const Config& config, const View<Real>& view, State& state,
                                    uint32_t first, uint32_t count, Telemetry& telemetry, bool& idle) {
    const uint32_t episode = state.run->episode;
    const auto running = [&](uint32_t i) { return view.clock[first + i][STEPS] < episode; };
    // Whether the host has cancelled is known after a barrier.
    team.barrier();
    if (episode > 0) {
      idle = config.substeps > 0 && !team.any(count, running);
      team.barrier();
      if (idle) return 0;
    }
    uint64_t done = 0;
    const Given none{};
    for (uint32_t left = config.substeps; left > 0 && !team.cancelled();) {
      const uint32_t now = left < kBetweenLooks ? left : kBetweenLooks;
#if AATGS_ON_DEVICE
      if constexpr (kKinds == kShared || kKinds == kOwn) {
        step_dense<kKinds>(team, config, view, first, count, none, episode);
        left -= 1;
        done += count;
        team.barrier();
        continue;
      }
#endif
      if constexpr (kLearns) {
        if (learns_together(view)) {
          // Episodes of agents that learn together end together.
          if (episode > 0 && team.any(count, [&](uint32_t i) { return over(view, first + i, episode); })) break;
          step_together<kKinds>(team, config, view, first, count, none, true);
          left -= 1;
          done += count;
          continue;
        }
      }
      step_closed(team, config, view, state, first, count, now, telemetry);
      left -= now;
      done += uint64_t{now} * count;
      team.barrier();
    }
    return done;
  }

  /// Some time steps of each agent in closed loop. No barrier at the end.
  template <class Team, class Real>
  AATGS_FN static void step_closed(Team& team, const Config& config, const View<Real>& view, State& state,
                                   uint32_t first, uint32_t count, uint32_t steps, Telemetry& telemetry) {
#if AATGS_ON_DEVICE
    if constexpr (kKinds == kSmall) {
      step_small(team, config, state, steps, telemetry);
      return;
    }
#endif
    static_cast<void>(telemetry);
    const Given none{};
    for_agents<kKinds>(team, view, first, count, [&](auto& agent) {
      for (uint32_t s = 0; s < steps; ++s) {
        if (over(view, agent.id, state.run->episode)) break;
        emit(agent, config.header.seed);
        one_phase(agent, AiPhase::STEP, config, none, first);
        advance(agent, config.header.seed);
      }
    });
  }

  template <class Team, class Real>
  AI_CALL static void report(Team& team, State& state, const View<Real>& view, const Config& config, uint32_t first,
                             uint32_t count, uint64_t steps, bool idle, Telemetry& telemetry) {
    double energy = 0;
    const uint32_t episode = state.run->episode;
    // On a GPU a single agent is the work of the leader and its warp, and nobody waits for others.
    const bool one = AATGS_ON_DEVICE && count == 1 && episode == 0;
    if (!one) team.barrier();
    if (config.report != 0 && one) {
      team.leader([&] { energy = static_cast<double>(view.energies[first][FREE_ENERGY]); });
    } else if (config.report != 0 && count > 0) {
      energy = team.template sum<double>(
          count, [&](uint32_t i) { return static_cast<double>(view.energies[first + i][FREE_ENERGY]); });
    }
    bool over = false;
    if (episode > 0) {
      over = !team.any(view.agents, [&](uint32_t i) { return view.clock[i][STEPS] < episode; });
    }
    team.leader([&] {
      if (static_cast<AiPhase>(config.header.phase) == AiPhase::RESET && count == view.agents) state.run->steps = 0;
      state.run->steps += steps;
      telemetry.steps = state.run->steps;
      telemetry.free_energy = count > 0 ? energy / count : 0;
      telemetry.agents = count;
      const uint32_t factors = view.model.factor_count;
      const uint64_t wanted = uint64_t{count} * factors * sizeof(uint32_t);
      const auto phase = static_cast<AiPhase>(config.header.phase);
      const bool acted = phase == AiPhase::STEP || phase == AiPhase::ACT;
      if (acted && config.inlined != 0) {
        for (uint32_t f = 0; f < INLINE_FACTORS && f < factors; ++f) telemetry.actions[f] = view.actions[first][f];
      } else if (acted && config.header.output_bytes >= wanted) {
        telemetry.header.output_bytes = static_cast<uint32_t>(wanted);
      }
      if (over) telemetry.header.status |= static_cast<uint32_t>(Status::CONVERGED);
      if (idle) telemetry.header.status |= static_cast<uint32_t>(Status::IDLE);
    });
  }
};

using ActiveInferenceStep = ActiveInferenceStepOf<kAllKinds>;

}  // namespace aatgs::active_inference
