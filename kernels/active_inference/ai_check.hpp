// The setup's parts, checked.
#pragma once
#include "aatgs/module.hpp"
#include "active_inference/ai_state.hpp"

namespace aatgs::active_inference {

using Setup = SetupView<AiSetup>;

/// The setup's parts, in order.
enum SetupPart : uint32_t {
  PART_FACTORS,
  PART_MODALITIES,
  PART_GROUPS,
  PART_LISTS,
  PART_COMPONENTS,
  PART_NODES,
  PART_NODE_ACTIONS,
  PART_POLICY_LEAF,
  PART_POLICY_FIRST,
  PART_PARAMETERS,
  PART_COUNTS = PART_PARAMETERS + kSets,
  PART_GOALS = PART_COUNTS + kSets,
};

inline Structure structure_of(const Setup& setup) {
  Structure model{};
  model.factor_count = setup->factors;
  model.modality_count = setup->modalities;
  model.group_count = setup->groups;
  model.component_count = setup->components;
  const auto* factors = setup.part<Factor>(PART_FACTORS);
  for (uint32_t f = 0; f < model.factor_count; ++f) {
    model.states += factors[f].states;
    model.controls += factors[f].controls;
    model.b_size += factors[f].controls * factors[f].parents * factors[f].states;
    model.squares += factors[f].states * factors[f].states;
    if (factors[f].parents > model.widest) model.widest = factors[f].parents;
  }
  const auto* groups = setup.part<Group>(PART_GROUPS);
  for (uint32_t g = 0; g < model.group_count; ++g) {
    model.joint += groups[g].joint;
    if (groups[g].joint > model.widest) model.widest = groups[g].joint;
  }
  const auto* modalities = setup.part<Modality>(PART_MODALITIES);
  for (uint32_t m = 0; m < model.modality_count; ++m) {
    const uint32_t joint = groups[modalities[m].group].joint;
    model.outcomes += modalities[m].outcomes;
    model.modality_joint += joint;
    model.a_size += modalities[m].outcomes * joint;
    if (modalities[m].outcomes > model.most_outcomes) model.most_outcomes = modalities[m].outcomes;
  }
  return model;
}

/// What the host's checks do not see: that the parts fit together. The host names tensors and entries; this guards the
/// step against a setup that did not come from it.
inline const char* check_setup(const Setup& setup) {
  if (setup->precision != 32 && setup->precision != 64) return "precision must be 32 or 64";
  if (setup->agents == 0) return "agents must be at least 1";
  if (setup->agents - 1 > 0xffffffffu - setup->first_agent) return "firstAgent and agents are too many together";
  if (setup->factors == 0 || setup->factors > kMaxFactors) return "factors must be 1 to 16";
  if (setup->modalities == 0 || setup->modalities > 32) return "modalities must be 1 to 32";
  if (setup->policy_length == 0 || setup->policy_length > 2 * kMaxFactors) return "policyLength must be 1 to 32";
  if (setup->horizon == 0) return "horizon must be at least 1";
  if (setup->preference_steps == 0) return "preferenceSteps must be at least 1";
  if (setup.count<Factor>(PART_FACTORS) != setup->factors) return "the part of factors has the wrong length";
  if (setup.count<Modality>(PART_MODALITIES) != setup->modalities) return "the part of modalities has the wrong length";
  if (setup.count<Group>(PART_GROUPS) != setup->groups) return "the part of groups has the wrong length";
  if (setup.count<Component>(PART_COMPONENTS) != setup->components)
    return "the part of components has the wrong length";
  if (setup.count<Node>(PART_NODES) != setup->nodes) return "the part of nodes has the wrong length";
  const uint64_t policies = setup->policies;
  if (setup.count<uint32_t>(PART_POLICY_LEAF) != policies * setup->components) return "the part of leaves is too short";
  if (setup.count<uint32_t>(PART_POLICY_FIRST) != policies * setup->factors) return "the part of actions is too short";
  const uint64_t bytes = setup->precision / 8;
  const Structure model = structure_of(setup);
  const uint64_t sizes[kSets] = {model.a_size, model.b_size, uint64_t{setup->preference_steps} * model.outcomes,
                                 model.states, policies};
  for (uint32_t set = 0; set < kSets; ++set) {
    const uint64_t copies = (setup->per_agent >> set & 1) ? setup->agents : 1;
    if (setup.count<uint8_t>(PART_PARAMETERS + set) != sizes[set] * copies * bytes)
      return "a part of parameters has the wrong length";
    const uint64_t counted = (setup->learned >> set & 1) ? sizes[set] * copies * bytes : 0;
    if (setup.count<uint8_t>(PART_COUNTS + set) != counted) return "a part of counts has the wrong length";
  }
  return nullptr;
}

}  // namespace aatgs::active_inference
