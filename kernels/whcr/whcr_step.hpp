// The step of @aatgs/whcr: repairs the conflicts of graph colourings, and goes on to fewer colours by itself.
#pragma once
#include <cstdint>

#include "aatgs/module.hpp"
#include "aatgs/team.hpp"
#include "whcr/whcr_population.hpp"
#include "whcr/whcr_setup.hpp"
#include "whcr/whcr_sparse.hpp"

namespace aatgs::whcr {

/// The regimes a step contains. On a GPU each has kernels of its own, with the registers it needs itself.
enum Regimes : uint32_t { kDenseRegime = 1, kSparseRegime = 2 };

template <uint32_t kRegimes>
struct WhcrStepOf {
  using Setup = WhcrSetup;
  using Config = WhcrConfig;
  using Telemetry = WhcrTelemetry;
  using State = WhcrState;

  static const char* check(const SetupView<Setup>& setup) { return check_setup(setup); }

  static void lay_out(Arena& arena, const SetupView<Setup>& setup, State& state) {
    lay_out_state(arena, setup, state);
    if (state.dynamic == WhcrDynamic::SPARSE) {
      arena.kernels<WhcrStepOf<kSparseRegime>>("whcr_sparse");
    } else {
      arena.kernels<WhcrStepOf<kDenseRegime>>("whcr_dense");
    }
  }

  template <class Team>
  AATGS_FN static void run(Team& team, const Config& config, State& state, Telemetry& telemetry) {
    const auto phase = static_cast<WhcrPhase>(config.header.phase);
    const bool started = state.search->started != 0;
    team.barrier();
    if (phase == WhcrPhase::RESET) {
      if (!started) clear_priors(team, state);
      const uint64_t given = config.header.input_bytes / (uint64_t{state.graph.n} * sizeof(uint32_t));
      reset(team, state,
            {config.header.seed, config.colors, config.target_colors, static_cast<WhcrInit>(config.init),
             reinterpret_cast<const uint32_t*>(config.header.input), given});
    } else if (!started) {
      clear_priors(team, state);
      reset(team, state, {state.first_seed, state.first_colors, state.first_target, state.first_init, nullptr, 0});
    }
    if (phase == WhcrPhase::SET_PRIORS) set_priors(team, state, config);
    if (phase == WhcrPhase::SET_COLORS) set_colors(team, state, config.colors, config.target_colors);
    bool idle = false;
    if (phase == WhcrPhase::RUN) {
      idle = config.substeps > 0 && state.search->converged;
      team.barrier();
      for (uint32_t s = 0; s < config.substeps && !state.search->converged && !team.cancelled(); ++s) {
        team.barrier();
        if constexpr (kHasSparse) {
          if (is_sparse(state)) substep_sparse(team, state);
        }
        if constexpr (kHasDense) {
          if (!is_sparse(state)) substep(team, state);
        }
        team.barrier();
      }
    }
    report(team, config, state, telemetry, idle);
  }

 private:
  static constexpr bool kHasDense = (kRegimes & kDenseRegime) != 0;
  static constexpr bool kHasSparse = (kRegimes & kSparseRegime) != 0;
  AATGS_FN static bool is_sparse(const State& state) {
    return kHasSparse && (!kHasDense || state.dynamic == WhcrDynamic::SPARSE);
  }

  struct Start {
    uint64_t seed;
    uint32_t colors, target;
    WhcrInit init;
    const uint32_t* given;
    uint64_t given_count;
  };

  /// The number of colours and the target as asked for, made to fit each other.
  AATGS_FN static uint32_t colors_asked(const State& state, uint32_t colors) {
    return colors == 0 || colors > state.max_colors ? state.max_colors : colors;
  }
  AATGS_FN static uint32_t target_asked(uint32_t colors, uint32_t target) {
    return target == 0 || target > colors ? colors : target;
  }

