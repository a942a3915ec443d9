// Tabu search under learnt weights of edges (the breakout method: P. Morris, "The breakout method for escaping from local
// minima", AAAI 1993): where no move makes the weighted conflicts fewer, the edges in conflict get heavier. On geometric
// graphs, register allocation and other graphs with hard cliques it finds in seconds what no plain tabu walk does; on
// random graphs there is nothing to learn, and it is worse.
//
// Weights of each end of an edge are kept with that end's arcs: both ends of a conflict are in the list, so each raises
// its own. A row of counts has 14 bits for a vertex's weights of one colour and a mark for colours it cannot take; the
// bound on a vertex's total keeps them within that, and weights fade by half where it is reached.
#pragma once
#include <cstdint>

#include "whcr/whcr_choice.hpp"
#include "whcr/whcr_weighted_context.hpp"

namespace aatgs::whcr {

/// Its tables, made anew for each walk. Vertices are below 2^16.
struct WeightedTable {
  uint32_t row_length;
  uint32_t* sizes;  // of list, entered, left; whether weights must fade
  uint16_t* color;  // a copy of the colouring
  uint16_t* total;  // n: weight of all neighbours
  uint16_t* own;  // n: neighbours of the same colour
  uint16_t* list;  // slot -> vertex in conflict
  uint16_t* slot;  // vertex -> slot, where it has one
  int16_t* change;  // slot -> what its best move changes
  uint16_t* entered;  // vertices that came into conflict with a move
  uint16_t* left;  // vertices that came out of it
  int16_t* rows;  // n x row_length: weight of the neighbours of each colour; kTabuBit: own colour or tabu

  AATGS_FN WeightedTable(Carver& carver, const Graph& graph, uint32_t colors) {
    row_length = (colors + kRowChunk - 1) / kRowChunk * kRowChunk;
    sizes = carver.take<uint32_t>(4);
    color = carver.take<uint16_t>(graph.n);
    total = carver.take<uint16_t>(graph.n);
    own = carver.take<uint16_t>(graph.n);
    list = carver.take<uint16_t>(graph.n);
    slot = carver.take<uint16_t>(graph.n);
    change = carver.take<int16_t>(graph.n);
    entered = carver.take<uint16_t>(graph.n);
    left = carver.take<uint16_t>(graph.n);
    rows = carver.take<int16_t>(uint64_t{graph.n} * row_length);
  }
  AATGS_FN int16_t* row_of(uint32_t v) const { return rows + uint64_t{v} * row_length; }
};

template <class Block>
class WeightedWalk {
 public:
  AATGS_FN WeightedWalk(Block& block, const WhcrState& state, uint32_t index, Carver& carver)
      : block_(block),
        graph_(state.graph),
        priors_(state.priors),
        steered_(state.priors.active()),
        search_(*state.search),
        colors_(state.search->colors),
        index_(index),
        member_(state.members[index]),
        given_(state.colors_of(index)),
        best_(state.best_of(index)),
        left_color_(state.left_color + uint64_t{index} * state.graph.n),
        left_until_(state.left_until + uint64_t{index} * state.graph.n),
        weights_(state.weights_of(index)),
        table_(carver, state.graph, state.max_colors),
        color_(table_.color) {}

  /// Runs up to `moves` moves; ends early without conflicts. Collective.
  AATGS_FN void run(uint32_t moves) {
    uint64_t clock = member_.moves;
    const uint64_t end = clock + moves;
    const bool fresh = member_.fresh != 0;
    block_.barrier();
    block_.for_each(graph_.n, [&](uint32_t v) { color_[v] = given_[v]; });
    if (fresh) forget();
    block_.barrier();
    build(clock);
    list_conflicts();
    int32_t conflicts = static_cast<int32_t>(
        block_.template sum<uint32_t>(table_.sizes[0], [&](uint32_t i) { return table_.own[table_.list[i]]; }) / 2);
    int32_t best = fresh ? conflicts + 1 : static_cast<int32_t>(member_.best_conflicts);
    for (; clock < end && conflicts > 0; ++clock) {
      if (conflicts < best) {
        best = conflicts;
        save();
      }
      if ((clock & 255) == 0 && block_.cancelled()) break;
      step(clock, conflicts);
    }
    if (conflicts < best) {
      best = conflicts;
      save();
    }
    block_.for_each(graph_.n, [&](uint32_t v) {
      given_[v] = color_[v];
      if (is_over(v, static_cast<uint32_t>(clock))) left_color_[v] = kNone;
    });
    block_.barrier();
    block_.leader([&] {
      member_.moves = clock;
      member_.conflicts = static_cast<uint32_t>(conflicts);
      member_.best_conflicts = static_cast<uint32_t>(best);
      member_.best_unsaved = 0;
      member_.fresh = 0;
    });
    block_.barrier();
  }

