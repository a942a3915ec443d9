// The step of @aatgs/thermo: a substep is one round: sweeps of all replicas, exchanges, cluster moves, a sample. Where
// several members share the replicas, only energies cross between them: each makes all exchanges itself, with the same
// random numbers, and replicas keep their places.
#pragma once
#include <cstdint>

#include "aatgs/module.hpp"
#include "aatgs/team.hpp"
#include "thermo/thermo_cluster.hpp"
#include "thermo/thermo_exchange.hpp"
#include "thermo/thermo_measure.hpp"
#include "thermo/thermo_reset.hpp"
#include "thermo/thermo_setup.hpp"
#include "thermo/thermo_sweeps.hpp"
#include "thermo/thermo_together.hpp"

namespace aatgs::thermo {

template <uint32_t kKinds>
struct ThermoStepOf {
  using Setup = ThermoSetup;
  using Config = ThermoConfig;
  using Telemetry = ThermoTelemetry;
  using State = ThermoState;
  static constexpr uint32_t kBlockThreads = 512;
  static constexpr uint32_t kBlocksPerMultiprocessor = 1;

  static const char* check(const SetupView<Setup>& setup) { return check_setup(setup); }

  static void lay_out(Arena& arena, const SetupView<Setup>& setup, State& state) {
    lay_out_state(arena, setup, state);
    switch (kind_of(state)) {
      case kBytes:
        return arena.kernels<ThermoStepOf<kBytes>>("thermo_bytes");
      case kPacked:
        return arena.kernels<ThermoStepOf<kPacked>>("thermo_packed");
      case kDense:
        return arena.kernels<ThermoStepOf<kDense>>("thermo_dense");
      case kSquare:
        return arena.kernels<ThermoStepOf<kSquare>>("thermo_square");
      case kLattices:
        return arena.kernels<ThermoStepOf<kLattices>>("thermo_lattices");
    }
  }

  template <class Team>
  AATGS_FN static void run(Team& team, const Config& config, State& given, Telemetry& telemetry) {
#if AATGS_ON_DEVICE
    // As a kernel's parameter all 150 words of it were read at once, and spilled; from here they are read where they are used.
    __shared__ State state;
    for (uint32_t i = threadIdx.x; i < sizeof(State) / 4; i += kBlockThreads)
      reinterpret_cast<uint32_t*>(&state)[i] = reinterpret_cast<const uint32_t*>(&given)[i];
    __syncthreads();
#else
    State& state = given;
#endif
    const auto phase = static_cast<ThermoPhase>(config.header.phase);
    const bool started = state.run->started != 0;
    team.barrier();
    if (phase == ThermoPhase::RESET || !started)
      reset<kKinds>(team, state, phase == ThermoPhase::RESET ? config : state.first);
    const bool idle = state.run->converged && phase != ThermoPhase::RESET &&
                      (config.substeps > 0 || (phase != ThermoPhase::RUN && phase != ThermoPhase::TOGETHER));
    team.barrier();
    if (!idle) work(team, config, state, phase);
    report(team, state, telemetry, idle);
  }

 private:
  /// What a config asks for, as halves of rounds, so that each of them is in the kernel once: compilers give large ones fewer
  /// registers. RUN, TOGETHER: sweeps and the rest in turn.
  template <class Team>
  AATGS_FN static void work(Team& team, const Config& config, State& state, ThermoPhase phase) {
    const bool together = phase == ThermoPhase::TOGETHER && config.energies != 0 && config.incoming != 0;
    const bool runs = together || (phase == ThermoPhase::RUN && state.members == 1);
    const bool hands_out = phase == ThermoPhase::SWEEP && config.energies != 0;
    if (phase == ThermoPhase::GATHER && config.energies != 0) {
      const auto* others = reinterpret_cast<const int64_t*>(config.energies);
      team.for_each(state.replicas, [&](uint32_t r) { state.energies[r] += others[r]; });
      team.barrier();
    }
    uint64_t halves = runs ? uint64_t{2} * config.substeps : phase == ThermoPhase::EXCHANGE || hands_out ? 1 : 0;
    for (bool sweeps = runs || hands_out; halves > 0; --halves, sweeps = !sweeps) {
      if (runs && sweeps && (state.run->converged || state.run->parted || team.cancelled())) break;
      if (sweeps) {
        sweep(team, state);
      } else {
        finish_round(team, state);
      }
      team.barrier();
      if (together && sweeps && !meet(team, state, config)) break;
    }
    if (hands_out) hand_out(team, state, reinterpret_cast<int64_t*>(config.energies));
    team.barrier();
  }

