// Greedy colouring by the whole team (M. Jones, P. Plassmann, "A parallel graph coloring heuristic", SIAM J. Sci. Comput.
// 14, 1993), vertices of high degree first as in ECL-GC (G. Alabandi, E. Powers, M. Burtscher, "Increasing the
// parallelism of graph coloring via shortcutting", PPoPP 2020). A vertex waits for its neighbours that come first, so
// the result is that of colouring one vertex after the other in that order, whoever does the work.
//
// Every vertex's neighbours are sorted into those that come first, whose colours it must avoid, and those that wait for
// it: the vertices of highest degree, on which everybody waits, have few of the former.
#pragma once
#include <cstdint>

#include "whcr/whcr_first_fit.hpp"
#include "whcr/whcr_lists.hpp"

namespace aatgs::whcr {

/// What the team does to colour the uncoloured vertices of `state.colors`.
template <class Team>
class GreedyColoring {
 public:
  /// `blank`: no vertex has a colour yet. Colours are below `limit`. `layers`: high ones first, whatever the degrees.
  AATGS_FN GreedyColoring(Team& team, const WhcrState& state, uint32_t limit, bool blank,
                          const uint32_t* layers = nullptr)
      : team_(team),
        state_(state),
        graph_(state.graph),
        sparse_(state.sparse),
        color_(state.colors),
        limit_(limit),
        blank_(blank),
        layers_(layers),
        salt_(random_for(*state.search, Purpose::ORDER, 0, state.search->events).next()) {}

  /// Colours what is uncoloured: the first colour that fits, or else the one fewest neighbours have. Collective.
  AATGS_FN void run() {
    sort_out();
    for (uint32_t round = 0;; ++round) {
      const uint32_t now = round % 3;
      const uint32_t next = (round + 1) % 3;
      const Ready ready{sparse_, round};
      const uint32_t light = sparse_.ready[kLight * 3 + now];
      const uint32_t heavy = sparse_.ready[kHeavy * 3 + now];
      const uint32_t hubs = sparse_.ready[kHub * 3 + now];
      if (light + heavy + hubs == 0 || team_.cancelled()) break;
      team_.leader([&] {
        for (uint32_t weight = 0; weight < kWeights; ++weight) sparse_.ready[weight * 3 + (round + 2) % 3] = 0;
      });
      const Waiting waiting{
          graph_, sparse_, sparse_.ready + next, {ready.list(kLight, 1), ready.list(kHeavy, 1), ready.list(kHub, 1)}};
      // Nobody in the lists is a neighbour of another, so nobody's colour changes while it is looked at.
      team_.for_each(light, [&](uint32_t i) {
        const uint32_t v = ready.list(kLight, 0)[i];
        const uint32_t* sorted = sparse_.sorted + graph_.offsets[v];
        const uint32_t ahead = sparse_.ahead[v];
        color_[v] = static_cast<uint16_t>(settle(v, first_fit(sorted, ahead, color_)));
        const uint32_t behind = graph_.degree(v) - ahead;
        for (uint32_t a = 0; a < behind; a += 4) waiting.release_four(sorted + ahead, a, behind);
      });
      team_.for_each_group(heavy, [&](auto& group, uint32_t i) {
        const uint32_t v = ready.list(kHeavy, 0)[i];
        place(group, v, first_fit(group, sparse_.sorted + graph_.offsets[v], sparse_.ahead[v], color_), waiting);
      });
      team_.for_each_block(hubs, [&](auto& block, uint32_t i) {
        const uint32_t v = ready.list(kHub, 0)[i];
        place(block, v, first_fit_of_hub(block, sparse_.sorted + graph_.offsets[v], sparse_.ahead[v], color_), waiting);
      });
      team_.barrier();
    }
    if (team_.cancelled()) {
      // Nobody will look at the result, but it must not lead out of the tables.
      team_.for_each(graph_.n, [&](uint32_t v) { color_[v] = color_[v] == kUncolored ? 0 : color_[v]; });
    }
    team_.barrier();
  }