 private:
  AATGS_FN const uint32_t* neighbours_of(uint32_t v) const { return graph_.neighbours + graph_.offsets[v]; }
  AATGS_FN uint16_t* weights_at(uint32_t v) const { return weights_ + graph_.offsets[v]; }

  AATGS_FN void forget() {
    block_.for_each(graph_.offsets[graph_.n], [&](uint32_t a) { weights_[a] = 1; });
    block_.for_each(graph_.n, [&](uint32_t v) { left_color_[v] = kNone; });
  }

  /// Rows, totals and own conflicts from colours, weights and tabus. Collective.
  AATGS_FN void build(uint64_t clock) {
    const auto now = static_cast<uint32_t>(clock);
    block_.for_each(uint64_t{graph_.n} * table_.row_length,
                    [&](uint64_t i) { table_.rows[i] = i % table_.row_length < colors_ ? 0 : kPadding; });
    block_.barrier();
    block_.for_each(graph_.n, [&](uint32_t v) {
      const uint32_t* neighbours = neighbours_of(v);
      const uint16_t* weights = weights_at(v);
      int16_t* row = table_.row_of(v);
      const uint32_t mine = color_[v];
      uint32_t total = 0;
      uint32_t same = 0;
      for (uint32_t a = 0; a < graph_.degree(v); ++a) {
        const uint32_t c = color_[neighbours[a]];
        row[c] = static_cast<int16_t>(row[c] + weights[a]);
        total += weights[a];
        same += c == mine ? 1 : 0;
      }
      table_.total[v] = static_cast<uint16_t>(total);
      table_.own[v] = static_cast<uint16_t>(same);
      row[mine] |= kTabuBit;
      if (is_over(v, now)) left_color_[v] = kNone;
      if (left_color_[v] != kNone) row[left_color_[v]] |= kTabuBit;
    });
    block_.barrier();
  }

  AATGS_FN void list_conflicts() {
    block_.leader([&] { table_.sizes[0] = table_.sizes[3] = 0; });
    block_.barrier();
    block_.for_each(graph_.n, [&](uint32_t v) {
      if (table_.own[v] == 0) return;
      const uint32_t at = table_.sizes[0]++;
      table_.list[at] = static_cast<uint16_t>(v);
      table_.slot[v] = static_cast<uint16_t>(at);
    });
    block_.barrier();
  }

  AATGS_FN void save() {
    block_.for_each(graph_.n, [&](uint32_t v) { best_[v] = color_[v]; });
    block_.barrier();
  }

  /// Tenures are far below 2^31 moves, so the signed difference tells before from after.
  AATGS_FN bool is_over(uint32_t v, uint32_t now) const {
    return left_color_[v] != kNone && static_cast<int32_t>(left_until_[v] - now) <= 0;
  }

  /// One move. Collective.
  AATGS_FN void step(uint64_t clock, int32_t& conflicts) {
    const auto now = static_cast<uint32_t>(clock);
    const uint32_t size = table_.sizes[0];
    block_.for_each_group(size, [&](auto& group, uint32_t i) {
      const uint32_t v = table_.list[i];
      int16_t* row = table_.row_of(v);
      group.leader([&] {
        if (!is_over(v, now)) return;
        row[left_color_[v]] &= kCountMask;
        left_color_[v] = kNone;
      });
      group.barrier();
      const int16_t low = group.template min<int16_t>(table_.row_length, [=](uint32_t c) { return row[c]; });
      group.leader([&] {
        const auto own = static_cast<int16_t>(row[color_[v]] & kCountMask);
        table_.change[i] = low >= kTabuBit ? kPadding : static_cast<int16_t>(low - own);
      });
    });
    block_.barrier();
    Random random = random_for(search_, Purpose::MOVE, index_, clock);
    const uint32_t a = random.next(), b = random.next(), c = random.next(), d = random.next();
    const Draw draw = Draw::from(a, b, c, d);
    const uint64_t first = block_.template min<uint64_t>(size, [&](uint32_t i) { return move_order(i, draw); });
    const auto change = static_cast<int16_t>(static_cast<int32_t>(first >> 48) - kChangeZero);
    if (change == kPadding) return;  // everything tabu: the move is skipped, and time lifts them
    const uint32_t v = first & 0xffff;
    const int16_t* row = table_.row_of(v);
    const auto low = static_cast<int16_t>(change + (row[color_[v]] & kCountMask));
    const auto to =
        static_cast<uint32_t>(block_.template min<uint64_t>(
            colors_, [&](uint32_t k) { return row[k] == low ? color_order(v, k, draw) << 16 | k : ~uint64_t{0}; })) &
        0xffff;
    if (change >= 0) learn(now);
    conflicts += move(v, to, now + 2 + draw.stay % kWeightedTenure);
  }

