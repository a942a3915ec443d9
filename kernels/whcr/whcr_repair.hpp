// Min-conflicts on one colouring (S. Minton et al., "Minimizing conflicts", Artificial Intelligence 58, 1992) for large
// sparse graphs, where a table of counts would not fit and the best of all moves is not worth looking for: a random
// vertex in conflict takes the colour fewest of its neighbours have, and stays away from its old one for a while. A
// change for the worse is made with a probability that falls by 64 with each conflict it adds, as at a fixed temperature
// of annealing (D. Johnson et al., "Optimization by simulated annealing II", Operations Research 39, 1991): without
// that, the walk comes to rest at hundreds of conflicts on graphs it otherwise colours in a second.
#pragma once
#include <cstdint>

#include "whcr/whcr_priors.hpp"

namespace aatgs::whcr {

/// A move that adds d conflicts is made once in 2^(6 d) times: of 3 and 6, the better on every DIMACS family tried but one.
inline constexpr uint32_t kNoiseBits = 6;

template <class Block>
class RepairWalk {
 public:
  AATGS_FN RepairWalk(Block& block, const WhcrState& state, uint32_t index, Carver& carver)
      : block_(block),
        graph_(state.graph),
        priors_(state.priors),
        steered_(state.priors.active()),
        search_(*state.search),
        colors_(state.search->colors),
        index_(index),
        member_(state.members[index]),
        color_(state.colors_of(index)),
        best_(state.best_of(index)),
        left_color_(state.left_color + uint64_t{index} * state.graph.n),
        left_until_(state.left_until + uint64_t{index} * state.graph.n),
        own_(carver.take<uint32_t>(state.graph.n)),
        list_(carver.take<uint32_t>(state.graph.n)),
        slot_(carver.take<uint32_t>(state.graph.n)),
        around_(carver.take<uint32_t>(state.max_colors)),
        size_(*carver.take<uint32_t>(1)) {}

  /// Runs up to `moves` moves; ends early without conflicts. Collective.
  AATGS_FN void run(uint32_t moves) {
    prepare();
    block_.leader([&] {
      const uint64_t end = member_.moves + moves;
      for (; member_.moves < end && size_ > 0; ++member_.moves) {
        if ((member_.moves & 255) == 0 && block_.cancelled()) break;
        move();
      }
      member_.best_unsaved = member_.conflicts < member_.best_conflicts;
      if (member_.best_unsaved) member_.best_conflicts = member_.conflicts;
    });
    block_.barrier();
    if (member_.best_unsaved) block_.for_each(graph_.n, [&](uint32_t v) { best_[v] = color_[v]; });
    block_.barrier();
  }

 private:
  AATGS_FN void prepare() {
    const bool fresh = member_.fresh != 0;
    block_.for_each(graph_.n, [&](uint32_t v) {
      uint32_t same = 0;
      for (uint32_t a = graph_.offsets[v]; a < graph_.offsets[v + 1]; ++a) {
        same += color_[graph_.neighbours[a]] == color_[v] ? 1 : 0;
      }
      own_[v] = same;
      if (fresh) left_color_[v] = kNone;
    });
    block_.for_each(colors_, [&](uint32_t c) { around_[c] = 0; });
    block_.barrier();
    const uint64_t sum = block_.template sum<uint64_t>(graph_.n, [&](uint32_t v) { return uint64_t{own_[v]}; });
    block_.barrier();
    block_.leader([&] {
      size_ = 0;
      for (uint32_t v = 0; v < graph_.n; ++v) {
        if (own_[v] != 0) enter(v);
      }
      member_.conflicts = static_cast<uint32_t>(sum / 2);
      if (fresh) member_.best_conflicts = kNone;
      member_.fresh = 0;
    });
    block_.barrier();
  }

  AATGS_FN void enter(uint32_t v) {
    slot_[v] = size_;
    list_[size_++] = v;
  }
  AATGS_FN void leave(uint32_t v) {
    const uint32_t last = list_[--size_];
    list_[slot_[v]] = last;
    slot_[last] = slot_[v];
  }

  AATGS_FN static bool dares(uint32_t added, uint32_t word) {
    return added * kNoiseBits < 32 && word >> (32 - added * kNoiseBits) == 0;
  }

  /// A vertex in conflict; with priors the more biased of two.
  AATGS_FN uint32_t draw(Random& random) const {
    const uint32_t v = list_[random.below(size_)];
    if (!steered_) return v;
    const uint32_t other = list_[random.below(size_)];
    return priors_.bias[other] > priors_.bias[v] ? other : v;
  }
  AATGS_FN bool prefers(uint32_t v, uint32_t a, uint32_t b) const {
    return steered_ && priors_.strength(v, a) > priors_.strength(v, b);
  }

  AATGS_FN void move() {
    Random random = random_for(search_, Purpose::MOVE, index_, member_.moves);
    const uint32_t now = static_cast<uint32_t>(member_.moves);
    const uint32_t v = draw(random);
    const uint32_t from = color_[v];
    const uint32_t* begin = graph_.neighbours + graph_.offsets[v];
    const uint32_t* end = graph_.neighbours + graph_.offsets[v + 1];
    for (const uint32_t* u = begin; u != end; ++u) around_[color_[*u]]++;
    // Tenures are far below 2^31 moves, so the signed difference tells before from after.
    if (static_cast<int32_t>(left_until_[v] - now) <= 0) left_color_[v] = kNone;
    const uint32_t barred = left_color_[v];
    const uint32_t turn = random.below(colors_);
    uint32_t to = kNone;
    for (uint32_t j = 0; j < colors_ && (steered_ || to == kNone || around_[to] != 0); ++j) {
      const uint32_t c = turn + j < colors_ ? turn + j : turn + j - colors_;
      if (c == from || (c == barred && around_[c] != 0)) continue;
      if (to == kNone || around_[c] < around_[to] || (around_[c] == around_[to] && prefers(v, c, to))) to = c;
    }
    const uint32_t before = around_[from];
    const uint32_t after = to == kNone ? before : around_[to];
    for (const uint32_t* u = begin; u != end; ++u) around_[color_[*u]] = 0;
    if (to == kNone || (after > before && !dares(after - before, random.next()))) return;
    for (const uint32_t* u = begin; u != end; ++u) {
      if (color_[*u] == from) {
        if (--own_[*u] == 0) leave(*u);
      } else if (color_[*u] == to) {
        if (own_[*u]++ == 0) enter(*u);
      }
    }
    color_[v] = static_cast<uint16_t>(to);
    own_[v] = after;
    if (after == 0) leave(v);
    left_color_[v] = from;
    left_until_[v] = now + 1 + random.below(10) + size_;
    member_.conflicts += after - before;
  }

  Block& block_;
  const Graph& graph_;
  const Priors& priors_;
  const bool steered_;
  const Search& search_;
  const uint32_t colors_;
  const uint32_t index_;
  Member& member_;
  uint16_t* const color_;
  uint16_t* const best_;
  uint32_t* const left_color_;
  uint32_t* const left_until_;
  uint32_t* const own_;  // vertex -> its conflicts
  uint32_t* const list_;  // slot -> vertex in conflict
  uint32_t* const slot_;  // vertex in conflict -> slot
  uint32_t* const around_;
  uint32_t& size_;
};

}  // namespace aatgs::whcr
