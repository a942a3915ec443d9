// Small models, and what is known of them exactly.
#pragma once
#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "thermo/test/harness.hpp"

namespace aatgs::thermo::test {

inline Model random_graph(uint32_t n, uint32_t percent, int32_t most, uint32_t seed, std::vector<double> betas) {
  std::mt19937 random(seed);
  std::vector<Bond> bonds;
  for (uint32_t a = 0; a < n; ++a) {
    for (uint32_t b = a + 1; b < n; ++b) {
      if (random() % 100 >= percent) continue;
      const auto size = static_cast<int32_t>(random() % most) + 1;
      bonds.push_back({a, b, random() % 2 ? size : -size});
    }
  }
  return Model::graph(n, bonds, std::move(betas));
}

/// An L x L torus of +-1 couplings (all +1 with seed 0).
inline Model torus(uint32_t side, uint32_t seed, std::vector<double> betas) {
  std::mt19937 random(seed);
  std::vector<Bond> bonds;
  for (uint32_t y = 0; y < side; ++y) {
    for (uint32_t x = 0; x < side; ++x) {
      const auto weight = [&] { return seed && random() % 2 ? -1 : 1; };
      bonds.push_back({y * side + x, y * side + (x + 1) % side, weight()});
      bonds.push_back({y * side + x, (y + 1) % side * side + x, weight()});
    }
  }
  return Model::graph(side * side, bonds, std::move(betas));
}

/// Energy and moment of a state given as digits, from the definition.
inline Entry evaluate(const Model& model, const std::vector<int>& state, uint32_t states) {
  Entry entry{0, 0};
  const auto n = static_cast<uint32_t>(state.size());
  std::vector<int64_t> counts(states);
  for (uint32_t v = 0; v < n; ++v) {
    for (uint32_t a = model.offsets[v]; a < model.offsets[v + 1]; ++a) {
      const uint32_t u = model.neighbours[a];
      if (u > v) continue;
      entry.energy -= states > 2 ? int64_t{model.weights[a]} * (state[u] == state[v])
                                 : int64_t{model.weights[a]} * (2 * state[u] - 1) * (2 * state[v] - 1);
    }
    if (states == 2) entry.energy -= int64_t{model.fields[v]} * (2 * state[v] - 1);
    counts[state[v]]++;
  }
  entry.moment = states == 2 ? counts[1] - counts[0] : *std::max_element(counts.begin(), counts.end());
  return entry;
}

using Distribution = std::map<std::pair<int64_t, int64_t>, double>;

/// The exact joint distribution of energy and moment at one temperature, over all states.
inline Distribution enumerate(const Model& model, uint32_t states, double beta) {
  Distribution weights;
  std::vector<int> state(model.fields.size(), 0);
  double total = 0;
  for (;;) {
    const Entry entry = evaluate(model, state, states);
    const double weight = std::exp(-beta * static_cast<double>(entry.energy));
    weights[{entry.energy, entry.moment}] += weight;
    total += weight;
    size_t i = 0;
    while (i < state.size() && ++state[i] == static_cast<int>(states)) state[i++] = 0;
    if (i == state.size()) break;
  }
  for (auto& [key, weight] : weights) weight /= total;
  return weights;
}

/// Standardised chi-square of samples against a distribution: about normal (0, 1) if they are independent draws of it.
/// Classes with fewer than eight expected samples are put together.
inline double chi_square_score(const std::vector<Entry>& samples, const Distribution& exact) {
  std::map<std::pair<int64_t, int64_t>, double> seen;
  for (const Entry& entry : samples) seen[{entry.energy, entry.moment}] += 1;
  double chi = 0, rest_expected = 0, rest_seen = 0;
  int classes = 0;
  const auto add = [&](double expected, double observed) {
    chi += (observed - expected) * (observed - expected) / expected;
    ++classes;
  };
  for (const auto& [key, probability] : exact) {
    const double expected = probability * static_cast<double>(samples.size());
    if (expected < 8) {
      rest_expected += expected;
      rest_seen += seen[key];
    } else {
      add(expected, seen[key]);
    }
    seen.erase(key);
  }
  if (rest_expected >= 8) add(rest_expected, rest_seen);
  if (!seen.empty()) return 1e9;  // a class that does not exist
  const double freedom = classes - 1;
  return (chi - freedom) / std::sqrt(2 * freedom);
}

}  // namespace aatgs::thermo::test
