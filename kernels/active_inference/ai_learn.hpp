// Learning of parameters as Dirichlet counts: of each agent's own, or pooled over all agents where they share them.
#pragma once
#include "active_inference/ai_infer.hpp"
#include "active_inference/ai_tables.hpp"

namespace aatgs::active_inference {

/// What agent `id` adds to one count; the same for own and pooled learning.
template <class Real>
struct Evidence {
  const View<Real>& view;
  uint32_t id;

  AATGS_FN Real joint(uint32_t dep_at, uint32_t deps, uint32_t j, Vec<Real> beliefs) const {
    Real product{1};
    for (uint32_t d = deps; d-- > 0;) {
      const Factor& factor = view.model.factors[view.model.lists[dep_at + d]];
      product *= beliefs[factor.at + j % factor.states];
      j /= factor.states;
    }
    return product;
  }
  AATGS_FN Real outcome(uint32_t modality, uint32_t o) const {
    const Modality& m = view.model.modalities[modality];
    if (view.options.has(AiFlag::SOFT)) return view.soft[id][m.at + o];
    return view.observations[id][modality] == o ? Real{1} : Real{0};
  }
  AATGS_FN Real of_a(uint32_t modality, uint32_t j, uint32_t o) const {
    const Group& group = view.model.groups[view.model.modalities[modality].group];
    const Real seen = outcome(modality, o);
    return seen == Real{0} ? seen : seen * joint(group.dep_at, group.deps, j, view.beliefs[id]);
  }
  AATGS_FN Real of_b(const Factor& factor, uint32_t f, uint32_t u, uint32_t j, uint32_t s) const {
    if (view.clock[id][ACTED] == 0 || view.actions[id][f] != u) return Real{0};
    return view.beliefs[id][factor.at + s] * joint(factor.dep_at, factor.deps, j, view.previous[id]);
  }
};

/// Adds evidence to `n` counts from `at` on in each of `columns` columns, and takes their mean as the parameter.
/// `evidence(j, o)`. With structural zeros, what is zero stays zero. No barrier at the end.
template <class Who, class Real, class F>
AATGS_FN void add_counts(Who& who, const View<Real>& view, ParameterSet set, Vec<Real> counts, Vec<Real> parameters,
                         uint32_t columns, uint32_t n, bool by_parameter, F evidence) {
  const Real rate = view.options.rates[set], keep = Real{1} - view.options.forgetting[set];
  const bool zeros = view.options.has(AiFlag::STRUCTURAL_ZEROS);
  who.for_each(columns, [&](uint32_t j) {
    Real sum{0};
    for (uint32_t o = 0; o < n; ++o) {
      const uint32_t i = j * n + o;
      const bool possible = !zeros || (by_parameter ? parameters[i] : counts[i]) > Real{0};
      Real count = counts[i] * keep;
      if (possible) count += rate * evidence(j, o);
      counts[i] = count;
      const auto least = static_cast<Real>(kMinimum);
      sum += !zeros && count < least ? least : count;
    }
    for (uint32_t o = 0; o < n; ++o) {
      const Real count = counts[j * n + o];
      const auto least = static_cast<Real>(kMinimum);
      parameters[j * n + o] = sum > Real{0} ? (!zeros && count < least ? least : count) / sum : Real{1} / n;
    }
  });
}

/// Learns the parameters of `which` (bits) that belong to `row`; `evidence` gives what is to be added. Who as in the
/// tables; collective.
template <class Who, class Real, class E>
AI_CALL void learn_row(Who& who, const View<Real>& view, uint32_t row, uint32_t which, E& evidence) {
  const Structure& model = view.model;
  const auto learns = [&](ParameterSet set) { return (which & view.learned & 1u << set) != 0; };
  const auto counts = [&](ParameterSet set) { return view.counts[set][row]; };
  const auto parameters = [&](ParameterSet set) { return view.parameters[set][row]; };
  if (learns(SET_A)) {
    for (uint32_t i = 0; i < model.modality_count; ++i) {
      if ((view.options.learn_modalities >> i & 1) == 0) continue;
      const Modality& m = model.modalities[i];
      add_counts(who, view, SET_A, counts(SET_A).from(m.a_at), parameters(SET_A).from(m.a_at),
                 model.groups[m.group].joint, m.outcomes, true,
                 [&](uint32_t j, uint32_t o) { return evidence.a(i, j, o); });
    }
    who.barrier();
    tables_of_a(who, view, row);
    who.barrier();
  }
  if (learns(SET_B)) {
    for (uint32_t f = 0; f < model.factor_count; ++f) {
      if ((view.options.learn_factors >> f & 1) == 0) continue;
      const Factor& factor = model.factors[f];
      add_counts(who, view, SET_B, counts(SET_B).from(factor.b_at), parameters(SET_B).from(factor.b_at),
                 factor.controls * factor.parents, factor.states, true,
                 [&](uint32_t j, uint32_t s) { return evidence.b(f, j / factor.parents, j % factor.parents, s); });
    }
    who.barrier();
    tables_of_b(who, view, row);
    if (!view.options.has(AiFlag::SPM_INDUCTION)) tables_of_paths(who, view, row);
    who.barrier();
  }
  if (learns(SET_C)) {
    for (uint32_t i = 0; i < model.modality_count; ++i) {
      if ((view.options.learn_modalities >> i & 1) == 0) continue;
      const Modality& m = model.modalities[i];
      add_counts(who, view, SET_C, counts(SET_C).from(m.at), parameters(SET_C).from(m.at), 1, m.outcomes, false,
                 [&](uint32_t, uint32_t o) { return evidence.c(i, o); });
    }
    who.barrier();
    tables_of_c(who, view, row);
    who.barrier();
  }
  if (learns(SET_D)) {
    for (uint32_t f = 0; f < model.factor_count; ++f) {
      if ((view.options.learn_factors >> f & 1) == 0) continue;
      const Factor& factor = model.factors[f];
      add_counts(who, view, SET_D, counts(SET_D).from(factor.at), parameters(SET_D).from(factor.at), 1, factor.states,
                 false, [&](uint32_t, uint32_t s) { return evidence.d(factor.at + s); });
    }
    who.barrier();
  }
  if (learns(SET_E)) {
    add_counts(who, view, SET_E, counts(SET_E), parameters(SET_E), 1, view.options.policies, false,
               [&](uint32_t, uint32_t p) { return evidence.e(p); });
    who.barrier();
  }
}

/// What one agent adds to its own parameters.
template <class Real>
struct OwnEvidence {
  Evidence<Real> of;
  AATGS_FN Real a(uint32_t m, uint32_t j, uint32_t o) const { return of.of_a(m, j, o); }
  AATGS_FN Real b(uint32_t f, uint32_t u, uint32_t j, uint32_t s) const {
    return of.of_b(of.view.model.factors[f], f, u, j, s);
  }
  AATGS_FN Real c(uint32_t m, uint32_t o) const { return of.outcome(m, o); }
  AATGS_FN Real d(uint32_t s) const { return of.view.beliefs[of.id][s]; }
  AATGS_FN Real e(uint32_t p) const { return of.view.posterior[of.id][p]; }
};

/// Learns an agent's own parameters. Collective.
template <class Scope, class Real>
AI_CALL void learn_own(Agent<Scope, Real>& a, uint32_t which) {
  which &= a.view.agents == 1 ? ~0u : a.view.per_agent;
  if ((which & a.view.learned) == 0) return;
  a.scope.barrier();
  OwnEvidence<Real> evidence{{a.view, a.id}};
  learn_row(a.scope, a.view, a.id, which, evidence);
}

/// Parts that the agents are divided in for sums of what they learn together: the same ones for any team.
inline constexpr uint32_t kPoolParts = 64;

/// Which parameters (bits) all agents have together and learn together.
template <class Real>
AATGS_FN uint32_t pooled_of(const View<Real>& view) {
  return view.agents == 1 ? 0 : view.learned & ~view.per_agent;
}

/// What agents `first` to `first + count - 1` add to each count of one set, in parts; then their sum. Double precision, since
/// there may be millions of agents.
template <class Real>
struct PooledEvidence {
  const View<Real>& view;
  uint32_t first, count;

