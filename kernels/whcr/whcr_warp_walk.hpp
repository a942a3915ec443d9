// The tabu walk of whcr_tabu.hpp as one thread block runs it: the same moves, bit for bit.
//
// Every thread owns groups of four vertices, one 32-bit word of counts for each colour, and keeps their conflicts and
// lowest counts in registers; every warp keeps the tabu entries of its own vertices. So a warp knows its best move without
// asking anybody, and a move takes a single block barrier, at which the warps exchange their proposals: the floor, since
// the best of all moves must be known before the next. Counts have 7 bits, and a bit for tabu. A walk whose counts or tabu
// entries outgrow that stops, and the portable walk goes on.
#pragma once
#include <cstdint>

#include "whcr/whcr_warp_moves.hpp"

namespace aatgs::whcr {

template <class Threads, uint32_t kWords, bool kBitsShared>
class WarpWalk : public WarpMoves<Threads, kWords, kBitsShared> {
 public:
  using WarpMoves<Threads, kWords, kBitsShared>::WarpMoves;

  /// Runs up to `moves` moves; ends early without conflicts. Says how many are left because the tables were outgrown, or
  /// kNone when they were from the start and nothing was done. Collective.
  AATGS_FN uint32_t run(uint32_t moves) {
    if (!prepare()) return kNone;
    uint64_t clock = member_.moves;
    const uint64_t end = clock + moves;
    int32_t conflicts = conflicts_;
    const bool fresh = member_.fresh != 0;
    int32_t best = fresh ? conflicts : static_cast<int32_t>(member_.best_conflicts);
    bool unsaved = fresh || member_.best_unsaved != 0;
    threads_.barrier(this->size());  // everybody has read the member
    uint32_t stop = 0;
    draws_.refill(clock);
    for (; clock < end && conflicts > 0; ++clock) {
      if ((clock & 31) == 0) draws_.refill(clock);
      this->release(static_cast<uint32_t>(clock));
      const Draw draw = draws_.at(threads_, clock);
      this->propose(draw, best - conflicts, clock);
      threads_.barrier(this->size());
      const Agreed agreed = this->agree(clock);
      if (agreed.stop) {
        stop = agreed.stop;
        break;
      }
      if (agreed.move.key == kNone) continue;
      const int32_t change = static_cast<int32_t>(agreed.move.key >> 17) - 128;
      if (change > 0 && unsaved) {
        this->save(best_);
        unsaved = false;
      }
      const uint32_t tenure = draw.stay + tenure_share(agreed.clashing);
      this->move(agreed.move, static_cast<uint32_t>(clock), tenure);
      conflicts += change;
      if (conflicts <= best) {  // the last of equals: the next generation's parents differ more
        best = conflicts;
        unsaved = true;
      }
    }
    if (unsaved) this->save(best_);
    this->save(color_);
    this->keep_tabus();
    if (thread_ == 0) {
      member_.walked(clock, conflicts, best);
      member_.fresh = 0;
    }
    return stop >= kOutgrown ? static_cast<uint32_t>(end - clock) : 0;
  }

 private:
  using Base = WarpMoves<Threads, kWords, kBitsShared>;
  using Base::threads_, Base::draws_, Base::thread_, Base::member_, Base::color_, Base::best_, Base::proposals_,
      Base::own_, Base::low_, Base::ties_, Base::need_, Base::conflicts_, Base::kOutgrown;
  using typename Base::Agreed;

  /// Builds the tables; false, with nothing changed, when they are too small for this colouring. Collective.
  AATGS_FN bool prepare() {
    unrolled<kWords>([&](auto w) { low_[w] = ties_[w] = need_[w] = 0; });
    const bool fits = this->load([&] {
      unrolled<kWords>([&](auto w) { need_[w] = bytes::nonzero(own_[w]); });
      threads_.sync();
      const bool outgrown = this->load_tabus();
      threads_.sync();
      this->rescan();
      return outgrown;
    });
    // Warps that do not exist propose nothing.
    for (uint32_t i = thread_; i < 2 * (kWarpThreads / 32); i += this->size()) proposals_[i] = {kNone, 0, 0, 0};
    threads_.barrier(this->size());
    return fits;
  }
};

}  // namespace aatgs::whcr
