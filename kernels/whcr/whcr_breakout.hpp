// Conflict repair in rounds under learnt weights of edges, on the core: the distributed breakout algorithm (M. Yokoo, K.
// Hirayama, "Distributed breakout algorithm for solving distributed constraint satisfaction problems", ICMAS 1996), with a
// class of one colour for a neighbourhood. Of the vertices of a class that are in conflict the one moves that gains most;
// where none gains, the class's edges in conflict get heavier. Its hard cliques are what decides about a core, and they are
// what gets heavy.
//
// A round reads the colours and sums from before it, and what it changes are sums, so nobody's turn matters.
#pragma once
#include <cstdint>

#include "whcr/whcr_core.hpp"

namespace aatgs::whcr {

/// Weights stay below this; an edge that has come so far gets no heavier.
inline constexpr uint16_t kHeaviest = 0xffff;
/// Rounds a vertex stays away from the colour it left: 2, and up to as many more less one.
inline constexpr uint32_t kBreakoutTenure = 6;
/// Blocks that share a row, since the longest of a round would hold up all others.
inline constexpr uint32_t kShares = 4;
/// The best change of a class, as ~(change + kNoChange) << 32 | chance: high ones first.
inline constexpr uint32_t kNoChange = 0x80000000u;

template <class Team>
class BreakoutRounds {
 public:
  /// `stride`: words of a row of sums. The core is built and weighed.
  AATGS_FN BreakoutRounds(Team& team, const WhcrState& state, uint32_t stride, uint32_t colors)
      : team_(team),
        state_(state),
        sparse_(state.sparse),
        core_(state.sparse.core),
        size_(state.sparse.search->core_vertices),
        stride_(stride),
        colors_(colors),
        clock_(state.sparse.search->rounds),
        salt_(random_for(*state.search, Purpose::ROUND, 1, clock_).next()) {}

  AATGS_FN uint32_t colors() const { return colors_; }
  AATGS_FN uint64_t clock() const { return clock_; }

  /// Lists who is in conflict, from nothing. Collective.
  AATGS_FN void list() {
    now_ = 0;
    team_.leader([&] {
      for (uint32_t i = 0; i < 4; ++i) core_.counts[i] = 0;
    });
    team_.for_each(2 * stride_, [&](uint32_t c) { core_.best[c] = 0; });
    team_.barrier();
    team_.for_each(size_, [&](uint32_t v) {
      core_.listed[v] = kNone;
      if (core_.sums[at(v, core_.color[v])] != 0) push(sparse_.lists[0], core_.counts[0], v);
    });
    team_.barrier();
  }

  /// One round; how many vertices were in conflict before it. With none, nothing has happened. Collective.
  AATGS_FN uint32_t round() {
    const uint32_t now = now_++;
    const uint32_t salt = mix(now, salt_);
    const uint32_t turn = now % 2;
    const uint32_t* before = sparse_.lists[turn];
    uint32_t* list = sparse_.lists[1 - turn];
    uint64_t* best = core_.best + uint64_t{turn} * stride_;
    uint32_t& count = core_.counts[1 - turn];
    team_.for_each_group(core_.counts[turn] + core_.counts[2 + turn],
                         [&](auto& group, uint32_t i) { propose(group, before[i], now, salt, best, list, count); });
    team_.barrier();
    const uint32_t listed = count;
    if (listed == 0) return 0;
    team_.leader([&] { core_.counts[turn] = core_.counts[2 + turn] = 0; });
    team_.for_each(colors_, [&](uint32_t c) { core_.best[uint64_t{1 - turn} * stride_ + c] = 0; });
    uint32_t& met = core_.counts[2 + 1 - turn];
    team_.for_each_block(kShares * listed, [&](auto& block, uint32_t i) {
      act(block, list[i / kShares], i % kShares, now, salt, best, list + listed, met);
    });
    team_.barrier();
    ++clock_;
    return listed;
  }

  /// More colours, which nobody has yet.
  AATGS_FN void allow(uint32_t more) { colors_ += more; }

  /// Gives up the smallest class of a colouring without conflicts, `times` times. Collective.
  AATGS_FN void drop(uint32_t times) {
    for (; times > 0 && colors_ > 1; --times) drop_one();
    list();
  }

