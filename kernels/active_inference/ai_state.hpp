// What an instance holds: the model, its tables, the agents, and the room their work needs.
#pragma once
#include <cstdint>

#include "aatgs/philox.hpp"
#include "active_inference/ai_structure.hpp"

namespace aatgs::active_inference {

enum ParameterSet : uint32_t { SET_A, SET_B, SET_C, SET_D, SET_E, kSets };

/// Numbers reported of each agent.
enum Energy : uint32_t {
  FREE_ENERGY,
  NEGATIVE_ENTROPY,
  PRIOR_CROSS_ENTROPY,
  TRANSITION_CROSS_ENTROPY,
  ACCURACY,
  ITERATIONS,
  GAMMA,
  kEnergies
};

/// Parts of a policy tree node's negative expected free energy.
enum Part : uint32_t { UTILITY, STATE_GAIN, NOVELTY_A, NOVELTY_B, INDUCTIVE, kParts };

/// The options of the setup that the step looks at, in the instance's precision where they are numbers.
template <class Real>
struct Options {
  uint32_t algorithm, flags, iterations, horizon, policies, policy_length, preference_steps;
  uint32_t precision_iterations, induction_depth, search_depth, episode;
  uint32_t learn_modalities, learn_factors, learn_automatically;
  Real tolerance, tau, gamma, alpha, induction_epsilon, induction_threshold;
  Real policy_prune, outcome_prune, prune_penalty, search_gamma;
  Real rates[kSets], forgetting[kSets];
  AATGS_FN bool has(AiFlag flag) const { return (flags & static_cast<uint32_t>(flag)) != 0; }
  AATGS_FN bool adds_floor() const { return has(AiFlag::ADD_FLOOR); }
};

/// Places in an agent's working room, elements from its start.
struct Room {
  uint32_t prior, logits, likelihood;  // inference
  uint32_t predicted;  // (policyLength + 1) x states: beliefs along a path of the policy tree
  uint32_t joint, joint_before, expected;  // joint states, expected outcomes
  uint32_t gained;  // policyLength + 1: expected free energy up to each depth
  uint32_t rows;  // factors: row of the inductive matrix
  uint32_t leaves;  // expected free energy of the leaves of all components
  uint32_t marginals;  // controls x 32: partial sums; not where each of many agents is one thread of a GPU
  uint32_t combinations;  // streamed: maximum and weight for each first action
  uint32_t window;  // message passing: a second copy of the window's beliefs, or of one step of them
  uint32_t search;  // sophisticated inference: frames
  uint32_t frame;  // elements of a frame
  uint32_t size;
};

struct SmallTables;
struct Chunk;
struct Fragment;
struct ChainRow;

/// Tables for many agents of one shared model (ai_dense_many.hpp).
struct NodeTables {
  uint32_t* ready;  // zero until a step has filled the others
  const uint32_t* parents;  // of each node; itself at the root
  float* paths;  // nodes x 64 x 64: [state then][state now]
  float* linear;  // nodes x 64: utility and ambiguity of a state now
  float* scales;  // nodes: by what `linear` is multiplied in fragments
  Fragment* outcomes;  // nodes x tiles x steps x 32
  Fragment* linears;  // nodes in eights x steps x 32
};

/// A policy tree that is evaluated for each agent (ai_dense_block.hpp).
struct ChunkTables {
  uint32_t chunk_count, kept, places, teams;  // no chunks: not so
  const Chunk* chunks;
  const uint32_t* children;  // of every kept row and control: its row, or none
  const uint32_t* leaves;  // policies of the rows of the last depth
};

template <class Real>
struct alignas(16) View {
  Structure model;
  Options<Real> options;
  Room room;
  uint32_t agents, interleave;
  uint32_t first_agent;  // number of the first agent among those of all instances
  uint32_t alone;  // 1: an agent is one thread's work
  uint32_t in_shared;  // 1: working rooms lie in shared memory
  uint32_t threads;  // rooms in scratch memory, where they do not
  uint32_t per_agent, learned;
  uint32_t small;  // the compiled size the model has; 0: none
  SmallTables* small_tables;
  uint32_t chained;  // 1: the model is made of chains, and each of many agents is one thread
  ChainRow* chains;
  uint32_t for_many;  // 1: policies are evaluated for many agents at once
  NodeTables many;
  ChunkTables tree;
  Real* rooms;
  double* pool;  // sums of what agents learn together, in parts
  // The parameters as given.
  const Real* given[kSets];
  const Real* given_counts[kSets];
  const Real* goals;  // states: 1 where a factor's goal is
  uint64_t sizes[kSets];
  // State.
  Rows<Real> parameters[kSets];
  Rows<Real> counts[kSets];
  Rows<Real> log_a, gain_a, novelty_a, novelty_b, log_c, paths;
  Rows<Real> beliefs, previous, prior;
  Rows<Real> values, posterior, marginals, energies;
  Rows<Real> policy_energies, policy_priors;
  Rows<Real> sequences;  // beliefs over the window, or of every policy over window and future
  Rows<Real> filtered;  // horizon x states: beliefs when they were the present
  Rows<Real> pairs;  // (horizon - 1) x [next state][state] of every factor: smoothed beliefs about both
  Rows<Real> chances;  // of every control, then of every policy: how likely a random choice takes it
  Rows<Real> details;  // of every node of the policy trees: states, outcomes, parts
  Rows<Real> soft;  // outcomes: the observation as distributions
  Rows<uint32_t> actions, observations, hidden, history, clock;

