// The step of @aatgs/lbs: a substep is one structure of the batch, from atoms to ranked sites.
#pragma once
#include <cstdint>

#include "aatgs/team.hpp"
#include "lbs/lbs_predict.hpp"
#include "lbs/lbs_setup.hpp"

namespace aatgs::lbs {

struct LbsStep {
  using Setup = LbsSetup;
  using Config = LbsConfig;
  using Telemetry = LbsTelemetry;
  using State = LbsState;

  static const char* check(const SetupView<Setup>& setup) { return check_setup(setup); }
  static void lay_out(Arena& arena, const SetupView<Setup>& setup, State& state) { lay_out_state(arena, setup, state); }

  template <class Team>
  AATGS_FN static void run(Team& team, const Config& config, State& state, Telemetry& telemetry) {
    const bool loads = config.header.phase == static_cast<uint32_t>(LbsPhase::LOAD);
    const auto* staged = reinterpret_cast<const uint32_t*>(config.header.input);
    const uint64_t staged_words = config.header.input_bytes / 4;
    uint32_t overflow = 0;
    const bool fresh = state.progress->loaded == 0;
    team.barrier();
    if (loads && config.header.input_bytes > 0) {
      overflow = refused(state, staged, staged_words);
      if (overflow == 0) load(team, state, staged, static_cast<uint32_t>(staged_words));
    } else if (loads || fresh) {
      load(team, state, state.first_batch, state.first_words);
    }
    team.barrier();
    const Progress before = *state.progress;
    team.barrier();
    const uint32_t left = before.structures - before.done;
    const uint32_t take = overflow != 0 ? 0 : config.substeps < left ? config.substeps : left;
    Job job{state, Batch(state.input, before.structures, before.atoms), {}, {}, 0};
    if (take > 0) {
      const Box& last = job.batch.boxes[before.done + take - 1];
      job.range = {before.done, before.done + take, job.batch.boxes[before.done].first_atom,
                   last.first_atom + last.atoms};
      job.surface = {state.directions, state.exposed, state.starts, state.points, state.max_points};
      for (uint32_t r = 0; r < config.repeats && !team.cancelled(); ++r) predict(team, job);
      if (job.points == state.max_points) overflow |= static_cast<uint32_t>(LbsFlag::POINTS);
    }
    const bool whole = !team.cancelled();
    uint32_t listed = 0;
    if (take > 0 && whole) listed = give_back(team, config, job, telemetry, overflow);
    // Of the copy where there is one: what was staged may lie in the host's memory. Its last bytes may be no whole word.
    const uint32_t* input = overflow == 0 ? state.input : staged;
    const uint32_t rest = static_cast<uint32_t>(config.header.input_bytes % 4);
    const uint32_t sum = !loads ? 0 : team.template sum<uint32_t>(staged_words + rest, [&](uint64_t i) -> uint32_t {
      if (i >= staged_words) return reinterpret_cast<const uint8_t*>(staged + staged_words)[i - staged_words];
      const uint32_t word = input[i];
      return (word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24);
    });
    const uint32_t sites = take == 0 ? 0 : team.template sum<uint32_t>(take, [&](uint32_t s) {
      return state.results[job.range.first + s].sites;
    });
    team.barrier();
    team.leader([&] {
      if (whole) state.progress->done = before.done + take;
      telemetry.done = before.done + (whole ? take : 0);
      telemetry.structures = before.structures;
      telemetry.points = job.points;
      telemetry.sites = sites;
      telemetry.overflow = overflow | listed;
      telemetry.input_sum = sum;
      if (telemetry.done == before.structures) telemetry.header.status |= static_cast<uint32_t>(Status::CONVERGED);
      if (take == 0 && config.substeps > 0) telemetry.header.status |= static_cast<uint32_t>(Status::IDLE);
    });
  }

 private:
  /// The flags of a staged batch that cannot be taken.
  AATGS_FN static uint32_t refused(const State& state, const uint32_t* staged, uint64_t words) {
    if (words < kInputHeaderWords || staged[0] != kInputMagic) return static_cast<uint32_t>(LbsFlag::STRUCTURES);
    if (staged[1] > state.max_structures) return static_cast<uint32_t>(LbsFlag::STRUCTURES);
    if (staged[2] > state.max_atoms) return static_cast<uint32_t>(LbsFlag::ATOMS);
    return words < input_words(staged[1], staged[2]) ? static_cast<uint32_t>(LbsFlag::ATOMS) : 0;
  }

  template <class Team>
  AATGS_FN static void load(Team& team, State& state, const uint32_t* batch, uint32_t words) {
    team.for_each(words, [&](uint32_t i) { state.input[i] = batch[i]; });
    team.leader([&] { *state.progress = {words ? batch[1] : 0, words ? batch[2] : 0, 0, 1}; });
    // What is left of an earlier batch is no part of this one.
    auto* results = reinterpret_cast<uint32_t*>(state.results);
    team.for_each(state.max_structures * kStructureWords, [&](uint32_t i) { results[i] = 0; });
  }

  /// Writes the output as far as it was asked for and fits; gives back flags.
  template <class Team>
  AATGS_FN static uint32_t give_back(Team& team, const Config& config, const Job& job, Telemetry& telemetry,
                                     uint32_t overflow) {
    const State& state = job.state;
    const Range& range = job.range;
    const uint64_t room = config.header.output_bytes / 4;
    if (room == 0) return 0;
    const uint64_t without = output_words(range.structures(), range.atoms(), 0);
    if (without > room) return static_cast<uint32_t>(LbsFlag::OUTPUT);
    const uint64_t fit = (room - without) / 5;
    const uint32_t listed = config.want_points == 0 ? 0 : job.points < fit ? job.points : static_cast<uint32_t>(fit);
    auto* out = reinterpret_cast<uint32_t*>(config.header.output);
    auto* results = out + kOutputHeaderWords;
    auto* atoms = results + kStructureWords * range.structures();
    auto* points = atoms + 2 * uint64_t{range.atoms()};
    const auto* source = reinterpret_cast<const uint32_t*>(state.results + range.first);
    team.for_each(kStructureWords * range.structures(), [&](uint32_t i) { results[i] = source[i]; });
    team.barrier();
    // Where a structure's points begin depends on what was predicted with it, and so is no part of the state.
    team.for_each(range.structures(),
                  [&](uint32_t s) { results[kStructureWords * s + 2] = job.points_of(range.first + s).first; });
    team.for_each(range.atoms(), [&](uint32_t i) {
      reinterpret_cast<float*>(atoms)[2 * i] = state.atom_score[range.first_atom + i];
      atoms[2 * i + 1] = state.atom_site[range.first_atom + i];
    });
    team.for_each(listed, [&](uint32_t q) {
      auto* floats = reinterpret_cast<float*>(points + 5 * uint64_t{q});
      floats[0] = job.surface.points[q].x;
      floats[1] = job.surface.points[q].y;
      floats[2] = job.surface.points[q].z;
      floats[3] = state.score[q];
      points[5 * uint64_t{q} + 4] = state.site_of[q];
    });
    team.leader([&] {
      const uint32_t header[kOutputHeaderWords] = {kOutputMagic, range.first, range.structures(), range.atoms(),
                                                   job.points,   listed,      overflow,           0};
      for (uint32_t i = 0; i < kOutputHeaderWords; ++i) out[i] = header[i];
      telemetry.header.output_bytes = static_cast<uint32_t>(4 * (without + 5 * uint64_t{listed}));
    });
    return config.want_points != 0 && listed < job.points ? static_cast<uint32_t>(LbsFlag::OUTPUT) : 0;
  }
};

}  // namespace aatgs::lbs
