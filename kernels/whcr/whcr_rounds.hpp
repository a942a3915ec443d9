// Conflict repair in rounds: of the vertices in conflict an independent set moves at once, so that each decides from what
// is there before the round, and the outcome does not depend on who decides first. A move is that of whcr_repair.hpp.
//
// With a hierarchy the rounds go from coarse to fine, again and again: on a coarse level only clusters that hold at least
// their share of the conflicts take part, each with the vertex of the largest detail, and the finest round lets all move.
#pragma once
#include <cstdint>

#include "whcr/whcr_greedy.hpp"
#include "whcr/whcr_hierarchy.hpp"

namespace aatgs::whcr {

/// A move that adds d conflicts is made once in 2^(4 d) times: of 3, 4 and 6, what reached few colours soonest.
inline constexpr uint32_t kRoundNoiseBits = 4;
/// Listed vertices, besides an eighth of all, after which a substep ends early: conflicts differ by orders of magnitude
/// over a search, and a step must not take seconds.
inline constexpr uint32_t kSubstepVisits = 65536;
/// Tenure: rounds a vertex stays away from the colour it left.
inline constexpr uint32_t kRoundTenure = 10;

/// Counts every vertex's conflicts, and all of them. Collective.
template <class Team>
AATGS_OUTLINE uint32_t count_conflicts(Team& team, const WhcrState& state) {
  const Graph& graph = state.graph;
  const uint16_t* color = state.colors;
  team.for_each(graph.n, [&](uint32_t v) {
    uint32_t same = 0;
    for (uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
      same += color[graph.neighbours[a]] == color[v] ? 1 : 0;
    }
    state.sparse.own[v] = same;
  });
  team.barrier();
  return static_cast<uint32_t>(
      team.template sum<uint64_t>(graph.n, [&](uint32_t v) { return uint64_t{state.sparse.own[v]}; }) / 2);
}

/// Forgets the tabu list: the colouring is a new one. Collective.
template <class Team>
AATGS_OUTLINE void forget_moves(Team& team, const WhcrState& state) {
  team.for_each(state.graph.n, [&](uint32_t v) { state.sparse.left_color[v] = kUncolored; });
  team.barrier();
}

template <class Team>
class RepairRounds {
 public:
  AATGS_FN RepairRounds(Team& team, const WhcrState& state)
      : team_(team),
        state_(state),
        graph_(state.graph),
        sparse_(state.sparse),
        color_(state.colors),
        colors_(state.search->colors),
        steered_(state.priors.active()) {}

  /// Up to `rounds` rounds; ends early without conflicts. Collective.
  AATGS_FN void run(uint32_t rounds) {
    const uint64_t first = sparse_.search->rounds;
    team_.leader([&] {
      for (uint32_t i = 0; i < 4; ++i) sparse_.counts[i] = 0;
    });
    team_.barrier();
    team_.for_each(graph_.n, [&](uint32_t v) {
      sparse_.turn[v] = sparse_.wait[v] = kNone;
      if (sparse_.own[v] != 0) push(sparse_.lists[0], sparse_.counts[0], v);
    });
    team_.barrier();
    uint32_t done = 0;
    const uint64_t most = kSubstepVisits + graph_.n / 8;
    for (uint64_t visits = 0; done < rounds && visits < most; ++done) {
      const uint32_t listed = sparse_.counts[done % 2];
      if (listed == 0 || team_.cancelled()) break;
      visits += listed;
      round(first + done, done);
    }
    const uint32_t size = sparse_.counts[done % 2];
    const uint32_t* list = sparse_.lists[done % 2];
    const auto twice = team_.template sum<uint64_t>(size, [&](uint32_t i) { return uint64_t{sparse_.own[list[i]]}; });
    team_.leader([&] {
      sparse_.search->rounds = first + done;
      sparse_.search->moves += sparse_.counts[2];
      sparse_.search->conflicts = static_cast<uint32_t>(twice / 2);
    });
    team_.barrier();
  }

 private:
  AATGS_FN void round(uint64_t clock, uint32_t done) {
    const auto now = static_cast<uint32_t>(clock);
    const uint32_t size = sparse_.counts[done % 2];
    uint32_t* list = sparse_.lists[done % 2];
    uint32_t* after = sparse_.lists[(done + 1) % 2];
    const uint32_t salt = random_for(*state_.search, Purpose::ROUND, 0, clock).next();
    const uint32_t level = sparse_.levels ? sparse_.levels - now % (sparse_.levels + 1) : 0;
    if (level) {
      name_candidates(level, list, size, now, salt);
    } else {
      team_.for_each(size, [&](uint32_t i) { sparse_.turn[list[i]] = now; });
    }
    team_.for_each(size, [&](uint32_t i) { sparse_.wait[list[i]] = now; });
    team_.leader([&] { sparse_.counts[(done + 1) % 2] = sparse_.counts[3] = 0; });
    team_.barrier();
    team_.for_each(size, [&](uint32_t i) { sparse_.next[list[i]] = decide(list[i], now, clock, salt); });
    team_.barrier();
    // The room behind the list takes those that come into conflict: both together are at most n.
    team_.for_each(size, [&](uint32_t i) {
      if (sparse_.next[list[i]] != kUncolored) move(list[i], now, clock, list + size);
    });
    team_.barrier();
    team_.for_each(size + sparse_.counts[3], [&](uint32_t i) {
      if (sparse_.own[list[i]] != 0) push(after, sparse_.counts[(done + 1) % 2], list[i]);
    });
    team_.barrier();
  }