  /// Edges in conflict; everybody's colour is in `color`. Collective.
  AATGS_FN uint32_t conflicts() {
    team_.leader([&] { core_.counts[5] = 0; });
    team_.barrier();
    team_.for_each_group(size_, [&](auto& group, uint32_t v) {
      const uint32_t c = core_.color[v];
      if (core_.sums[at(v, c)] == 0) return;
      const uint32_t begin = core_.offsets[v];
      const auto same = group.template sum<uint32_t>(
          core_.offsets[v + 1] - begin, [&](uint32_t a) { return core_.color[core_.rows[begin + a]] == c ? 1u : 0u; });
      group.leader([&] { fetch_add(core_.counts[5], same); });
    });
    team_.barrier();
    return core_.counts[5] / 2;
  }

 private:
  AATGS_FN uint64_t at(uint32_t v, uint32_t c) const { return uint64_t{v} * stride_ + c; }

  /// Where a vertex still in conflict would go; it is listed again, and its class learns of it. Collective.
  template <class Group>
  AATGS_FN void propose(Group& group, uint32_t v, uint32_t now, uint32_t salt, uint64_t* best, uint32_t* list,
                        uint32_t& count) const {
    const uint32_t c = core_.aim[v];
    const uint32_t* sums = core_.sums + at(v, 0);
    const uint32_t own = sums[c];
    group.barrier();  // everybody has read what the leader writes
    group.leader([&] { core_.color[v] = static_cast<uint16_t>(c); });
    if (own == 0) return;
    // Tenures are far below 2^31 rounds, so the signed difference tells before from after.
    const auto clock = static_cast<uint32_t>(clock_);
    const uint32_t barred =
        static_cast<int32_t>(sparse_.left_until[v] - clock) > 0 ? sparse_.left_color[v] : uint32_t{kUncolored};
    const uint32_t mine = mix(v, salt);
    const auto found = group.template argmin<uint64_t>(colors_, [&](uint32_t d) {
      return d == c || d == barred ? ~uint64_t{0} : uint64_t{sums[d]} << 32 | mix(d, mine);
    });
    group.leader([&] {
      list[claim(count)] = v;
      core_.listed[v] = now;
      const bool able = found.value != ~uint64_t{0};
      const auto to = static_cast<uint32_t>(found.index);
      core_.aim[v] = static_cast<uint16_t>(able ? to : c);
      // Who has nowhere to go is the last of the class, and its class learns.
      const uint32_t change = able ? static_cast<uint32_t>(found.value >> 32) - own + kNoChange : kNone;
      core_.proposal[v] = uint64_t{~change} << 32 | mine;
      raise(best[c], core_.proposal[v]);
    });
  }

  /// The best of a class moves; a class in which nobody gains makes its conflicts heavier. A share of the vertex's row.
  /// Collective.
  template <class Block>
  AATGS_FN void act(Block& block, uint32_t v, uint32_t share, uint32_t now, uint32_t salt, const uint64_t* best,
                    uint32_t* behind, uint32_t& met) {
    const uint32_t c = core_.color[v];
    const uint64_t first = best[c];
    const bool stuck = ~static_cast<uint32_t>(first >> 32) >= kNoChange;
    const bool goes = first == core_.proposal[v] && static_cast<uint32_t>(first >> 32) != 0;
    if (!goes) {
      if (share == 0) block.leader([&] { core_.aim[v] = static_cast<uint16_t>(c); });
      if (!stuck) return;
    }
    const uint32_t to = goes ? core_.aim[v] : c;
    const uint32_t degree = core_.offsets[v + 1] - core_.offsets[v];
    const uint32_t fours = (degree + 3) / 4;
    const uint32_t begin = static_cast<uint32_t>(uint64_t{fours} * share / kShares);
    const uint32_t end = static_cast<uint32_t>(uint64_t{fours} * (share + 1) / kShares);
    const uint32_t* row = core_.rows + core_.offsets[v];
    uint16_t* weights = core_.weights + core_.offsets[v];
    // Four at a time, so that memory is waited for once.
    block.for_each(end - begin, [&](uint32_t i) {
      const uint32_t at_first = 4 * (begin + i);
      uint32_t u[4], weight[4], hers[4];
      unrolled<4>([&](auto j) {
        u[j] = at_first + j < degree ? row[at_first + j] : kNone;
        weight[j] = at_first + j < degree ? weights[at_first + j] : 0;
      });
      unrolled<4>([&](auto j) { hers[j] = u[j] != kNone ? core_.color[u[j]] : uint32_t{kUncolored}; });
      unrolled<4>([&](auto j) {
        if (!stuck || hers[j] != c || weight[j] >= kHeaviest) return;
        weights[at_first + j] = static_cast<uint16_t>(++weight[j]);
        fetch_add(core_.sums[at(v, c)], 1);
      });
      if (!goes) return;
      unrolled<4>([&](auto j) {
        if (u[j] == kNone) return;
        fetch_add(core_.sums[at(u[j], c)], 0 - weight[j]);
        fetch_add(core_.sums[at(u[j], to)], weight[j]);
        if (hers[j] == to) meet(u[j], to, now, behind, met);
      });
    });
    if (!goes || share != 0) return;
    block.leader([&] {
      fetch_add(core_.counts[4], 1);
      sparse_.left_color[v] = static_cast<uint16_t>(c);
      sparse_.left_until[v] = static_cast<uint32_t>(clock_) + 2 + mix(v, salt * 3 + 1) % kBreakoutTenure;
    });
  }

