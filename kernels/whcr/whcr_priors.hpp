// What other modules know of the graph (how stressed a vertex is, how long its conflicts have persisted, whether it lies
// in a hotspot, how likely it is to have a colour) as a bias between equally good moves.
#pragma once
#include <cstdint>

#include "whcr/whcr_state.hpp"

namespace aatgs::whcr {

/// Strengths have 12 bits: what the order of equal moves has room for.
inline constexpr uint32_t kStrongest = 0xfff;
inline constexpr uint32_t kMostWeight = 65536;

/// Bits of `WhcrConfig.priors`, in the order of the arrays.
enum : uint32_t { kStress = 1, kPersistence = 2, kHotspot = 4, kBelief = 8 };

AATGS_FN uint32_t Priors::strength(uint32_t v, uint32_t color) const {
  uint32_t total = bias[v];
  if (weights->belief) total += (weights->belief * belief[uint64_t{v} * colors + color]) >> 8;
  return total < kStrongest ? total : kStrongest;
}

/// The colour below `limit` believed in most, the lowest on ties; kNone where nothing is believed. Looks at every colour.
AATGS_FN uint32_t believed_color(const Priors& priors, uint32_t v, uint32_t limit) {
  if (!priors.weights->belief) return kNone;
  const uint8_t* row = priors.belief + uint64_t{v} * priors.colors;
  uint32_t best = kNone;
  uint32_t most = 0;
  for (uint32_t c = 0; c < limit; ++c) {
    if (row[c] > most) {
      most = row[c];
      best = c;
    }
  }
  return best;
}

/// Only the setup's priorities. Collective.
template <class Team>
AATGS_OUTLINE void clear_priors(Team& team, const WhcrState& state) {
  const uint8_t* given = state.graph.priorities;
  team.for_each(state.graph.n, [&](uint32_t v) { state.priors.bias[v] = given ? given[v] : 0; });
  team.leader([&] { *state.priors.weights = {given ? 1u : 0u, 0}; });
  team.barrier();
}

/// Takes over the staged arrays; those that did not fit into the input count as not given. Collective.
template <class Team>
AATGS_OUTLINE void set_priors(Team& team, const WhcrState& state, const WhcrConfig& config) {
  clear_priors(team, state);
  const Priors& priors = state.priors;
  const uint64_t n = state.graph.n;
  const auto weight = [](uint32_t asked) { return asked < kMostWeight ? asked : kMostWeight; };
  const uint32_t stress_weight = weight(config.stress_weight);
  const uint32_t persistence_weight = weight(config.persistence_weight);
  const uint32_t multiplier = weight(config.hotspot_multiplier);
  const uint8_t* input = reinterpret_cast<const uint8_t*>(config.header.input);
  uint64_t left = config.header.input_bytes;
  const auto take = [&](uint32_t bit, uint64_t bytes) -> const uint8_t* {
    if (!(config.priors & bit) || left < bytes) return nullptr;
    const uint8_t* at = input;
    input += bytes;
    left -= bytes;
    return at;
  };
  const uint8_t* stress = take(kStress, n);
  const uint8_t* persistence = take(kPersistence, n);
  const uint8_t* hotspot = take(kHotspot, n);
  const uint8_t* belief = priors.belief ? take(kBelief, n * priors.colors) : nullptr;
  team.for_each(state.graph.n, [&](uint32_t v) {
    uint64_t bias = priors.bias[v];
    if (stress) bias += (uint64_t{stress_weight} * stress[v]) >> 8;
    if (persistence) bias += (uint64_t{persistence_weight} * persistence[v]) >> 8;
    if (hotspot && hotspot[v]) bias = (bias * multiplier) >> 8;
    priors.bias[v] = static_cast<uint16_t>(bias < kStrongest ? bias : kStrongest);
  });
  if (belief) team.for_each(n * priors.colors, [&](uint64_t i) { priors.belief[i] = belief[i]; });
  team.leader([&] {
    const bool any = stress || persistence || belief || state.graph.priorities;
    *priors.weights = {any ? 1u : 0u, belief ? weight(config.belief_weight) : 0};
  });
  team.barrier();
}

}  // namespace aatgs::whcr