  /// The place of a slot's vertex among all: its change, then priors, then chance; and the vertex in the lowest 16 bits.
  AATGS_FN uint64_t move_order(uint32_t i, const Draw& draw) const {
    const uint32_t v = table_.list[i];
    const uint64_t weakness = steered_ ? kStrongest - priors_.bias[v] : 0u;
    return static_cast<uint64_t>(table_.change[i] + kChangeZero) << 48 | weakness << 32 | draw.vertex_rank(v) << 16 | v;
  }
  AATGS_FN uint64_t color_order(uint32_t v, uint32_t color, const Draw& draw) const {
    const uint64_t weakness = steered_ ? kStrongest - priors_.strength(v, color) : 0u;
    return weakness << 16 | draw.color_rank(color);
  }

  /// Makes the edges in conflict heavier. Collective.
  AATGS_FN void learn(uint32_t now) {
    block_.for_each_group(table_.sizes[0], [&](auto& group, uint32_t i) {
      const uint32_t v = table_.list[i];
      const uint32_t mine = color_[v];
      const uint32_t* neighbours = neighbours_of(v);
      uint16_t* weights = weights_at(v);
      const uint32_t added = group.template sum<uint32_t>(graph_.degree(v), [&](uint32_t a) {
        if (color_[neighbours[a]] != mine) return 0u;
        weights[a]++;
        return 1u;
      });
      group.leader([&] {
        table_.row_of(v)[mine] = static_cast<int16_t>(table_.row_of(v)[mine] + added);
        table_.total[v] = static_cast<uint16_t>(table_.total[v] + added);
        if (table_.total[v] + graph_.degree(v) > kMostWeightOfVertex) table_.sizes[3] = 1;
      });
    });
    block_.barrier();
    const bool full = table_.sizes[3] != 0;
    block_.barrier();
    if (!full) return;
    block_.for_each(graph_.offsets[graph_.n],
                    [&](uint32_t a) { weights_[a] = static_cast<uint16_t>((weights_[a] + 1) / 2); });
    block_.leader([&] { table_.sizes[3] = 0; });
    block_.barrier();
    build(now);
  }

  /// Gives a vertex another colour; what that changes in conflicting edges. Collective.
  AATGS_FN int32_t move(uint32_t v, uint32_t to, uint32_t until) {
    const uint32_t from = color_[v];
    const uint32_t* neighbours = neighbours_of(v);
    const uint16_t* weights = weights_at(v);
    block_.leader([&] { table_.sizes[1] = table_.sizes[2] = 0; });
    block_.barrier();
    const int32_t change = block_.template sum<int32_t>(graph_.degree(v), [&](uint32_t a) {
      const uint32_t u = neighbours[a];
      int16_t* row = table_.row_of(u);
      row[from] = static_cast<int16_t>(row[from] - weights[a]);
      row[to] = static_cast<int16_t>(row[to] + weights[a]);
      if (color_[u] == from) {
        if (--table_.own[u] == 0) table_.left[table_.sizes[2]++] = static_cast<uint16_t>(u);
        return -1;
      }
      if (color_[u] != to) return 0;
      if (table_.own[u]++ == 0) table_.entered[table_.sizes[1]++] = static_cast<uint16_t>(u);
      return 1;
    });
    block_.leader([&] {
      for (uint32_t i = 0; i < table_.sizes[2]; ++i) leave(table_.left[i]);
      for (uint32_t i = 0; i < table_.sizes[1]; ++i) {
        const uint32_t u = table_.entered[i];
        table_.slot[u] = static_cast<uint16_t>(table_.sizes[0]);
        table_.list[table_.sizes[0]++] = static_cast<uint16_t>(u);
      }
      int16_t* row = table_.row_of(v);
      if (left_color_[v] != kNone) row[left_color_[v]] &= kCountMask;
      row[to] |= kTabuBit;
      row[from] |= kTabuBit;
      left_color_[v] = from;
      left_until_[v] = until;
      color_[v] = static_cast<uint16_t>(to);
      table_.own[v] = static_cast<uint16_t>(table_.own[v] + change);
      if (table_.own[v] == 0) leave(v);
    });
    block_.barrier();
    return change;
  }

  AATGS_FN void leave(uint32_t v) {
    const uint32_t last = table_.list[--table_.sizes[0]];
    table_.list[table_.slot[v]] = static_cast<uint16_t>(last);
    table_.slot[last] = table_.slot[v];
  }

  Block& block_;
  const Graph& graph_;
  const Priors& priors_;
  const bool steered_;
  const Search& search_;
  const uint32_t colors_;
  const uint32_t index_;
  Member& member_;
  uint16_t* const given_;
  uint16_t* const best_;
  uint32_t* const left_color_;
  uint32_t* const left_until_;
  uint16_t* const weights_;
  WeightedTable table_;
  uint16_t* const color_;
};

}  // namespace aatgs::whcr