  template <class Team>
  AATGS_FN static void reset(Team& team, State& state, const Start& start) {
    const uint32_t colors = colors_asked(state, start.colors);
    team.leader([&] {
      *state.search = {};
      state.search->seed = start.seed;
      state.search->started = 1;
      state.search->colors = colors;
      state.search->target = target_asked(colors, start.target);
      state.search->descends = state.search->target < colors;
      state.search->conflicts = kNone;
      state.search->best_conflicts = kNone;
      share_out_at_first(state);
    });
    if constexpr (kHasSparse) {
      if (is_sparse(state)) {
        team.barrier();
        reset_sparse(team, state, {start.init, start.given, start.given_count});
      }
    }
    if constexpr (kHasDense) {
      if (!is_sparse(state)) reset_population(team, state, start);
    }
  }

  template <class Team>
  AATGS_FN static void reset_population(Team& team, State& state, const Start& start) {
    team.for_each(state.population / 2, [&](uint32_t couple) { state.couples[couple] = kNewCouple; });
    team.for_each(state.population, [&](uint32_t i) { state.members[i] = {}; });
    team.barrier();
    team.for_each_block(state.population, [&](auto& block, uint32_t index) {
      make(block, state, index, start.init, start.given, start.given_count, Carver(desk_of(block, state, index)));
      count_conflicts(block, state, index);
    });
    team.barrier();
    evaluate(team, state);
    team.barrier();
  }

  template <class Team>
  AATGS_FN static void set_colors(Team& team, State& state, uint32_t asked, uint32_t asked_target) {
    Search& search = *state.search;
    const uint32_t before = search.colors;
    const uint32_t target = target_asked(colors_asked(state, asked), asked_target);
    const bool reached = search.best_colors != 0 && search.best_colors <= target;
    // Below what is known already: a proper colouring with more colours than it needs would teach nothing.
    const uint32_t most = search.best_colors != 0 && !reached ? search.best_colors - 1 : state.max_colors;
    const uint32_t wish = colors_asked(state, asked);
    const uint32_t colors = wish < most ? wish : most;
    team.barrier();
    team.leader([&] {
      search.target = target;
      search.descends = target < wish;
      search.converged = reached ? 1 : 0;
    });
    team.barrier();
    if (reached || colors == before) return;
    if constexpr (kHasSparse) {
      if (is_sparse(state)) change_colors_sparse(team, state, colors);
    }
    if constexpr (kHasDense) {
      if (is_sparse(state)) return;
      change_colors(team, state, before, colors);
      evaluate(team, state);
      team.barrier();
    }
  }

  template <class Team>
  AATGS_FN static void report(Team& team, const Config& config, State& state, Telemetry& telemetry, bool idle) {
    // An output, when asked for, is the best colouring as far as it fits.
    const uint64_t room = config.header.output_bytes / sizeof(uint32_t);
    const uint32_t shown = room < state.graph.n ? static_cast<uint32_t>(room) : state.graph.n;
    auto* output = reinterpret_cast<uint32_t*>(config.header.output);
    team.for_each(shown, [&](uint32_t v) { output[v] = state.best[v]; });
    // Right after a change of colours the search has not looked at its members yet.
    const uint32_t members = is_sparse(state) ? 0 : state.population;
    const uint32_t fewest =
        team.template min<uint32_t>(members, [&](uint32_t i) { return state.members[i].best_conflicts; });
    if constexpr (kHasSparse) {
      if (is_sparse(state) && state.sparse.levels) report_levels(team, state);
    }
    team.leader([&] {
      const Search& search = *state.search;
      telemetry.moves = search.moves;
      telemetry.conflicts = fewest < search.conflicts ? fewest : search.conflicts;
      telemetry.colors = search.colors;
      telemetry.best_conflicts = search.best_conflicts;
      telemetry.best_colors = search.best_colors;
      telemetry.generation = search.generation;
      telemetry.dynamic = static_cast<uint32_t>(state.dynamic);
      telemetry.header.output_bytes = shown * static_cast<uint32_t>(sizeof(uint32_t));
      if (search.converged) telemetry.header.status |= static_cast<uint32_t>(Status::CONVERGED);
      if (idle) telemetry.header.status |= static_cast<uint32_t>(Status::IDLE);
    });
  }
};

/// All of it, as the CPU has it.
using WhcrStep = WhcrStepOf<kDenseRegime | kSparseRegime>;

}  // namespace aatgs::whcr