  /// The first half of a round: sweeps of this member's replicas, and their energies. The caller puts a barrier after it.
  template <class Team>
  AATGS_FN static void sweep(Team& team, State& state) {
    const Run& run = *state.run;
    const uint64_t rounds = run.rounds;
    if (rounds < run.anneal || rounds == 0) {
      team.leader([&] {
        *state.scale = rounds < run.anneal ? static_cast<float>(rounds + 1) / static_cast<float>(run.anneal) : 1.0f;
      });
      team.barrier();
    }
    sweep_all<kKinds>(team, state);
  }

  /// The second half, which every member makes alike: exchanges, a sample, the ladder's adaptation. What is to be done is
  /// settled before the first barrier: behind it the leader may already count the round. The caller puts a barrier after it.
  template <class Team>
  AATGS_FN static void finish_round(Team& team, State& state) {
    const Run& run = *state.run;
    const uint64_t rounds = run.rounds;
    const bool clusters = is<kKinds>(state, kGraphs) && state.cluster_every && (rounds + 1) % state.cluster_every == 0;
    const bool sampling =
        rounds >= run.burn_in && run.samples < run.samples_wanted && (rounds + 1 - run.burn_in) % run.sample_every == 0;
    const bool adapts = run.adapt && state.rungs > 2 && rounds + 1 == run.next_adaptation && rounds + 1 <= run.burn_in;
    const bool forgets = adapts || rounds + 1 == run.anneal || rounds + 1 == run.burn_in;
    if (!is<kKinds>(state, kGraphs)) note_lowest(team, state);
    if (state.rungs > 1) exchange(team, state);
    team.barrier();
    if (clusters) {
      move_clusters(team, state);
      team.barrier();
      count_energies<kKinds>(team, state);
      team.barrier();
    }
    if (sampling) take_sample<kKinds>(team, state);
    if (adapts) {
      team.leader([&] { adapt_ladder(state, state.before); });
      team.barrier();
    }
    if (forgets) forget_exchanges(team, state);
    team.leader([&] {
      Run& mine = *state.run;
      mine.rounds = rounds + 1;
      mine.samples += sampling;
      if (adapts) mine.next_adaptation += mine.next_adaptation - mine.anneal;
      mine.converged = mine.reached || (mine.samples_wanted > 0 && mine.samples == mine.samples_wanted);
    });
  }

  template <class Team>
  AATGS_FN static void report(Team& team, State& state, Telemetry& telemetry, bool idle) {
    const auto best = team.template argmin<int64_t>(state.packs, [&](uint32_t p) { return state.best_energy[p]; });
    if (is<kKinds>(state, kGraphs)) {
      const int8_t* spins = state.best_spins + best.index * state.graph.n;
      const bool potts = state.model == ThermoModel::POTTS;
      team.for_each(state.graph.n, [&](uint32_t site) {
        state.best[state.graph.label[site]] = potts ? static_cast<uint8_t>(spins[site]) : spins[site];
      });
    }
    const uint64_t pairs = uint64_t{state.ladders} * (state.rungs - 1);
    const auto tried = team.template sum<uint64_t>(pairs, [&](uint64_t i) { return state.pairs[i].tried; });
    const auto made = team.template sum<uint64_t>(pairs, [&](uint64_t i) { return state.pairs[i].made; });
    const auto trips = team.template sum<uint32_t>(state.replicas, [&](uint32_t r) { return state.walkers[r].trips; });
    team.leader([&] {
      const Run& run = *state.run;
      telemetry.rounds = run.rounds;
      telemetry.best_energy = static_cast<double>(best.value);
      telemetry.samples = run.samples;
      telemetry.round_trips = trips;
      telemetry.acceptance = tried ? static_cast<float>(static_cast<double>(made) / static_cast<double>(tried)) : 0.0f;
      if (run.converged) telemetry.header.status |= static_cast<uint32_t>(Status::CONVERGED);
      if (idle) telemetry.header.status |= static_cast<uint32_t>(Status::IDLE);
    });
  }
};

/// All of it, as the CPU has it.
using ThermoStep = ThermoStepOf<kAllKinds>;

}  // namespace aatgs::thermo
