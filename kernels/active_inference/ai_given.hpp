// What comes with a config: which agents, what they observe, what they must do.
#pragma once
#include "active_inference/ai_state.hpp"

namespace aatgs::active_inference {

/// Agents that a config is for, from the first on.
template <class Real>
AATGS_FN uint32_t count_of(const AiConfig& config, const View<Real>& view, uint32_t first) {
  const uint32_t left = view.agents - first;
  return config.count == 0 || config.count > left ? left : config.count;
}

/// What is staged with a config, or for one agent in it: observations, then actions to take.
struct Given {
  const void* observations;
  const uint32_t* forced;
  uint32_t* actions;  // where chosen actions go; null when nobody wants them
};

template <class Real>
AATGS_FN Given given_of(const AiConfig& config, const View<Real>& view, uint32_t count) {
  Given given{};
  if (config.inlined != 0) {
    const uint32_t forced_at = view.model.modality_count, forced = config.forced ? view.model.factor_count : 0;
    if (count != 1 || config.soft != 0 || forced_at + forced > INLINE_WORDS) return given;
    given.observations = config.words;
    if (forced > 0) given.forced = config.words + forced_at;
    return given;
  }
  const uint64_t row = config.soft ? view.model.outcomes * sizeof(Real) : view.model.modality_count * sizeof(uint32_t);
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
AI_CALL void take_observation(Agent<Scope, Real>& a, const AiConfig& config, const Given& given, uint32_t first) {
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

/// Whether an agent's episode of so many steps is over; 0: it has no end.
template <class Real>
AATGS_FN bool over(const View<Real>& view, uint32_t id, uint32_t episode) {
  return episode > 0 && view.clock[id][STEPS] >= episode;
}

}  // namespace aatgs::active_inference
