// The step of @aatgs/active-inference: agents infer, plan, act and learn, each by itself.
#pragma once
#include "aatgs/module.hpp"
#include "active_inference/ai_action.hpp"
#include "active_inference/ai_dense_block.hpp"
#include "active_inference/ai_dense_many.hpp"
#include "active_inference/ai_learn.hpp"
#include "active_inference/ai_policy_messages.hpp"
#include "active_inference/ai_reset.hpp"
#include "active_inference/ai_search.hpp"
#include "active_inference/ai_setup.hpp"
#include "active_inference/ai_small_block.hpp"
#include "active_inference/ai_window.hpp"
#include "active_inference/ai_workers.hpp"

namespace aatgs::active_inference {

struct ActiveInferenceStep {
  using Setup = AiSetup;
  using Config = AiConfig;
  using Telemetry = AiTelemetry;
  using State = AiState;
  static constexpr uint32_t kBlockThreads = kThreads;
  /// Time steps of a rollout between looks at the cancel word.
  static constexpr uint32_t kBetweenLooks = 16;

  static const char* check(const SetupView<Setup>& setup) { return check_setup(setup); }

  static void lay_out(Arena& arena, const SetupView<Setup>& setup, State& state) {
    state = {};
    state.run = arena.state<Run>(1);
    if (setup->precision == 64) {
      View<double> view{};
      lay_out_view(arena, setup, view);
      state.f64 = arena.constant(1, &view);
    } else {
      View<float> view{};
      lay_out_view(arena, setup, view);
      state.small = view.small != 0 && view.alone == 0;
      state.f32 = arena.constant(1, &view);
    }
  }

  template <class Team>
  AATGS_FN static void run(Team& team, const Config& config, State& state, Telemetry& telemetry) {
    if (state.f64) {
      run_as(team, config, state, *state.f64, telemetry);
    } else {
      run_as(team, config, state, *state.f32, telemetry);
    }
  }

 private:
  template <class Team, class Real>
  AATGS_FN static void run_as(Team& team, const Config& config, State& state, const View<Real>& view,
                              Telemetry& telemetry) {
    const auto phase = static_cast<AiPhase>(config.header.phase);
    const bool small = phase == AiPhase::STEP && state.small != 0 && step_small(team, config, view, *state.run, 1);
    const uint32_t first = config.first < view.agents ? config.first : view.agents;
    const uint32_t count = count_of(config, view, first);
    if (small) return report(team, state, view, config, first, count, count, false, telemetry);
    const uint64_t seed = config.header.seed;
    const bool started = state.run->started != 0;
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
    const uint32_t episode = state.run->episode;

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
        steps = roll_out(team, config, view, *state.run, first, count, idle);
        break;
      case AiPhase::STEP:
        steps = count;
        [[fallthrough]];
      default: {
        const Given given = given_of(config, view, count);
        if (phase == AiPhase::STEP && step_dense(team, config, view, first, count, given, episode)) break;
        if (phase == AiPhase::STEP && step_small(team, config, view, *state.run, 1)) break;
        if (phase == AiPhase::STEP && learns_together(view)) {
          step_together(team, config, view, first, count, given, false);
          break;
        }
        for_agents(team, view, first, count, [&](auto& agent) { one_phase(agent, phase, config, given, first); });
        if (phase == AiPhase::LEARN) learn_pooled(team, view, first, count, config.parameters);
        break;
      }
    }
    report(team, state, view, config, first, count, steps, idle, telemetry);
  }

