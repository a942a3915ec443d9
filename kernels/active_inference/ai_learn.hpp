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

}  // namespace aatgs::active_inference