  /// In each cluster with its share of the conflicts, the vertex with the largest detail.
  AATGS_FN void name_candidates(uint32_t level, const uint32_t* list, uint32_t size, uint32_t now, uint32_t salt) {
    gather_mass(team_, state_, level, list, size);
    // The mass of a vertex's cluster, averaged over the listed vertices: clusters below it wait for a finer level.
    const auto weighed = team_.template sum<uint64_t>(
        size, [&](uint32_t i) { return uint64_t{sparse_.mass[cluster_of(state_, level, list[i])]}; });
    const uint64_t mean = weighed / size;
    team_.for_each(size, [&](uint32_t i) {
      const uint32_t v = list[i];
      const uint32_t c = cluster_of(state_, level, v);
      // All of a cluster have the same mean, so its details are in the order of the conflicts themselves.
      if (sparse_.mass[c] >= mean) raise(sparse_.key[c], uint64_t{sparse_.own[v]} << 32 | mix(v, salt));
    });
    team_.barrier();
    team_.for_each(size, [&](uint32_t i) {
      const uint32_t v = list[i];
      const uint64_t first = sparse_.key[cluster_of(state_, level, v)];
      if (first == (uint64_t{sparse_.own[v]} << 32 | mix(v, salt))) sparse_.turn[v] = now;
    });
  }

  /// Who of two neighbours moves first: the more biased, then chance.
  AATGS_FN uint64_t precedence(uint32_t v, uint32_t salt) const {
    return uint64_t{steered_ ? state_.priors.bias[v] : 0u} << 32 | mix(v, salt);
  }

  /// The colour this vertex takes, or kUncolored when it stays.
  AATGS_FN uint16_t decide(uint32_t v, uint32_t now, uint64_t clock, uint32_t salt) const {
    if (sparse_.turn[v] != now) return kUncolored;
    const uint64_t mine = precedence(v, salt);
    for (uint32_t a = graph_.offsets[v]; a < graph_.offsets[v + 1]; ++a) {
      const uint32_t u = graph_.neighbours[a];
      if (sparse_.turn[u] == now && precedence(u, salt) > mine) return kUncolored;
    }
    Random random = random_for(*state_.search, Purpose::MOVE, 0, clock, v);
    // Tenures are far below 2^31 rounds, so the signed difference tells before from after.
    const bool barred = static_cast<int32_t>(sparse_.left_until[v] - now) > 0;
    const Pick pick = least_met(graph_, state_.priors, color_, v, colors_, color_[v],
                                barred ? sparse_.left_color[v] : kNone, random.next());
    if (pick.color == kNone) return kUncolored;
    const uint32_t before = sparse_.own[v];
    const bool moves = pick.count <= before || dares(pick.count - before, random.next());
    return moves ? static_cast<uint16_t>(pick.color) : kUncolored;
  }

  AATGS_FN static bool dares(uint32_t added, uint32_t word) {
    return added * kRoundNoiseBits < 32 && word >> (32 - added * kRoundNoiseBits) == 0;
  }

  /// Makes the decided move. No neighbour moves in the same round, so every colour but the vertex's own is at rest.
  AATGS_FN void move(uint32_t v, uint32_t now, uint64_t clock, uint32_t* met) const {
    const uint16_t from = color_[v];
    const uint16_t to = sparse_.next[v];
    uint32_t same = 0;
    for (uint32_t a = graph_.offsets[v]; a < graph_.offsets[v + 1]; ++a) {
      const uint32_t u = graph_.neighbours[a];
      if (color_[u] == from) {
        fetch_add(sparse_.own[u], kNone);
      } else if (color_[u] == to) {
        ++same;
        fetch_add(sparse_.own[u], 1);
        if (exchange(sparse_.wait[u], now) != now) push(met, sparse_.counts[3], u);
      }
    }
    color_[v] = to;
    sparse_.own[v] = same;
    sparse_.left_color[v] = from;
    Random random = random_for(*state_.search, Purpose::MOVE, 1, clock, v);
    sparse_.left_until[v] = now + 1 + random.below(kRoundTenure);
    fetch_add(sparse_.counts[2], 1);
  }

  Team& team_;
  const WhcrState& state_;
  const Graph& graph_;
  const Sparse& sparse_;
  uint16_t* const color_;
  const uint32_t colors_;
  const bool steered_;
};

}  // namespace aatgs::whcr