  /// Agents that a config is for, from the first on.
  template <class Real>
  AATGS_FN static uint32_t count_of(const Config& config, const View<Real>& view, uint32_t first) {
    const uint32_t left = view.agents - first;
    return config.count == 0 || config.count > left ? left : config.count;
  }
  /// What is staged with a config: observations, then actions to take.
  struct Given {
    const void* observations;
    const uint32_t* forced;
    uint32_t* actions;  // where chosen actions go; null when nobody wants them
  };
  /// Whether an agent's episode of so many steps is over; 0: it has no end.
  template <class Real>
  AATGS_FN static bool over(const View<Real>& view, uint32_t id, uint32_t episode) {
    return episode > 0 && view.clock[id][STEPS] >= episode;
  }
  /// A step of agents whose policies are evaluated on tensor cores; false where that is not so. Without staged observations
  /// the process shows them and moves on. Collective.
  template <class Team, class Real>
  AI_CALL static bool step_dense(Team& team, const Config& config, const View<Real>& view, uint32_t first,
                                 uint32_t count, const Given& given, uint32_t episode) {
#if defined(__CUDACC__)
    if constexpr (sizeof(Real) == 4) {
      if (view.tree.chunk_count == 0 && view.for_many == 0) return false;
      const bool closed = static_cast<AiPhase>(config.header.phase) == AiPhase::ROLLOUT;
      const uint64_t seed = config.header.seed;
      const auto skips = [&](uint32_t id) { return closed && over(view, id, episode); };
      float* shared = CudaBlock<kThreads>(nullptr).template shared<float>();
      if (view.tree.chunk_count > 0) {
        block_steps(view, first, count, team.count() / kThreads, seed, closed, given, skips,
                    reinterpret_cast<uint32_t*>(shared));
        return true;
      }
      if (*view.many.ready == 0) fill_nodes(team, view);
      const bool quick = acts_from_registers(view);
      float* room =
          view.in_shared ? shared + threadIdx.x / 32 * view.room.size : view.rooms + team.rank() / 32 * view.room.size;
      for_many_agents(
          team, view, first, count, room + view.room.predicted,
          [&](uint32_t id) {
            if (!skips(id)) dense_infer(view, id, seed, closed, given, first, last_move(view, id));
          },
          [&](uint32_t id) {
            if (skips(id)) return;
            uint32_t action;
            if (quick) {
              action = dense_act(view, id);
            } else {
              Agent<Lanes, float> agent(view, id, {room, 1});
              infer_posterior(agent, false);
              marginalize(agent);
              act(agent, seed);
              action = *row_of(view.actions, id);
            }
            dense_take(view, id, seed, closed, given, first, action);
            __syncwarp();
          });
      return true;
    }
#endif
    static_cast<void>(team), static_cast<void>(config), static_cast<void>(view), static_cast<void>(given);
    static_cast<void>(first), static_cast<void>(count), static_cast<void>(episode);
    return false;
  }

  /// Steps of few agents with a small model, by a block each; false where that is not so, or nothing has started. In closed
  /// loop the process shows observations and moves on. No barrier at the end.
  template <class Team, class Real>
  AI_CALL static bool step_small(Team& team, const Config& config, const View<Real>& view, const Run& run,
                                 uint32_t steps) {
#if defined(__CUDACC__)
    if constexpr (sizeof(Real) == 4) {
      const bool closed = static_cast<AiPhase>(config.header.phase) == AiPhase::ROLLOUT;
      const bool shows = closed && threadIdx.x < 32;
      // The host's memory is furthest: the first agent's observation is asked for before all else.
      const uint32_t at = (threadIdx.x & 31) * sizeof(uint32_t);
      const bool asks = !closed && blockIdx.x == 0 && threadIdx.x >= kThreads - 32;
      const bool there = asks && at + sizeof(uint32_t) <= config.header.input_bytes;
      const uint32_t early = there ? read_host(config.header.input + at) : kNotObserved;
      if (run.started == 0 || view.small == 0 || view.alone != 0) return false;
      const uint32_t first = config.first < view.agents ? config.first : view.agents;
      const uint32_t count = count_of(config, view, first), episode = run.episode;
      const Given given = closed ? Given{} : given_of(config, view, count);
      const uint64_t seed = config.header.seed;
      SmallRoom& room = *CudaBlock<kThreads>(nullptr).template shared<SmallRoom>();
      for (uint32_t i = blockIdx.x; i < count; i += team.count() / kThreads) {
        const uint32_t id = first + i;
        Agent<Lanes, float> agent(view, id, {nullptr, 1});
        for (uint32_t s = 0; s < steps; ++s) {
          if (i + s > blockIdx.x) __syncthreads();
          if (closed && over(view, id, episode)) break;
          if (shows) emit(agent, seed);
          if (closed) __syncthreads();
          small_step(view, id, seed, given, first, i == 0, early, room);
          if (shows) advance(agent, seed);
        }
      }
      return true;
    }
#endif
    static_cast<void>(team), static_cast<void>(config), static_cast<void>(view), static_cast<void>(run);
    static_cast<void>(steps);
    return false;
  }