 private:
  /// The lists of vertices that can be coloured: `later` 0: in this round, 1: in the next.
  struct Ready {
    const Sparse& sparse;
    uint32_t round;
    AATGS_FN uint32_t* list(uint32_t weight, uint32_t later) const {
      // By a pointer: GCC 12 with -fsanitize=undefined takes the wrong element of an array chosen by a condition.
      uint32_t* const* two = weight == kLight ? sparse.lists : weight == kHeavy ? sparse.heavy : sparse.hubs;
      return two[(round + later) % 2];
    }
  };

  /// Vertices that wait, and where they go when they need not any more.
  struct Waiting {
    const Graph& graph;
    const Sparse& sparse;
    uint32_t* counts;  // of the next round's lists, three words apart
    uint32_t* lists[kWeights];

    /// Entries `at` to at + 3 of a list; together, so that memory is waited for once.
    AATGS_FN void release_four(const uint32_t* list, uint32_t at, uint32_t count) const {
      uint32_t u[4];
      bool last[4];
      unrolled<4>([&](auto j) { u[j] = at + j < count ? list[at + j] : kNone; });
      unrolled<4>([&](auto j) { last[j] = u[j] != kNone && fetch_add(sparse.wait[u[j]], kNone) == 1; });
      unrolled<4>([&](auto j) {
        if (last[j]) enlist(u[j]);
      });
    }
    AATGS_FN void enlist(uint32_t u) const {
      const uint32_t weight = weight_of(graph.degree(u));
      if (weight == kLight) {
        push(lists[kLight], counts[kLight * 3], u);
      } else if (weight == kHeavy) {
        push(lists[kHeavy], counts[kHeavy * 3], u);
      } else {
        push(lists[kHub], counts[kHub * 3], u);
      }
    }
  };

  /// The order: high keys first.
  AATGS_FN uint64_t key(uint32_t v) const {
    if (layers_) return uint64_t{layers_[v]} << 32 | mix(v, salt_);
    const uint32_t degree = graph_.degree(v) < 0xfffff ? graph_.degree(v) : 0xfffff;
    return uint64_t{state_.priors.bias[v]} << 52 | uint64_t{degree} << 32 | mix(v, salt_);
  }
  AATGS_FN bool comes_first(uint32_t u, uint64_t mine) const {
    return (!blank_ && color_[u] != kUncolored) || sparse_.key[u] > mine;
  }

  /// Sorts every uncoloured vertex's neighbours, and lists those that wait for nobody. Collective.
  AATGS_FN void sort_out() {
    const Ready ready{sparse_, 0};
    const Waiting waiting{
        graph_, sparse_, sparse_.ready, {ready.list(kLight, 0), ready.list(kHeavy, 0), ready.list(kHub, 0)}};
    team_.leader([&] {
      for (uint32_t i = 0; i < kWeights * 3; ++i) sparse_.ready[i] = 0;
      sparse_.counts[0] = sparse_.counts[1] = 0;
    });
    team_.barrier();
    team_.for_each(graph_.n, [&](uint32_t v) {
      sparse_.key[v] = key(v);
      sparse_.wait[v] = 0;
      sparse_.ahead[v] = 0;
      if (color_[v] != kUncolored) return;
      const uint32_t degree = graph_.degree(v);
      // Those with many neighbours are gathered in the lists of the second round, which nobody needs yet.
      if (degree >= kHubDegree) {
        push(ready.list(kHub, 1), sparse_.counts[1], v);
      } else if (degree >= kHeavyDegree) {
        push(ready.list(kHeavy, 1), sparse_.counts[0], v);
      }
    });
    team_.barrier();
    team_.for_each(graph_.n, [&](uint32_t v) {
      const uint32_t degree = graph_.degree(v);
      if (degree >= kHeavyDegree || color_[v] != kUncolored) return;
      const uint32_t* neighbours = graph_.neighbours + graph_.offsets[v];
      uint32_t* sorted = sparse_.sorted + graph_.offsets[v];
      const uint64_t mine = sparse_.key[v];
      uint32_t first = 0, last = degree, unsettled = 0;
      AATGS_UNROLL_4
      for (uint32_t a = 0; a < degree; ++a) {
        const uint32_t u = neighbours[a];
        const bool before = comes_first(u, mine);
        sorted[before ? first : last - 1] = u;
        first += before ? 1 : 0;
        last -= before ? 0 : 1;
        unsettled += before && (blank_ || color_[u] == kUncolored) ? 1 : 0;
      }
      sparse_.ahead[v] = first;
      sparse_.wait[v] = unsettled;
      if (unsettled == 0) waiting.enlist(v);
    });
    team_.for_each_group(sparse_.counts[0],
                         [&](auto& group, uint32_t i) { sort_one(group, ready.list(kHeavy, 1)[i], waiting); });
    team_.for_each_block(sparse_.counts[1],
                         [&](auto& block, uint32_t i) { sort_one(block, ready.list(kHub, 1)[i], waiting); });
    team_.barrier();
  }

