// Replica exchange (K. Hukushima, K. Nemoto, J. Phys. Soc. Jpn. 65, 1996) between neighbouring rungs, even and odd pairs
// in turn (deterministic even-odd, non-reversible), and the ladder's adaptation to equal rejection: S. Syed,
// A. Bouchard-Cote, G. Deligiannidis, A. Doucet, "Non-reversible parallel tempering", J. R. Stat. Soc. B 84, 2022.
// Replicas keep their spins and change their rungs.
#pragma once
#include <cstdint>

#include "thermo/thermo_math.hpp"
#include "thermo/thermo_state.hpp"

namespace aatgs::thermo {

/// Notes that a replica has come to a rung; a round trip is hot end, cold end, hot end.
AATGS_FN void arrive(const ThermoState& state, uint32_t replica, uint32_t rung) {
  Walker& walker = state.walkers[replica];
  walker.rung = rung;
  if (rung + 1 == state.rungs) walker.heading = 1;
  if (rung == 0 && walker.heading == 1) {
    walker.heading = 0;
    ++walker.trips;
  }
}

/// One round of exchanges in all ladders. Pairs of a round are disjoint, so all of them may go at once.
template <class Team>
AATGS_FN void exchange(Team& team, const ThermoState& state) {
  const Run& run = *state.run;
  uint32_t parity = static_cast<uint32_t>(run.rounds & 1);
  if (state.scheme == ThermoScheme::SEO) parity = draw(run.seed, Purpose::SCHEME, run.rounds, 0, 0).x[0] & 1;
  const uint32_t pairs = state.rungs > parity ? (state.rungs - parity) / 2 : 0;
  team.for_each(uint64_t{state.ladders} * pairs, [&](uint64_t i) {
    const auto ladder = static_cast<uint32_t>(i / pairs);
    const uint32_t rung = 2 * static_cast<uint32_t>(i % pairs) + parity;
    uint32_t* at = state.at + uint64_t{ladder} * state.rungs + rung;
    const uint32_t hot = at[0], cold = at[1];
    const double apart = (state.betas[rung + 1] - state.betas[rung]) * static_cast<double>(*state.scale);
    // The colder rung prefers the lower energy: what it would lose by the exchange.
    const double cost = apart * static_cast<double>(state.energies[hot] - state.energies[cold]);
    const uint32_t word = draw(run.seed, Purpose::EXCHANGE, run.rounds, ladder * state.rungs + rung, 0).x[0];
    Pair& pair = state.pairs[uint64_t{ladder} * (state.rungs - 1) + rung];
    ++pair.tried;
    if (cost > static_cast<double>(minus_log(word))) return;
    ++pair.made;
    at[0] = cold;
    at[1] = hot;
    arrive(state, cold, rung);
    arrive(state, hot, rung + 1);
  });
}

template <class Team>
AATGS_FN void forget_exchanges(Team& team, const ThermoState& state) {
  team.for_each(uint64_t{state.ladders} * (state.rungs - 1), [&](uint64_t i) { state.pairs[i] = {0, 0}; });
  team.for_each(state.replicas, [&](uint32_t r) { state.walkers[r].trips = 0; });
}

/// Share of a pair's exchanges that were refused, over all ladders; at least 1/1000, so that the barrier rises.
AATGS_FN double rejection(const ThermoState& state, uint32_t rung) {
  uint64_t tried = 0, made = 0;
  for (uint32_t l = 0; l < state.ladders; ++l) {
    const Pair& pair = state.pairs[uint64_t{l} * (state.rungs - 1) + rung];
    tried += pair.tried;
    made += pair.made;
  }
  const double share = tried == 0 ? 0.5 : static_cast<double>(tried - made) / static_cast<double>(tried);
  return share < 0.001 ? 0.001 : share;
}

/// Moves the inner rungs to where the cumulative barrier, the sum of rejections, is cut into equal parts. The ends stay.
/// One thread works; `before` holds rungs numbers.
AATGS_FN void adapt_ladder(const ThermoState& state, double* before) {
  double total = 0.0;
  for (uint32_t k = 0; k < state.rungs; ++k) before[k] = state.betas[k];
  for (uint32_t k = 0; k + 1 < state.rungs; ++k) total += rejection(state, k);
  uint32_t k = 0;
  double passed = 0.0, next = rejection(state, 0);
  for (uint32_t j = 1; j + 1 < state.rungs; ++j) {
    const double wanted = total * static_cast<double>(j) / static_cast<double>(state.rungs - 1);
    while (passed + next < wanted && k + 2 < state.rungs) {
      passed += next;
      next = rejection(state, ++k);
    }
    const double share = (wanted - passed) / next;
    state.betas[j] = before[k] + (before[k + 1] - before[k]) * (share > 1.0 ? 1.0 : share);
  }
}

}  // namespace aatgs::thermo