  template <class Real>
  AATGS_FN static Given given_of(const Config& config, const View<Real>& view, uint32_t count) {
    Given given{};
    const uint64_t row =
        config.soft ? view.model.outcomes * sizeof(Real) : view.model.modality_count * sizeof(uint32_t);
    const uint64_t forced = config.forced ? uint64_t{count} * view.model.factor_count * sizeof(uint32_t) : 0;
    if (config.header.input_bytes >= row * count + forced) {
      given.observations = reinterpret_cast<const void*>(config.header.input);
      if (forced) given.forced = reinterpret_cast<const uint32_t*>(config.header.input + row * count);
    } else if (forced && config.header.input_bytes >= forced) {
      given.forced = reinterpret_cast<const uint32_t*>(config.header.input);
    }
    if (config.header.output_bytes >= uint64_t{count} * view.model.factor_count * sizeof(uint32_t))
      given.actions = reinterpret_cast<uint32_t*>(config.header.output);
    return given;
  }

  template <class Scope, class Real>
  AI_CALL static void one_phase(Agent<Scope, Real>& a, AiPhase phase, const Config& config, const Given& given,
                                uint32_t first) {
    const bool all = phase == AiPhase::STEP;
    if constexpr (sizeof(Real) == 4) {
      if (a.view.small && all) {
        if constexpr (Scope::kAlone) {
          take_observation(a, config, given, first);
          small_step(a);
          choose_action(a, config.header.seed, given, first);
          return;
        }
      }
    }
    if (all) {
      begin_step(a, config, given, first);
      end_step(a, config, given, first);
    }
    if (phase == AiPhase::INFER) {
      take_observation(a, config, given, first);
      infer(a, config.soft != 0);
    }
    if (phase == AiPhase::PLAN) plan(a);
    if (phase == AiPhase::ACT) choose_action(a, config.header.seed, given, first);
    if (phase == AiPhase::LEARN) learn_own(a, config.parameters);
    if constexpr (Scope::kFull) {
      if (phase == AiPhase::SMOOTH) smooth(a);
    }
  }

  /// A step up to what is learned before policies are evaluated, and the rest of it.
  template <class Scope, class Real>
  AATGS_FN static void begin_step(Agent<Scope, Real>& a, const Config& config, const Given& given, uint32_t first) {
    take_observation(a, config, given, first);
    infer(a, config.soft != 0);
    learn_own(a, a.options.learn_automatically & 1u << SET_B);
  }
  template <class Scope, class Real>
  AATGS_FN static void end_step(Agent<Scope, Real>& a, const Config& config, const Given& given, uint32_t first) {
    plan(a);
    choose_action(a, config.header.seed, given, first);
    learn_own(a, learned_after(a));
  }

  /// Whether something is learned in every step from all agents at once.
  template <class Real>
  AATGS_FN static bool learns_together(const View<Real>& view) {
    return (pooled_of(view) & view.options.learn_automatically) != 0;
  }
  /// A step of all agents, with what they learn together between its halves and after it; in closed loop with the process
  /// where `closed` is set. Collective; a barrier at the end.
  template <class Team, class Real>
  AI_CALL static void step_together(Team& team, const Config& config, const View<Real>& view, uint32_t first,
                                    uint32_t count, const Given& given, bool closed) {
    const uint32_t learned = view.options.learn_automatically;
    for_agents(team, view, first, count, [&](auto& agent) {
      if (closed) emit(agent, config.header.seed);
      begin_step(agent, config, given, first);
    });
    learn_pooled(team, view, first, count, learned & 1u << SET_B);
    for_agents(team, view, first, count, [&](auto& agent) { end_step(agent, config, given, first); });
    learn_pooled(team, view, first, count, learned & ~(1u << SET_B));
    if (closed) for_agents(team, view, first, count, [&](auto& agent) { advance(agent, config.header.seed); });
    team.barrier();
  }