  /// The same for one vertex by many threads. Collective.
  template <class Scope>
  AATGS_FN void sort_one(Scope& scope, uint32_t v, const Waiting& waiting) const {
    const uint32_t degree = graph_.degree(v);
    const uint32_t* neighbours = graph_.neighbours + graph_.offsets[v];
    uint32_t* sorted = sparse_.sorted + graph_.offsets[v];
    const uint64_t mine = sparse_.key[v];
    uint32_t& ahead = sparse_.ahead[v];
    uint32_t& behind = sparse_.turn[v];
    scope.leader([&] { behind = 0; });
    scope.barrier();
    const uint32_t unsettled = scope.template sum<uint32_t>(degree, [&](uint32_t a) {
      const uint32_t u = neighbours[a];
      if (comes_first(u, mine)) {
        sorted[claim(ahead)] = u;
        return blank_ || color_[u] == kUncolored ? 1u : 0u;
      }
      sorted[degree - 1 - claim(behind)] = u;
      return 0u;
    });
    scope.leader([&] {
      sparse_.wait[v] = unsettled;
      if (unsettled == 0) waiting.enlist(v);
    });
  }

  /// Colours a vertex and lets those go ahead that wait for nobody else. Collective.
  template <class Scope>
  AATGS_FN void place(Scope& scope, uint32_t v, uint32_t fit, const Waiting& waiting) const {
    scope.leader([&] { color_[v] = static_cast<uint16_t>(settle(v, fit)); });
    const uint32_t ahead = sparse_.ahead[v];
    const uint32_t behind = graph_.degree(v) - ahead;
    const uint32_t* after = sparse_.sorted + graph_.offsets[v] + ahead;
    scope.for_each((behind + 3) / 4, [&](uint32_t i) { waiting.release_four(after, 4 * i, behind); });
  }
  AATGS_FN uint32_t settle(uint32_t v, uint32_t fit) const {
    if (fit < limit_) return fit;
    return least_met(graph_, state_.priors, color_, v, limit_, kNone, kNone, mix(v, salt_)).color;
  }

  Team& team_;
  const WhcrState& state_;
  const Graph& graph_;
  const Sparse& sparse_;
  uint16_t* const color_;
  const uint32_t limit_;
  const bool blank_;
  const uint32_t* const layers_;
  const uint32_t salt_;
};

/// Colours what is uncoloured, with colours below `limit`; `blank`: that is all. Collective.
template <class Team>
AATGS_OUTLINE void color_greedily(Team& team, const WhcrState& state, uint32_t limit, bool blank) {
  GreedyColoring<Team>(team, state, limit, blank).run();
}

/// The largest colour in use, plus one. Collective.
template <class Team>
AATGS_OUTLINE uint32_t count_colors(Team& team, const WhcrState& state, const uint16_t* color) {
  return 1 + ~team.template min<uint32_t>(state.graph.n, [&](uint32_t v) { return ~uint32_t{color[v]}; });
}

}  // namespace aatgs::whcr
