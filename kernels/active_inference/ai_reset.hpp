// The first time step: parameters as given, beliefs at D; and arrays that the host replaces.
#pragma once
#include "active_inference/ai_chains.hpp"
#include "active_inference/ai_infer.hpp"
#include "active_inference/ai_small.hpp"
#include "active_inference/ai_tables.hpp"

namespace aatgs::active_inference {

/// Copies the given parameters and counts to where they are learned, and fills the shared tables. Collective.
template <class Team, class Real>
AI_CALL void take_parameters(Team& team, const View<Real>& view) {
  const auto copy = [&](const Rows<Real>& to, const Real* from, uint64_t size) {
    if (size == 0 || to.base == from || to.base == nullptr) return;
    const uint64_t copies = to.shared() ? 1 : view.agents;
    team.for_each(size * copies,
                  [&](uint64_t i) { to[static_cast<uint32_t>(i / size)][static_cast<uint32_t>(i % size)] = from[i]; });
  };
  for (uint32_t set = 0; set < kSets; ++set) {
    copy(view.parameters[set], view.given[set], view.sizes[set]);
    if ((view.learned >> set & 1) != 0) copy(view.counts[set], view.given_counts[set], view.sizes[set]);
  }
  team.barrier();
  const auto own = [&](ParameterSet set) { return (view.per_agent >> set & 1) != 0; };
  if (!own(SET_A)) tables_of_a(team, view, 0);
  if (!own(SET_B)) tables_of_b(team, view, 0);
  if (!own(SET_B)) tables_of_paths(team, view, 0);
  if (!own(SET_C)) tables_of_c(team, view, 0);
  team.for_each(view.agents, [&](uint32_t agent) {
    Alone alone;
    if (own(SET_A)) tables_of_a(alone, view, agent);
    if (own(SET_B)) tables_of_b(alone, view, agent);
    if (own(SET_B)) tables_of_paths(alone, view, agent);
    if (own(SET_C)) tables_of_c(alone, view, agent);
  });
  team.barrier();
  if constexpr (sizeof(Real) == 4) {
    if (view.small) team.leader([&] { fill_small(view, *view.small_tables); });
    if (view.chained) fill_chains(team, view);
    team.barrier();
  }
}

/// One draw from n weights.
template <class Real>
AATGS_FN uint32_t sample(const Real* weights, uint32_t stride, uint32_t n, const PhiloxBlock& block) {
  const Real target = uniform_of<Real>(block);
  Real reached{0};
  uint32_t last = 0;
  for (uint32_t i = 0; i < n; ++i) {
    const Real weight = weights[static_cast<uint64_t>(i) * stride];
    if (weight > Real{0}) last = i;
    reached += weight;
    if (target < reached) return i;
  }
  return last;
}

/// One agent before its first observation. The generative process starts from the given D.
template <class Real>
AI_CALL void reset_agent(const View<Real>& view, uint32_t agent, uint64_t seed) {
  const Structure& model = view.model;
  const Vec<Real> start = view.parameters[SET_D][agent];
  const uint32_t copies = view.options.has(AiFlag::POLICY_PRIORS) ? view.options.policies : 1;
  for (uint32_t s = 0; s < model.states; ++s) {
    view.beliefs[agent][s] = view.prior[agent][s] = view.previous[agent][s] = start[s];
    for (uint32_t p = 0; view.policy_priors.width > 0 && p < copies; ++p) {
      view.policy_priors[agent][p * model.states + s] = start[s];
    }
  }
  for (uint32_t m = 0; m < model.modality_count; ++m) view.observations[agent][m] = kNotObserved;
  for (uint32_t i = 0; i < view.policy_energies.width; ++i) view.policy_energies[agent][i] = Real{0};
  for (uint32_t i = 0; i < kClock; ++i) view.clock[agent][i] = 0;
  const Real* given = view.given[SET_D] + ((view.per_agent >> SET_D & 1) != 0 ? agent * view.sizes[SET_D] : 0);
  for (uint32_t f = 0; f < model.factor_count; ++f) {
    view.actions[agent][f] = 0;
    view.hidden[agent][f] = sample(given + model.factors[f].at, 1, model.factors[f].states,
                                   draw(seed, Purpose::START, view.first_agent + agent, 0, f));
  }
}

/// Replaces one array of agents by the staged rows.
template <class Team, class Real>
AI_CALL void set_array(Team& team, const View<Real>& view, const AiConfig& config, uint32_t first, uint32_t count) {
  const auto put = [&]<class T>(const Rows<T>& rows) {
    const auto* from = reinterpret_cast<const T*>(config.header.input);
    const uint64_t size = uint64_t{count} * rows.width;
    const uint64_t given = config.header.input_bytes / sizeof(T);
    team.for_each(size < given ? size : given, [&](uint64_t i) {
      rows[first + static_cast<uint32_t>(i / rows.width)][static_cast<uint32_t>(i % rows.width)] = from[i];
    });
  };
  const auto history = [&](uint32_t at, uint32_t width) {
    const auto* from = reinterpret_cast<const uint32_t*>(config.header.input);
    if (view.history.width == 0) return;
    team.for_each(uint64_t{count} * width, [&](uint64_t i) {
      view.history[first + static_cast<uint32_t>(i / width)][at + static_cast<uint32_t>(i % width)] = from[i];
    });
  };
  const uint32_t observed = view.options.horizon * view.model.modality_count;
  switch (static_cast<AiArray>(config.array)) {
    case AiArray::BELIEFS:
      return put(view.beliefs);
    case AiArray::PREVIOUS:
      return put(view.previous);
    case AiArray::PRIOR:
      // Of the present, and of what the window starts from.
      if (view.policy_priors.width > 0) put(view.policy_priors);
      return put(view.prior);
    case AiArray::ACTIONS:
      return put(view.actions);
    case AiArray::OBSERVATIONS:
      return put(view.observations);
    case AiArray::WINDOW_OBSERVATIONS:
      return history(0, observed);
    case AiArray::WINDOW_ACTIONS:
      return history(observed, view.options.horizon * view.model.factor_count);
    case AiArray::CLOCK:
      return put(view.clock);
    case AiArray::FILTERED:
      return put(view.filtered);
  }
}

}  // namespace aatgs::active_inference