  /// What one agent adds to entry i of a set.
  AATGS_FN Real of_agent(ParameterSet set, uint32_t i, uint32_t id) const {
    const Structure& model = view.model;
    const Evidence<Real> evidence{view, id};
    if (set == SET_A) {
      uint32_t m = model.modality_count - 1;
      while (model.modalities[m].a_at > i) --m;
      const uint32_t at = i - model.modalities[m].a_at, n = model.modalities[m].outcomes;
      return evidence.of_a(m, at / n, at % n);
    }
    if (set == SET_B) {
      uint32_t f = model.factor_count - 1;
      while (model.factors[f].b_at > i) --f;
      const Factor& factor = model.factors[f];
      const uint32_t at = i - factor.b_at, column = at / factor.states;
      return evidence.of_b(factor, f, column / factor.parents, column % factor.parents, at % factor.states);
    }
    if (set == SET_C) {
      // Preferences of the first time step are what is learned.
      if (i >= model.outcomes) return Real{0};
      uint32_t m = model.modality_count - 1;
      while (model.modalities[m].at > i) --m;
      return evidence.outcome(m, i - model.modalities[m].at);
    }
    if (set == SET_D) return view.clock[id][STEPS] == 1 ? view.beliefs[id][i] : Real{0};
    return view.posterior[id][i];
  }
  AATGS_FN void add_part(ParameterSet set, uint64_t at) const {
    const auto i = static_cast<uint32_t>(at % view.sizes[set]);
    const uint64_t part = at / view.sizes[set];
    double sum = 0;
    for (uint64_t k = count * part / kPoolParts; k < count * (part + 1) / kPoolParts; ++k) {
      sum += static_cast<double>(of_agent(set, i, first + static_cast<uint32_t>(k)));
    }
    view.pool[at] = sum;
  }
  AATGS_FN Real sum(ParameterSet set, uint64_t i) const {
    double all = 0;
    for (uint32_t part = 0; part < kPoolParts; ++part) all += view.pool[part * view.sizes[set] + i];
    return static_cast<Real>(all);
  }
  AATGS_FN Real a(uint32_t m, uint32_t j, uint32_t o) const {
    const Modality& modality = view.model.modalities[m];
    return sum(SET_A, modality.a_at + j * modality.outcomes + o);
  }
  AATGS_FN Real b(uint32_t f, uint32_t u, uint32_t j, uint32_t s) const {
    const Factor& factor = view.model.factors[f];
    return sum(SET_B, factor.b_at + uint64_t{u * factor.parents + j} * factor.states + s);
  }
  AATGS_FN Real c(uint32_t m, uint32_t o) const { return sum(SET_C, view.model.modalities[m].at + o); }
  AATGS_FN Real d(uint32_t s) const { return sum(SET_D, s); }
  AATGS_FN Real e(uint32_t p) const { return sum(SET_E, p); }
};

/// Learns what the agents share, of `which` (bits), from all that take part. Collective; a barrier before and after.
template <class Team, class Real>
AI_CALL void learn_pooled(Team& team, const View<Real>& view, uint32_t first, uint32_t count, uint32_t which) {
  which &= pooled_of(view);
  if (which == 0) return;
  PooledEvidence<Real> evidence{view, first, count};
  for (uint32_t s = 0; s < kSets; ++s) {
    const auto set = static_cast<ParameterSet>(s);
    if ((which >> s & 1) == 0) continue;
    team.barrier();
    // The start is learned from the first time step alone.
    if (set == SET_D && !team.any(count, [&](uint32_t i) { return view.clock[first + i][STEPS] == 1; })) continue;
    team.for_each(kPoolParts * view.sizes[set], [&](uint64_t at) { evidence.add_part(set, at); });
    team.barrier();
    learn_row(team, view, 0, 1u << s, evidence);
    team.barrier();
  }
}

}  // namespace aatgs::active_inference