  template <class Scope, class Real>
  AI_CALL static void take_observation(Agent<Scope, Real>& a, const Config& config, const Given& given,
                                       uint32_t first) {
    if (given.observations == nullptr) return;
    const uint64_t i = a.id - first;
    if (config.soft) {
      const auto* rows = static_cast<const Real*>(given.observations);
      a.scope.for_each(a.model.outcomes, [&](uint32_t o) { a.view.soft[a.id][o] = rows[i * a.model.outcomes + o]; });
    } else {
      const auto* rows = static_cast<const uint32_t*>(given.observations);
      const uint32_t n = a.model.modality_count;
      a.scope.for_each(n, [&](uint32_t m) { a.view.observations[a.id][m] = rows[i * n + m]; });
      if (a.view.soft.width > 0) {
        for (uint32_t m = 0; m < n; ++m) {
          const Modality& modality = a.model.modalities[m];
          a.scope.for_each(modality.outcomes, [&](uint32_t o) {
            a.view.soft[a.id][modality.at + o] = rows[i * n + m] == o ? Real{1} : Real{0};
          });
        }
      }
    }
    a.scope.barrier();
  }

  template <class Scope, class Real>
  AI_CALL static void infer(Agent<Scope, Real>& a, bool soft) {
    const Vec<Real> beliefs = a.beliefs(), previous = a.view.previous[a.id];
    const auto algorithm = static_cast<AiAlgorithm>(a.options.algorithm);
    a.scope.for_each(a.model.states, [&](uint32_t s) { previous[s] = beliefs[s]; });
    a.scope.barrier();
    if constexpr (Scope::kFull) {
      const bool windowed = a.view.history.width > 0;
      const bool full = windowed ? remember(a) : false;
      if (algorithm == AiAlgorithm::POLICY_MMP) return infer_policies_window(a);
      if (algorithm != AiAlgorithm::FPI) {
        infer_window(a);
        keep_filtered(a, full);
        return;
      }
      next_prior(a);
      infer_present(a, soft);
      if (windowed) keep_filtered(a, full);
    } else {
      next_prior(a);
      infer_present(a, soft);
    }
  }

  template <class Scope, class Real>
  AATGS_FN static void score_all(Agent<Scope, Real>& a) {
    if constexpr (sizeof(Real) == 4 && Scope::kAlone) {
      if (a.view.chained) return score_chains(a);
    }
    score_policies(a);
  }
  template <class Scope, class Real>
  AI_CALL static void plan(Agent<Scope, Real>& a) {
    if (a.options.has(AiFlag::STREAMED)) return stream_policies(a);
    bool planned = false;
    if constexpr (Scope::kFull) {
      if (a.options.has(AiFlag::SEARCH)) {
        search(a);
        planned = true;
      } else if (static_cast<AiAlgorithm>(a.options.algorithm) == AiAlgorithm::POLICY_MMP) {
        score_policy_beliefs(a);
        infer_posterior(a, true);
        carry_policy_beliefs(a);
        planned = true;
      }
    }
    if (!planned) {
      score_all(a);
      infer_posterior(a, false);
    }
    marginalize(a);
  }

  template <class Scope, class Real>
  AI_CALL static void choose_action(Agent<Scope, Real>& a, uint64_t seed, const Given& given, uint32_t first) {
    act(a, seed);
    const Vec<uint32_t> actions = a.view.actions[a.id], clock = a.view.clock[a.id];
    const uint32_t n = a.model.factor_count;
    const uint64_t at = uint64_t{a.id - first} * n;
    a.scope.for_each(n, [&](uint32_t f) {
      if (given.forced && given.forced[at + f] != kNotObserved) actions[f] = given.forced[at + f];
      if (given.actions) given.actions[at + f] = actions[f];
    });
    a.scope.barrier();
    a.scope.leader([&] {
      clock[ACTED] = 1;
      clock[STEPS] += 1;
    });
    a.scope.barrier();
  }

  /// What a step learns once it has acted: the start only from the first time step.
  template <class Scope, class Real>
  AATGS_FN static uint32_t learned_after(Agent<Scope, Real>& a) {
    const uint32_t which = a.options.learn_automatically & ~(1u << SET_B);
    return a.view.clock[a.id][STEPS] == 1 ? which : which & ~(1u << SET_D);
  }