  /// Lists a vertex that comes into conflict. Who is listed looks at herself anyway.
  AATGS_FN void meet(uint32_t u, uint32_t color, uint32_t now, uint32_t* behind, uint32_t& met) {
    if (peek(core_.listed[u]) == now || exchange(core_.listed[u], now) == now) return;
    core_.aim[u] = static_cast<uint16_t>(color);
    push(behind, met, u);
  }

  AATGS_FN void drop_one() {
    const uint32_t last = colors_ - 1;
    uint32_t* sizes = sparse_.cursor;
    team_.for_each(colors_, [&](uint32_t c) { sizes[c] = 0; });
    team_.barrier();
    team_.for_each(size_, [&](uint32_t v) {
      core_.color[v] = core_.aim[v];
      claim_in(sizes, core_.color[v]);
    });
    team_.barrier();
    const auto smallest = team_.template argmin<uint32_t>(colors_, [&](uint32_t c) { return sizes[c]; });
    const auto gone = static_cast<uint32_t>(smallest.index);
    // The last colour takes the name of the one that goes.
    team_.for_each(size_, [&](uint32_t v) {
      core_.sums[at(v, gone)] = core_.sums[at(v, last)];
      core_.sums[at(v, last)] = 0;
      const uint32_t c = core_.color[v];
      core_.color[v] = static_cast<uint16_t>(c == gone ? kUncolored : c == last ? gone : c);
      const uint32_t left = sparse_.left_color[v];
      if (left == gone) sparse_.left_color[v] = kUncolored;
      if (left == last) sparse_.left_color[v] = static_cast<uint16_t>(gone);
    });
    colors_ = last;
    team_.barrier();
    const auto is_homeless = [&](uint32_t v) { return core_.color[v] == kUncolored; };
    team_.for_each_group(size_, [&](auto& group, uint32_t v) {
      if (!is_homeless(v)) return;
      const uint32_t mine = mix(v, salt_);
      const auto found = group.template argmin<uint64_t>(
          colors_, [&](uint32_t d) { return uint64_t{core_.sums[at(v, d)]} << 32 | mix(d, mine); });
      group.leader([&] { core_.aim[v] = static_cast<uint16_t>(found.index); });
    });
    team_.barrier();
    team_.for_each_group(size_, [&](auto& group, uint32_t v) {
      if (!is_homeless(v)) return;
      const uint32_t begin = core_.offsets[v];
      group.for_each(core_.offsets[v + 1] - begin, [&](uint32_t a) {
        fetch_add(core_.sums[at(core_.rows[begin + a], core_.aim[v])], core_.weights[begin + a]);
      });
    });
    team_.barrier();
    team_.for_each(size_, [&](uint32_t v) {
      if (is_homeless(v)) {
        core_.color[v] = core_.aim[v];
      } else {
        core_.aim[v] = core_.color[v];
      }
    });
    team_.barrier();
  }

  Team& team_;
  const WhcrState& state_;
  const Sparse& sparse_;
  const Core& core_;
  const uint32_t size_;
  const uint32_t stride_;
  uint32_t colors_;
  uint64_t clock_;
  const uint32_t salt_;
  uint32_t now_ = 0;
};

}  // namespace aatgs::whcr