  AATGS_FN uint32_t details_width() const { return model.states + model.outcomes + kParts; }
  AATGS_FN uint32_t pair_width() const { return model.squares; }
  /// Beliefs of one row of `sequences`.
  AATGS_FN uint32_t sequence_steps() const {
    if (options.algorithm != static_cast<uint32_t>(AiAlgorithm::POLICY_MMP)) return options.horizon;
    return options.horizon + options.policy_length;
  }
  /// `history`: observations of the window, then the actions between them.
  AATGS_FN uint32_t history_width() const { return options.horizon * (model.modality_count + model.factor_count); }
};

/// What lies in an agent's `clock` row.
enum Clock : uint32_t { STEPS, WINDOW, ACTED, kClock };  // steps since the reset; observations in the window; has acted

/// Counters of the instance.
struct Run {
  uint32_t started;
  uint32_t episode;  // steps; 0: no end
  uint64_t steps;
};
// Words of an observation and actions that a config holds itself, and factors whose actions its record holds.
static_assert(sizeof(AiConfig::words) == INLINE_WORDS * 4 && sizeof(AiTelemetry::actions) == INLINE_FACTORS * 4);

/// The ways an instance works, one for all its life, as its setup says. A GPU has kernels for each; the CPU's step has all.
enum Kinds : uint32_t {
  kWarps = 1,  // float32, a warp for each agent, or on the CPU a thread for one after the other
  kDoubles = 2,  // the same in float64
  kEach = 4,  // a thread for each of many agents
  kSmall = 8,  // few agents of a small model, a block each (ai_small_block.hpp)
  kShared = 16,  // one factor, one model of many agents on tensor cores (ai_dense_many.hpp)
  kOwn = 32,  // one factor, agents' own policies on tensor cores (ai_dense_block.hpp)
};
inline constexpr uint32_t kAllKinds = kWarps | kDoubles | kEach | kSmall | kShared | kOwn;

/// Small, since every thread has its own copy; the view lies in memory, once.
struct AiState {
  Run* run;
  const View<float>* f32;  // the one of the instance's precision; the other is null
  const View<double>* f64;
  /// 1: the block's shared memory holds the small model. Every thread of a resident grid has its own copy of this; on the
  /// CPU it stays zero.
  uint32_t staged;
};

/// One agent's work: its rows, its working room, and who does it.
template <class Scope, class Real>
struct Agent {
  Scope scope;
  const View<Real>& view;
  const Structure& model;
  const Options<Real>& options;
  uint32_t id;
  Vec<Real> room;

  AATGS_FN Agent(const View<Real>& v, uint32_t agent, Vec<Real> space)
      : view(v), model(v.model), options(v.options), id(agent), room(space) {}
  AATGS_FN Vec<Real> place(uint32_t at) const { return room.from(at); }
  AATGS_FN Vec<Real> beliefs() const { return view.beliefs[id]; }
};

/// What a random number is for; keeps the streams apart.
enum class Purpose : uint32_t { ACTION, TIE, START, MOVE, OUTCOME };

/// A block of random words of one agent at one of its time steps; `part` is the factor or modality.
AATGS_FN PhiloxBlock draw(uint64_t seed, Purpose purpose, uint32_t agent, uint32_t step, uint32_t part) {
  return philox4x32({{part, agent, step, static_cast<uint32_t>(purpose) << 24}}, static_cast<uint32_t>(seed),
                    static_cast<uint32_t>(seed >> 32));
}

/// A number in [0, 1) from a block.
template <class Real>
AATGS_FN Real uniform_of(const PhiloxBlock& block) {
  if constexpr (sizeof(Real) == 8) {
    return uniform_double(block.x[0], block.x[1]);
  } else {
    return uniform_float(block.x[0]);
  }
}

}  // namespace aatgs::active_inference
