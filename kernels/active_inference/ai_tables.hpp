// What follows from the parameters and is looked up in every step: logarithms, ambiguities, novelties, paths.
// `Who` does the work: an agent's scope for its own parameters, the team for shared ones. No barrier at the end.
#pragma once
#include "active_inference/ai_state.hpp"

namespace aatgs::active_inference {

/// Novelty of one Dirichlet count: minus the information it gains from another observation, exactly or as SPM has it.
template <class Real>
AI_CALL Real novelty(Real count, Real sum, bool spm) {
  if (!(count > Real{0})) return Real{0};
  if (spm) return Real{1} / sum - Real{1} / (count + static_cast<Real>(kSpmFloor));
  const double c = static_cast<double>(count) < kMinimum ? kMinimum : static_cast<double>(count);
  const double s = static_cast<double>(sum);
  return static_cast<Real>(-(log_of(s) - log_of(c) + 1 / c - 1 / s + digamma(c) - digamma(s)));
}

/// Fills the novelties of one table of columns of counts, `n` counts a column.
template <class Who, class Real>
AATGS_FN void novelties(Who& who, Vec<Real> counts, Vec<Real> out, uint32_t columns, uint32_t n, bool spm) {
  who.for_each(columns, [&](uint32_t j) {
    Real sum{0};
    for (uint32_t o = 0; o < n; ++o) {
      const Real count = counts[j * n + o];
      const auto least = static_cast<Real>(kMinimum);
      sum += spm ? count + static_cast<Real>(kSpmFloor) : (count < least ? least : count);
    }
    for (uint32_t o = 0; o < n; ++o) out[j * n + o] = novelty(counts[j * n + o], sum, spm);
  });
}

template <class Who, class Real>
AI_CALL void tables_of_a(Who& who, const View<Real>& view, uint32_t row) {
  const Structure& model = view.model;
  const bool add = view.options.adds_floor(), spm = view.options.has(AiFlag::SPM_GAIN);
  const Vec<Real> a = view.parameters[SET_A][row], logs = view.log_a[row], gains = view.gain_a[row];
  for (uint32_t i = 0; i < model.modality_count; ++i) {
    const Modality& m = model.modalities[i];
    const uint32_t joint = model.groups[m.group].joint;
    who.for_each(joint, [&](uint32_t j) {
      Real gain{0};
      for (uint32_t o = 0; o < m.outcomes; ++o) {
        const Real p = a[m.a_at + j * m.outcomes + o];
        logs[m.a_at + o * joint + j] = floored_log(p, add);
        gain += p * (spm ? log_of(p + static_cast<Real>(kSpmGainFloor)) : floored_log(p, false));
      }
      gains[m.joint_at + j] = gain;
    });
    if (view.options.has(AiFlag::NOVELTY_A)) {
      novelties(who, view.counts[SET_A][row].from(m.a_at), view.novelty_a[row].from(m.a_at), joint, m.outcomes,
                view.options.has(AiFlag::SPM_NOVELTY));
    }
  }
}

template <class Who, class Real>
AI_CALL void tables_of_b(Who& who, const View<Real>& view, uint32_t row) {
  if (!view.options.has(AiFlag::NOVELTY_B)) return;
  for (uint32_t f = 0; f < view.model.factor_count; ++f) {
    const Factor& factor = view.model.factors[f];
    novelties(who, view.counts[SET_B][row].from(factor.b_at), view.novelty_b[row].from(factor.b_at),
              factor.parents * factor.controls, factor.states, view.options.has(AiFlag::SPM_NOVELTY));
  }
}

/// ln C: as given, or the logarithm of its softmax over outcomes; learned preferences are probabilities.
template <class Who, class Real>
AI_CALL void tables_of_c(Who& who, const View<Real>& view, uint32_t row) {
  const Structure& model = view.model;
  const Vec<Real> c = view.parameters[SET_C][row], logs = view.log_c[row];
  const bool learned = (view.learned & 1u << SET_C) != 0, soft = view.options.has(AiFlag::SOFTMAX_C);
  who.for_each(view.options.preference_steps * model.modality_count, [&](uint32_t i) {
    const Modality& m = model.modalities[i % model.modality_count];
    const uint32_t at = i / model.modality_count * model.outcomes + m.at;
    Real top = c[at], sum{0};
    for (uint32_t o = 1; o < m.outcomes; ++o) top = c[at + o] > top ? c[at + o] : top;
    for (uint32_t o = 0; o < m.outcomes; ++o) sum += exp_of(c[at + o] - top);
    for (uint32_t o = 0; o < m.outcomes; ++o) {
      const Real given = c[at + o];
      if (learned) {
        logs[at + o] = floored_log(given, view.options.adds_floor());
      } else {
        logs[at + o] = soft ? floored_log(exp_of(given - top) / sum, true) : given;
      }
    }
  });
}

/// Row d of the inductive matrix marks the states from which a goal can be reached in d steps; SPM's successor takes
/// transitions the other way round, which is the same where moves can be undone. One factor after the other.
template <class Real>
AI_CALL void paths_of(const View<Real>& view, uint32_t row, uint32_t f) {
  const Structure& model = view.model;
  const Factor& factor = model.factors[f];
  const Vec<Real> b = view.parameters[SET_B][row].from(factor.b_at), paths = view.paths[row];
  const bool forward = view.options.has(AiFlag::SPM_INDUCTION);
  const auto possible = [&](uint32_t from, uint32_t to) {
    for (uint32_t u = 0; u < factor.controls; ++u) {
      if (b[(u * factor.parents + from) * factor.states + to] > view.options.induction_threshold) return true;
    }
    return false;
  };
  for (uint32_t s = 0; s < factor.states; ++s) paths[factor.at + s] = view.goals[factor.at + s];
  for (uint32_t d = 1; d < view.options.induction_depth; ++d) {
    for (uint32_t s = 0; s < factor.states; ++s) {
      bool reached = false;
      for (uint32_t other = 0; other < factor.states && !reached; ++other) {
        if (!(paths[(d - 1) * model.states + factor.at + other] > Real{0})) continue;
        reached = forward ? possible(other, s) : possible(s, other);
      }
      paths[d * model.states + factor.at + s] = reached ? Real{1} : Real{0};
    }
  }
}

template <class Who, class Real>
AATGS_FN void tables_of_paths(Who& who, const View<Real>& view, uint32_t row) {
  if (!view.options.has(AiFlag::INDUCTIVE)) return;
  who.for_each(view.model.factor_count, [&](uint32_t f) { paths_of(view, row, f); });
}

}  // namespace aatgs::active_inference
