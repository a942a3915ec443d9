// The memory of an instance, named.
#pragma once
#include "aatgs/module.hpp"
#include "active_inference/ai_check.hpp"
#include "active_inference/ai_dense_block.hpp"
#include "active_inference/ai_dense_many.hpp"
#include "active_inference/ai_learn.hpp"
#include "active_inference/ai_search.hpp"
#include "active_inference/ai_small_block.hpp"
#include "active_inference/ai_state.hpp"
#include "active_inference/ai_tensor.hpp"

namespace aatgs::active_inference {

/// How an instance works.
inline Kinds kind_of(const View<float>& view) {
  if (view.for_many) return kShared;
  if (view.tree.chunk_count > 0) return kOwn;
  if (view.alone) return kEach;
  return view.small ? kSmall : kWarps;
}

/// Agents from which a GPU gives each a thread instead of a warp, if the model is small, in float32, and nothing
/// looks back or searches.
inline constexpr uint32_t kManyAgents = 1024;
/// States of all factors up to which one thread can do an agent's work well; up to the second with this many agents.
inline constexpr uint32_t kSmallModel = 32, kLargerModel = 40, kManyLargerAgents = 16384;
/// Shared memory left to the team.
inline constexpr uint64_t kTeamShared = 16384;

template <class Real>
Options<Real> options_of(const Setup& setup) {
  Options<Real> options{};
  options.algorithm = setup->algorithm;
  options.flags = setup->flags;
  options.iterations = setup->iterations;
  options.horizon = setup->horizon;
  options.policies = setup->policies;
  options.policy_length = setup->policy_length;
  options.preference_steps = setup->preference_steps;
  options.precision_iterations = setup->precision_iterations;
  options.induction_depth = setup->induction_depth;
  options.search_depth = setup->search_depth;
  options.episode = setup->episode;
  options.learn_modalities = setup->learn_modalities;
  options.learn_factors = setup->learn_factors;
  options.learn_automatically = setup->learn_automatically;
  options.tolerance = static_cast<Real>(setup->tolerance);
  options.tau = static_cast<Real>(setup->tau);
  options.gamma = static_cast<Real>(setup->gamma);
  options.alpha = static_cast<Real>(setup->alpha);
  options.induction_epsilon = static_cast<Real>(setup->induction_epsilon);
  options.induction_threshold = static_cast<Real>(setup->induction_threshold);
  options.policy_prune = static_cast<Real>(setup->policy_prune);
  options.outcome_prune = static_cast<Real>(setup->outcome_prune);
  options.prune_penalty = static_cast<Real>(setup->prune_penalty);
  options.search_gamma = static_cast<Real>(setup->search_gamma);
  for (uint32_t set = 0; set < kSets; ++set) {
    options.rates[set] = static_cast<Real>(setup->rates[set]);
    options.forgetting[set] = static_cast<Real>(setup->forgetting[set]);
  }
  return options;
}

template <class Real>
Room room_of(const Setup& setup, const Structure& model, const Options<Real>& options, bool thread_each) {
  Room room{};
  const auto take = [&](uint64_t n) {
    const uint32_t at = room.size;
    room.size += static_cast<uint32_t>(n);
    return at;
  };
  const bool windowed = options.algorithm == static_cast<uint32_t>(AiAlgorithm::MMP) ||
                        options.algorithm == static_cast<uint32_t>(AiAlgorithm::VMP);
  room.prior = take(model.states);
  room.logits = take(model.states);
  room.likelihood = take(model.joint);
  room.predicted = take(uint64_t{options.policy_length + 1} * model.states);
  room.joint = take(model.widest);
  room.expected = take(model.most_outcomes);
  room.gained = take(options.policy_length + 1);
  room.rows = take(options.has(AiFlag::INDUCTIVE) ? model.factor_count : 0);
  const bool leaves = options.has(AiFlag::ANY_ORDER), infers = options.precision_iterations > 0;
  const uint32_t policies = infers ? options.policies : 0;
  const uint32_t most = leaves && setup->leaves > policies ? setup->leaves : policies;
  room.leaves = take(most);
  room.marginals = take(thread_each ? 0 : uint64_t{model.controls} * 32);
  uint32_t combinations = 0;
  const auto* components = setup.part<Component>(PART_COMPONENTS);
  for (uint32_t c = 0; options.has(AiFlag::STREAMED) && c < setup->components; ++c) {
    if (components[c].combinations > combinations) combinations = components[c].combinations;
  }
  room.combinations = take(combinations);
  room.window = take(windowed ? uint64_t{options.horizon} * model.states : 0);
  room.frame = Frame<Real>::size(model, options.policies);
  room.search = take(options.has(AiFlag::SEARCH) ? uint64_t{options.search_depth} * room.frame : 0);
  return room;
}

template <class Real>
void lay_out_view(Arena& arena, const Setup& setup, View<Real>& view) {
  Structure& model = view.model;
  model = structure_of(setup);
  const auto table = [&]<class T>(const T*, uint32_t part) {
    return arena.constant(setup.count<T>(part), setup.part<T>(part));
  };
  model.factors = table(model.factors, PART_FACTORS);
  model.modalities = table(model.modalities, PART_MODALITIES);
  model.groups = table(model.groups, PART_GROUPS);
  model.lists = table(model.lists, PART_LISTS);
  model.components = table(model.components, PART_COMPONENTS);
  model.nodes = table(model.nodes, PART_NODES);
  model.node_actions = table(model.node_actions, PART_NODE_ACTIONS);
  model.policy_leaf = table(model.policy_leaf, PART_POLICY_LEAF);
  model.policy_first = table(model.policy_first, PART_POLICY_FIRST);
  view.options = options_of<Real>(setup);
  const Options<Real>& options = view.options;
  view.agents = setup->agents;
  view.first_agent = setup->first_agent;
  view.per_agent = setup->per_agent;
  view.learned = setup->learned;
  const bool plain = options.algorithm == static_cast<uint32_t>(AiAlgorithm::FPI) && options.horizon == 1 &&
                     !options.has(AiFlag::SEARCH);
  const bool enough = model.states <= kSmallModel ? setup->agents >= kManyAgents
                                                  : model.states <= kLargerModel && setup->agents >= kManyLargerAgents;
  const bool many = enough && sizeof(Real) == 4 && plain;
  view.room = room_of(setup, model, options, many && arena.target().is_cuda);
  view.interleave = many ? kInterleave : 1;
  view.alone = many ? 1 : 0;

  const uint64_t sizes[kSets] = {model.a_size, model.b_size, uint64_t{options.preference_steps} * model.outcomes,
                                 model.states, options.policies};
  for (uint32_t set = 0; set < kSets; ++set) {
    view.sizes[set] = sizes[set];
    view.given[set] = table(static_cast<const Real*>(nullptr), PART_PARAMETERS + set);
    view.given_counts[set] = table(static_cast<const Real*>(nullptr), PART_COUNTS + set);
  }
  view.goals = table(static_cast<const Real*>(nullptr), PART_GOALS);

  const uint64_t agents = (uint64_t{setup->agents} + view.interleave - 1) / view.interleave * view.interleave;
  const auto rows = [&]<class T>(Rows<T>& to, uint64_t width, const char* name) {
    // Regions with names are few: what takes no room takes no name.
    to = {arena.state<T>(width * agents, width > 0 ? name : nullptr), static_cast<uint32_t>(width), view.interleave};
  };
  const auto parameter_rows = [&](Rows<Real>& to, uint64_t width, uint32_t set, const char* name) {
    if ((view.per_agent >> set & 1) != 0) return rows(to, width, name);
    to = {arena.state<Real>(width, width > 0 ? name : nullptr), static_cast<uint32_t>(width), 0};
  };
  // What is learned lies together, so that the host can read it as one: for each set its parameters, then its counts.
  const auto is_own = [&](uint32_t set) { return (view.per_agent >> set & 1) != 0; };
  const auto is_learned = [&](uint32_t set) { return (view.learned >> set & 1) != 0; };
  uint64_t learned_size = 0;
  for (uint32_t set = 0; set < kSets; ++set) {
    if (is_learned(set)) learned_size += 2 * sizes[set] * (is_own(set) ? agents : 1);
  }
  Real* learned_at = arena.state<Real>(learned_size, learned_size > 0 ? "learned" : nullptr);
  for (uint32_t set = 0; set < kSets; ++set) {
    if (is_learned(set)) {
      for (Rows<Real>* to : {&view.parameters[set], &view.counts[set]}) {
        *to = {learned_at, static_cast<uint32_t>(sizes[set]), is_own(set) ? view.interleave : 0};
        if (learned_at) learned_at += sizes[set] * (is_own(set) ? agents : 1);
      }
    } else if (is_own(set) && many) {
      rows(view.parameters[set], sizes[set], nullptr);
    } else {
      // What never changes and lies as it should is used where it was given.
      view.parameters[set] = {const_cast<Real*>(view.given[set]), static_cast<uint32_t>(sizes[set]),
                              is_own(set) ? 1u : 0u};
    }
  }
  parameter_rows(view.log_a, model.a_size, SET_A, nullptr);
  parameter_rows(view.gain_a, model.modality_joint, SET_A, nullptr);
  parameter_rows(view.novelty_a, options.has(AiFlag::NOVELTY_A) ? model.a_size : 0, SET_A, "noveltyA");
  parameter_rows(view.novelty_b, options.has(AiFlag::NOVELTY_B) ? model.b_size : 0, SET_B, "noveltyB");
  parameter_rows(view.log_c, sizes[SET_C], SET_C, nullptr);
  parameter_rows(view.paths, uint64_t{options.induction_depth} * model.states, SET_B, "paths");

  rows(view.beliefs, model.states, "beliefs");
  rows(view.prior, model.states, "prior");
  rows(view.previous, model.states, nullptr);
  rows(view.values, options.policies, "values");
  rows(view.posterior, options.policies, "posterior");
  rows(view.marginals, model.controls, "marginals");
  rows(view.energies, kEnergies, "energies");
  rows(view.actions, model.factor_count, "actions");
  rows(view.observations, model.modality_count, nullptr);
  rows(view.hidden, model.factor_count, "hidden");
  rows(view.clock, kClock, nullptr);
  const bool every = options.algorithm == static_cast<uint32_t>(AiAlgorithm::POLICY_MMP);
  const bool algorithm_is_fpi = options.algorithm == static_cast<uint32_t>(AiAlgorithm::FPI);
  const bool windowed = !algorithm_is_fpi || options.horizon > 1;
  rows(view.policy_energies, every ? options.policies : 0, "policyEnergies");
  const bool own_priors = options.has(AiFlag::POLICY_PRIORS);
  rows(view.policy_priors, every ? (own_priors ? uint64_t{options.policies} : 1) * model.states : 0, nullptr);
  const uint64_t steps = view.sequence_steps();
  rows(view.sequences, windowed ? (every ? options.policies : 1) * steps * model.states : 0, "sequences");
  rows(view.filtered, windowed && !every ? uint64_t{options.horizon} * model.states : 0, nullptr);
  rows(view.pairs, algorithm_is_fpi && windowed ? uint64_t{options.horizon - 1} * view.pair_width() : 0, "pairs");
  rows(view.chances, options.has(AiFlag::DETAILS) ? model.controls + options.policies : 0, "chances");
  rows(view.history, windowed ? view.history_width() : 0, nullptr);
  rows(view.details, options.has(AiFlag::DETAILS) ? uint64_t{setup->nodes} * view.details_width() : 0, "details");
  rows(view.soft, options.has(AiFlag::SOFT) ? model.outcomes : 0, nullptr);

  uint64_t block_bytes = 0;
  if constexpr (sizeof(Real) == 4) {
    view.small = small_shape(view, setup.part<Factor>(PART_FACTORS), setup.part<Modality>(PART_MODALITIES),
                             setup.part<Group>(PART_GROUPS), setup.part<uint32_t>(PART_LISTS));
    view.small_tables = arena.state<SmallTables>(view.small ? 1 : 0);
    if (view.small && !many && arena.target().is_cuda) block_bytes = sizeof(SmallRoom);
    if (view.small) {
      // Its own use of the working room comes before or after all others.
      view.room.leaves = 0;
      if (view.room.size < options.policies) view.room.size = options.policies;
    }
    const auto* factors = setup.part<Factor>(PART_FACTORS);
    view.chained = chains_fit(view, factors, setup.part<Modality>(PART_MODALITIES), setup.part<Group>(PART_GROUPS));
    uint64_t rows_of_chains = 0;
    for (uint32_t f = 0; view.chained && f < model.factor_count; ++f) {
      rows_of_chains += chain_rows(factors[f], options.preference_steps);
    }
    view.chains = arena.state<ChainRow>(rows_of_chains);
    const auto* nodes = setup.part<Node>(PART_NODES);
    const bool fits =
        arena.target().is_cuda && tensor_fits(view, setup.part<Group>(PART_GROUPS)) && setup->nodes <= kTensorNodes;
    const bool shared = (view.per_agent & (1u << SET_A | 1u << SET_B | 1u << SET_C)) == 0;
    const uint64_t many_bytes = many_shared_bytes(options.policy_length);
    view.for_many = fits && shared && setup->agents >= kManyAgents && !options.has(AiFlag::INDUCTIVE) &&
                    many_bytes + kTeamShared <= arena.target().block_shared_bytes;
    if (view.for_many) block_bytes = many_bytes;
    view.many = lay_out_nodes(arena, nodes, view.for_many ? setup->nodes : 0);
    ChunkPlan plan;
    uint32_t teams = 0;
    if (fits && !view.for_many && acts_from_registers(view)) {
      plan = plan_chunks(nodes, setup.part<uint32_t>(PART_NODE_ACTIONS), setup->nodes, options.policy_length,
                         model.controls);
      const uint64_t each =
          uint64_t{TeamRoom(model, options.policy_length, plan.kept, plan.places).words} * sizeof(uint32_t);
      // Few agents have a block each, and all of its warps.
      const uint64_t most = setup->agents > arena.target().parallel_blocks ? kMostTeams : 1;
      const uint64_t fitting = arena.target().block_shared_bytes / each;
      teams = static_cast<uint32_t>(fitting < most ? fitting : most);
      if (plan.chunks.empty() || teams == 0) plan = {};
      if (!plan.chunks.empty()) block_bytes = each * teams;
    }
    view.tree = lay_out_chunks(arena, plan, teams);
  }

  uint64_t pooled = 0;
  for (uint32_t set = 0; set < kSets; ++set) {
    if ((pooled_of(view) >> set & 1) != 0 && sizes[set] > pooled) pooled = sizes[set];
  }
  view.pool = arena.scratch<double>(kPoolParts * pooled);

  // An agent's working room: in shared memory where all rooms of a block fit, else one for each thread or warp.
  const AatgsTarget& target = arena.target();
  const uint64_t workers = target.is_cuda ? (many ? kThreads : kThreads / 32) : 1;
  const uint64_t bytes = uint64_t{view.room.size} * sizeof(Real) * workers;
  view.in_shared = target.is_cuda && !view.for_many && bytes + kTeamShared <= target.block_shared_bytes;
  const uint64_t shared_bytes = view.in_shared && bytes > block_bytes ? bytes : block_bytes;
  if (shared_bytes > 0) arena.block_shared(shared_bytes);
  view.threads = static_cast<uint32_t>(view.in_shared ? 0 : workers * target.parallel_blocks);
  view.rooms = arena.scratch<Real>(uint64_t{view.threads} * view.room.size);
}

}  // namespace aatgs::active_inference
