// The weighted walk of whcr_weighted.hpp as one thread block runs it: the same moves, bit for bit.
//
// A move takes two block barriers. Between them every neighbour of the moved vertex has one thread, which changes the
// neighbour's row, its conflicts and, mostly, its lowest weight; after the second one every warp looks at its own vertices
// in conflict and proposes the best move among them. Only lowest weights that rose are looked up again.
#pragma once
#include <cstdint>

#include "whcr/whcr_weighted_moves.hpp"

namespace aatgs::whcr {

template <class Threads>
class WeightedWarps : public WeightedMoves<Threads> {
 public:
  using WeightedMoves<Threads>::WeightedMoves;

  /// Runs up to `moves` moves; ends early without conflicts. By `kWarpThreads` threads.
  AATGS_FN void run(uint32_t moves) {
    uint64_t clock = member_.moves;
    const uint64_t end = clock + moves;
    const bool fresh = member_.fresh != 0;
    const bool taught = member_.taught != 0;
    auto best = static_cast<int32_t>(member_.best_conflicts);
    int32_t conflicts = load(fresh, taught, static_cast<uint32_t>(clock));
    if (fresh) best = conflicts + 1;
    draws_.refill(clock);
    for (;; ++clock) {
      if ((clock & 31) == 0) draws_.refill(clock);
      const Draw draw = draws_.at(threads_, clock);
      this->propose(draw, clock);
      this->barrier();
      const auto agreed = this->agree();
      conflicts += agreed.changed;
      // Only a vertex's own thread changes its colour, so no barrier is needed here.
      if (conflicts < best) {
        best = conflicts;
        this->for_mine([&](uint32_t v) { best_[v] = table_.color[v]; });
      }
      if (clock >= end || conflicts == 0 || agreed.stop) break;
      if (agreed.move.high != kNone) {
        const auto now = static_cast<uint32_t>(clock);
        if (static_cast<int32_t>(agreed.move.high >> 16) >= kChangeZero) this->learn(now);
        this->move(agreed.move, now + 2 + draw.stay % kWeightedTenure);
      }
      this->barrier();
    }
    store(clock);
    if (thread_ == 0) {
      member_.walked(clock, conflicts, best);
      member_.fresh = 0;
      member_.taught = 1;
    }
  }

 private:
  using Base = WeightedMoves<Threads>;
  using Base::threads_, Base::draws_, Base::thread_, Base::lane_, Base::warp_, Base::n_, Base::arcs_, Base::offsets_,
      Base::member_, Base::given_, Base::best_, Base::left_color_, Base::left_until_, Base::weights_, Base::table_,
      Base::kWarps, Base::kFreeColor;

  /// Takes up the member's colouring, weights and tabus; its conflicts. Collective.
  AATGS_FN int32_t load(bool fresh, bool taught, uint32_t now) {
    this->for_mine([&](uint32_t v) {
      table_.color[v] = given_[v];
      table_.left[v] = fresh || left_color_[v] == kNone ? kFreeColor : static_cast<uint16_t>(left_color_[v]);
      table_.until[v] = left_until_[v];
      table_.begin[v + 1] = offsets_[v + 1];
    });
    if (thread_ == 0) table_.begin[0] = 0;
    if (!taught) {
      for (uint32_t a = thread_; a < arcs_; a += kWarpThreads) weights_[a] = 1;
    }
    this->barrier();
    const uint32_t ends = threads_.sum(this->build(now));
    uint32_t* sums = table_.desks;
    if (lane_ == 0) sums[warp_] = ends;
    this->barrier();
    uint32_t total = 0;
    for (uint32_t w = 0; w < kWarps; ++w) total += sums[w];
    this->barrier();
    return static_cast<int32_t>(total / 2);
  }

  AATGS_FN void store(uint64_t clock) const {
    this->for_mine([&](uint32_t v) {
      const bool held = table_.left[v] != kFreeColor && !this->is_over(v, static_cast<uint32_t>(clock));
      given_[v] = table_.color[v];
      left_color_[v] = held ? table_.left[v] : kNone;
      left_until_[v] = table_.until[v];
    });
  }
};

}  // namespace aatgs::whcr
