// Generated from active_inference.layout.json by `aatgs layout`; do not edit.
#pragma once
#include <cstddef>
#include <cstdint>
#include "aatgs/module.h"
#include "aatgs/ring_layout.h"

namespace aatgs::active_inference {

inline constexpr uint32_t INLINE_WORDS = 12;
inline constexpr uint32_t INLINE_FACTORS = 3;
/// What a config asks for. STEP: infer, plan and act on given observations. ROLLOUT: the same in closed loop with the generative process. RESET: the first time step again. SET: replaces one array of the agents by the staged input. SMOOTH: beliefs over the window given all of it.
enum class AiPhase : uint32_t {
  ROLLOUT = 0,
  STEP = 1,
  INFER = 2,
  PLAN = 3,
  ACT = 4,
  LEARN = 5,
  RESET = 6,
  SET = 7,
  SMOOTH = 8,
};

/// How states are inferred. FPI: fixed-point iteration on the present observation (exact with one factor). MMP, VMP: marginal and variational message passing over a window. POLICY_MMP: SPM's marginal message passing over a window and every policy's future.
enum class AiAlgorithm : uint32_t {
  FPI = 0,
  MMP = 1,
  VMP = 2,
  POLICY_MMP = 3,
};

/// Bits of the setup's flags.
enum class AiFlag : uint32_t {
  ADD_FLOOR = 1,
  SPM_GAIN = 2,
  UTILITY = 4,
  STATE_GAIN = 8,
  NOVELTY_A = 16,
  NOVELTY_B = 32,
  SPM_NOVELTY = 64,
  SOFTMAX_C = 128,
  STRUCTURAL_ZEROS = 256,
  STREAMED = 512,
  STOCHASTIC = 1024,
  WHOLE_POLICY = 2048,
  RANDOM_TIES = 4096,
  DENSE_MESSAGES = 8192,
  GRADIENT = 16384,
  POLICY_PRIORS = 32768,
  AVERAGE_PRIORS = 65536,
  SEARCH = 131072,
  INDUCTIVE = 262144,
  SPM_INDUCTION = 524288,
  LAST_STEP = 1048576,
  ANY_ORDER = 2097152,
  DETAILS = 4194304,
  SOFT = 8388608,
};

/// Which array a SET replaces: one row an agent.
enum class AiArray : uint32_t {
  BELIEFS = 0,
  PREVIOUS = 1,
  PRIOR = 2,
  ACTIONS = 3,
  OBSERVATIONS = 4,
  WINDOW_OBSERVATIONS = 5,
  WINDOW_ACTIONS = 6,
  CLOCK = 7,
  FILTERED = 8,
};

/// Fixed when the context is made. Parts: structure u32 (see ai_structure.hpp), then in the instance's precision A, B, C, D, E, pA, pB, pC, pD, pE, goals; a part of no bytes is left out.
struct alignas(16) AiSetup {
  uint32_t precision;  ///< Bits of a number: 32 or 64.
  uint32_t agents;  ///< Agents.
  uint32_t factors;  ///< Hidden state factors.
  uint32_t modalities;  ///< Observation modalities.
  uint32_t groups;  ///< Distinct sets of factors that modalities depend on.
  uint32_t components;  ///< Sets of factors that no modality and no transition joins.
  uint32_t nodes;  ///< Nodes of the policy trees of all components.
  uint32_t leaves;  ///< Leaves of them.
  uint32_t policies;  ///< Policies; 0 when streamed.
  uint32_t policy_length;  ///< Time steps of a policy.
  uint32_t preference_steps;  ///< Columns of C.
  uint32_t per_agent;  ///< Bits 0 to 4: A, B, C, D, E of each agent its own.
  uint32_t learned;  ///< Bits 0 to 4: A, B, C, D, E have Dirichlet counts.
  uint32_t algorithm;  ///< AiAlgorithm.
  uint32_t flags;  ///< AiFlag.
  uint32_t iterations;  ///< Iterations of inference at most.
  uint32_t horizon;  ///< Observations in the window.
  uint32_t precision_iterations;  ///< Updates of gamma a step; 0: gamma is fixed.
  uint32_t induction_depth;  ///< Rows of the inductive matrix.
  uint32_t search_depth;  ///< Horizon of sophisticated inference.
  uint32_t learn_modalities;  ///< Bits: modalities whose A and C are learned.
  uint32_t learn_factors;  ///< Bits: factors whose B and D are learned.
  uint32_t learn_automatically;  ///< Bits 0 to 4: A, B, C, D, E are learned in every step.
  uint32_t episode;  ///< Steps of the first episode; 0: no end.
  uint32_t first_agent;  ///< Number of the first agent, for random numbers.
  uint8_t pad0[4];
  double tolerance;  ///< FPI stops when the free energy changes by less; 0: never.
  double tau;  ///< Step size of message passing.
  double gamma;  ///< Precision of policies.
  double alpha;  ///< Precision of actions.
  double induction_epsilon;  ///< Probability given to states off the path.
  double induction_threshold;  ///< A transition counts as possible above it.
  double policy_prune;  ///< Search: policies below are not followed.
  double outcome_prune;  ///< Search: outcomes below are not followed.
  double prune_penalty;  ///< Search: what a policy not followed loses.
  double search_gamma;  ///< Search: precision of policies.
  double rates[5];  ///< Learning rates of A, B, C, D, E.
  double forgetting[5];  ///< Forgetting rates of A, B, C, D, E.
  uint8_t pad1[8];
};
static_assert(sizeof(AiSetup) == 272);
static_assert(offsetof(AiSetup, precision) == 0);
static_assert(offsetof(AiSetup, agents) == 4);
static_assert(offsetof(AiSetup, factors) == 8);
static_assert(offsetof(AiSetup, modalities) == 12);
static_assert(offsetof(AiSetup, groups) == 16);
static_assert(offsetof(AiSetup, components) == 20);
static_assert(offsetof(AiSetup, nodes) == 24);
static_assert(offsetof(AiSetup, leaves) == 28);
static_assert(offsetof(AiSetup, policies) == 32);
static_assert(offsetof(AiSetup, policy_length) == 36);
static_assert(offsetof(AiSetup, preference_steps) == 40);
static_assert(offsetof(AiSetup, per_agent) == 44);
static_assert(offsetof(AiSetup, learned) == 48);
static_assert(offsetof(AiSetup, algorithm) == 52);
static_assert(offsetof(AiSetup, flags) == 56);
static_assert(offsetof(AiSetup, iterations) == 60);
static_assert(offsetof(AiSetup, horizon) == 64);
static_assert(offsetof(AiSetup, precision_iterations) == 68);
static_assert(offsetof(AiSetup, induction_depth) == 72);
static_assert(offsetof(AiSetup, search_depth) == 76);
static_assert(offsetof(AiSetup, learn_modalities) == 80);
static_assert(offsetof(AiSetup, learn_factors) == 84);
static_assert(offsetof(AiSetup, learn_automatically) == 88);
static_assert(offsetof(AiSetup, episode) == 92);
static_assert(offsetof(AiSetup, first_agent) == 96);
static_assert(offsetof(AiSetup, tolerance) == 104);
static_assert(offsetof(AiSetup, tau) == 112);
static_assert(offsetof(AiSetup, gamma) == 120);
static_assert(offsetof(AiSetup, alpha) == 128);
static_assert(offsetof(AiSetup, induction_epsilon) == 136);
static_assert(offsetof(AiSetup, induction_threshold) == 144);
static_assert(offsetof(AiSetup, policy_prune) == 152);
static_assert(offsetof(AiSetup, outcome_prune) == 160);
static_assert(offsetof(AiSetup, prune_penalty) == 168);
static_assert(offsetof(AiSetup, search_gamma) == 176);
static_assert(offsetof(AiSetup, rates) == 184);
static_assert(offsetof(AiSetup, forgetting) == 224);

/// One config. Agents `first` to `first + count - 1` take part.
struct alignas(16) AiConfig {
  ConfigHeader header;
  uint32_t substeps;  ///< ROLLOUT: time steps to run.
  uint32_t first;  ///< First agent.
  uint32_t count;  ///< Number of agents; 0: all from the first.
  uint32_t array;  ///< SET: AiArray.
  uint32_t parameters;  ///< LEARN: bits 0 to 4: A, B, C, D, E. RESET: bit 0: forget what was learned.
  uint32_t soft;  ///< Whether the staged observations are distributions.
  uint32_t forced;  ///< Whether actions to take are staged after the observations.
  uint32_t episode;  ///< RESET: steps of an episode; 0: no end.
  uint32_t report;  ///< Whether the record holds the mean free energy.
  uint32_t inlined;  ///< 1: the observation of the one agent that takes part, and actions to take, are `words`, and the record holds its actions. No way is shorter.
  uint32_t words[12];  ///< Outcomes of all modalities, then actions to take.
  uint8_t pad0[104];
};
static_assert(sizeof(AiConfig) == 256);
static_assert(offsetof(AiConfig, substeps) == 64);
static_assert(offsetof(AiConfig, first) == 68);
static_assert(offsetof(AiConfig, count) == 72);
static_assert(offsetof(AiConfig, array) == 76);
static_assert(offsetof(AiConfig, parameters) == 80);
static_assert(offsetof(AiConfig, soft) == 84);
static_assert(offsetof(AiConfig, forced) == 88);
static_assert(offsetof(AiConfig, episode) == 92);
static_assert(offsetof(AiConfig, report) == 96);
static_assert(offsetof(AiConfig, inlined) == 100);
static_assert(offsetof(AiConfig, words) == 104);

/// One record.
struct alignas(16) AiTelemetry {
  TelemetryHeader header;
  uint64_t steps;  ///< Agent steps since all agents were reset.
  double free_energy;  ///< Mean variational free energy of the agents that took part, nats.
  uint32_t agents;  ///< Agents that took part.
  uint32_t actions[3];  ///< With `inlined`: the action of each factor.
};
static_assert(sizeof(AiTelemetry) == 64);
static_assert(offsetof(AiTelemetry, steps) == 32);
static_assert(offsetof(AiTelemetry, free_energy) == 40);
static_assert(offsetof(AiTelemetry, agents) == 48);
static_assert(offsetof(AiTelemetry, actions) == 52);

/// Where the compiler put each field; the loader compares this table with the TypeScript side.
inline constexpr AatgsField kFields[] = {
    {"AiSetup.precision", offsetof(AiSetup, precision), sizeof(AiSetup::precision)},
    {"AiSetup.agents", offsetof(AiSetup, agents), sizeof(AiSetup::agents)},
    {"AiSetup.factors", offsetof(AiSetup, factors), sizeof(AiSetup::factors)},
    {"AiSetup.modalities", offsetof(AiSetup, modalities), sizeof(AiSetup::modalities)},
    {"AiSetup.groups", offsetof(AiSetup, groups), sizeof(AiSetup::groups)},
    {"AiSetup.components", offsetof(AiSetup, components), sizeof(AiSetup::components)},
    {"AiSetup.nodes", offsetof(AiSetup, nodes), sizeof(AiSetup::nodes)},
    {"AiSetup.leaves", offsetof(AiSetup, leaves), sizeof(AiSetup::leaves)},
    {"AiSetup.policies", offsetof(AiSetup, policies), sizeof(AiSetup::policies)},
    {"AiSetup.policyLength", offsetof(AiSetup, policy_length), sizeof(AiSetup::policy_length)},
    {"AiSetup.preferenceSteps", offsetof(AiSetup, preference_steps), sizeof(AiSetup::preference_steps)},
    {"AiSetup.perAgent", offsetof(AiSetup, per_agent), sizeof(AiSetup::per_agent)},
    {"AiSetup.learned", offsetof(AiSetup, learned), sizeof(AiSetup::learned)},
    {"AiSetup.algorithm", offsetof(AiSetup, algorithm), sizeof(AiSetup::algorithm)},
    {"AiSetup.flags", offsetof(AiSetup, flags), sizeof(AiSetup::flags)},
    {"AiSetup.iterations", offsetof(AiSetup, iterations), sizeof(AiSetup::iterations)},
    {"AiSetup.horizon", offsetof(AiSetup, horizon), sizeof(AiSetup::horizon)},
    {"AiSetup.precisionIterations", offsetof(AiSetup, precision_iterations), sizeof(AiSetup::precision_iterations)},
    {"AiSetup.inductionDepth", offsetof(AiSetup, induction_depth), sizeof(AiSetup::induction_depth)},
    {"AiSetup.searchDepth", offsetof(AiSetup, search_depth), sizeof(AiSetup::search_depth)},
    {"AiSetup.learnModalities", offsetof(AiSetup, learn_modalities), sizeof(AiSetup::learn_modalities)},
    {"AiSetup.learnFactors", offsetof(AiSetup, learn_factors), sizeof(AiSetup::learn_factors)},
    {"AiSetup.learnAutomatically", offsetof(AiSetup, learn_automatically), sizeof(AiSetup::learn_automatically)},
    {"AiSetup.episode", offsetof(AiSetup, episode), sizeof(AiSetup::episode)},
    {"AiSetup.firstAgent", offsetof(AiSetup, first_agent), sizeof(AiSetup::first_agent)},
    {"AiSetup.tolerance", offsetof(AiSetup, tolerance), sizeof(AiSetup::tolerance)},
    {"AiSetup.tau", offsetof(AiSetup, tau), sizeof(AiSetup::tau)},
    {"AiSetup.gamma", offsetof(AiSetup, gamma), sizeof(AiSetup::gamma)},
    {"AiSetup.alpha", offsetof(AiSetup, alpha), sizeof(AiSetup::alpha)},
    {"AiSetup.inductionEpsilon", offsetof(AiSetup, induction_epsilon), sizeof(AiSetup::induction_epsilon)},
    {"AiSetup.inductionThreshold", offsetof(AiSetup, induction_threshold), sizeof(AiSetup::induction_threshold)},
    {"AiSetup.policyPrune", offsetof(AiSetup, policy_prune), sizeof(AiSetup::policy_prune)},
    {"AiSetup.outcomePrune", offsetof(AiSetup, outcome_prune), sizeof(AiSetup::outcome_prune)},
    {"AiSetup.prunePenalty", offsetof(AiSetup, prune_penalty), sizeof(AiSetup::prune_penalty)},
    {"AiSetup.searchGamma", offsetof(AiSetup, search_gamma), sizeof(AiSetup::search_gamma)},
    {"AiSetup.rates", offsetof(AiSetup, rates), sizeof(AiSetup::rates)},
    {"AiSetup.forgetting", offsetof(AiSetup, forgetting), sizeof(AiSetup::forgetting)},
    {"AiConfig.substeps", offsetof(AiConfig, substeps), sizeof(AiConfig::substeps)},
    {"AiConfig.first", offsetof(AiConfig, first), sizeof(AiConfig::first)},
    {"AiConfig.count", offsetof(AiConfig, count), sizeof(AiConfig::count)},
    {"AiConfig.array", offsetof(AiConfig, array), sizeof(AiConfig::array)},
    {"AiConfig.parameters", offsetof(AiConfig, parameters), sizeof(AiConfig::parameters)},
    {"AiConfig.soft", offsetof(AiConfig, soft), sizeof(AiConfig::soft)},
    {"AiConfig.forced", offsetof(AiConfig, forced), sizeof(AiConfig::forced)},
    {"AiConfig.episode", offsetof(AiConfig, episode), sizeof(AiConfig::episode)},
    {"AiConfig.report", offsetof(AiConfig, report), sizeof(AiConfig::report)},
    {"AiConfig.inlined", offsetof(AiConfig, inlined), sizeof(AiConfig::inlined)},
    {"AiConfig.words", offsetof(AiConfig, words), sizeof(AiConfig::words)},
    {"AiTelemetry.steps", offsetof(AiTelemetry, steps), sizeof(AiTelemetry::steps)},
    {"AiTelemetry.freeEnergy", offsetof(AiTelemetry, free_energy), sizeof(AiTelemetry::free_energy)},
    {"AiTelemetry.agents", offsetof(AiTelemetry, agents), sizeof(AiTelemetry::agents)},
    {"AiTelemetry.actions", offsetof(AiTelemetry, actions), sizeof(AiTelemetry::actions)},
};
inline constexpr uint64_t kLayoutFingerprint = 0xefc47f75a4ef75d0ULL;

}  // namespace aatgs::active_inference