  /// Agents and their generative process in closed loop. The process is the model as it was given.
  template <class Team, class Real>
  AATGS_FN static uint64_t roll_out(Team& team, const Config& config, const View<Real>& view, const Run& run,
                                    uint32_t first, uint32_t count, bool& idle) {
    const uint32_t episode = run.episode;
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
      if (step_dense(team, config, view, first, count, none, episode)) {
        left -= 1;
        done += count;
        team.barrier();
        continue;
      }
      if (learns_together(view)) {
        // Episodes of agents that learn together end together.
        if (episode > 0 && team.any(count, [&](uint32_t i) { return over(view, first + i, episode); })) break;
        step_together(team, config, view, first, count, none, true);
        left -= 1;
        done += count;
        continue;
      }
      if (!step_small(team, config, view, run, now)) {
        for_agents(team, view, first, count, [&](auto& agent) {
          for (uint32_t s = 0; s < now; ++s) {
            if (over(view, agent.id, episode)) break;
            emit(agent, config.header.seed);
            one_phase(agent, AiPhase::STEP, config, none, first);
            advance(agent, config.header.seed);
          }
        });
      }
      left -= now;
      done += uint64_t{now} * count;
      team.barrier();
    }
    return done;
  }

  /// The process shows the agent what its hidden state brings.
  template <class Scope, class Real>
  AI_CALL static void emit(Agent<Scope, Real>& a, uint64_t seed) {
    const View<Real>& view = a.view;
    const Structure& model = a.model;
    const Real* given = view.given[SET_A] + ((view.per_agent >> SET_A & 1) != 0 ? a.id * view.sizes[SET_A] : 0);
    const uint32_t step = view.clock[a.id][STEPS];
    a.scope.for_each(model.modality_count, [&](uint32_t i) {
      const Modality& m = model.modalities[i];
      const Group& group = model.groups[m.group];
      uint32_t joint = 0;
      for (uint32_t d = 0; d < group.deps; ++d) {
        const uint32_t f = model.lists[group.dep_at + d];
        joint = joint * model.factors[f].states + view.hidden[a.id][f];
      }
      view.observations[a.id][i] = sample(given + m.a_at + joint * m.outcomes, 1, m.outcomes,
                                          draw(seed, Purpose::OUTCOME, view.first_agent + a.id, step, i));
    });
    a.scope.barrier();
  }

  /// And moves on under the agent's action.
  template <class Scope, class Real>
  AI_CALL static void advance(Agent<Scope, Real>& a, uint64_t seed) {
    const View<Real>& view = a.view;
    const Structure& model = a.model;
    const Real* given = view.given[SET_B] + ((view.per_agent >> SET_B & 1) != 0 ? a.id * view.sizes[SET_B] : 0);
    const uint32_t step = view.clock[a.id][STEPS];
    a.scope.barrier();
    a.scope.leader([&] {
      uint32_t next[kMaxFactors];
      for (uint32_t f = 0; f < model.factor_count; ++f) {
        const Factor& factor = model.factors[f];
        uint32_t parent = 0;
        for (uint32_t d = 0; d < factor.deps; ++d) {
          const uint32_t g = model.lists[factor.dep_at + d];
          parent = parent * model.factors[g].states + view.hidden[a.id][g];
        }
        const uint64_t column = uint64_t{view.actions[a.id][f]} * factor.parents + parent;
        next[f] = sample(given + factor.b_at + column * factor.states, 1, factor.states,
                         draw(seed, Purpose::MOVE, view.first_agent + a.id, step, f));
      }
      for (uint32_t f = 0; f < model.factor_count; ++f) view.hidden[a.id][f] = next[f];
    });
    a.scope.barrier();
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
      const uint64_t wanted = uint64_t{count} * view.model.factor_count * sizeof(uint32_t);
      const auto phase = static_cast<AiPhase>(config.header.phase);
      const bool acted = phase == AiPhase::STEP || phase == AiPhase::ACT;
      if (acted && config.header.output_bytes >= wanted) telemetry.header.output_bytes = static_cast<uint32_t>(wanted);
      if (over) telemetry.header.status |= static_cast<uint32_t>(Status::CONVERGED);
      if (idle) telemetry.header.status |= static_cast<uint32_t>(Status::IDLE);
    });
  }
};

}  // namespace aatgs::active_inference
