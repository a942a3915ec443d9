// The tabu walk of whcr_tabu.hpp as one thread block runs it: the same moves, bit for bit.
//
// Every thread owns groups of four vertices, one 32-bit word of counts for each colour, and keeps their conflicts and
// lowest counts in registers; every warp keeps the tabu entries of its own vertices. So a warp knows its best move without
// asking anybody, and a move takes a single block barrier, at which the warps exchange their proposals: the floor, since
// the best of all moves must be known before the next. Counts have 7 bits, and a bit for tabu. A walk whose counts or tabu
// entries outgrow that stops, and the portable walk goes on.
#pragma once
#include <cstdint>

#include "whcr/whcr_record.hpp"
#include "whcr/whcr_warp_moves.hpp"

namespace aatgs::whcr {

template <class Threads, uint32_t kWords, WarpTier kTier>
class WarpWalk : public WarpMoves<Threads, kWords, kTier> {
 public:
  using WarpMoves<Threads, kWords, kTier>::WarpMoves;

  /// Runs up to `moves` moves; ends early without conflicts. Says how many are left because the tables were outgrown, or
  /// kNone when they were from the start and nothing was done. Collective.
  AATGS_FN uint32_t run(uint32_t moves) {
    if (!prepare()) return kNone;
    uint64_t clock = member_.moves;
    const uint64_t end = clock + moves;
    WalkRecord record(member_, conflicts_);
    threads_.barrier(this->size());  // everybody has read the member
    uint32_t stop = 0;
    draws_.refill(clock);
    for (; clock < end && record.conflicts > 0; ++clock) {
      if ((clock & 31) == 0) draws_.refill(clock);
      this->release(static_cast<uint32_t>(clock));
      const Draw draw = draws_.at(threads_, clock);
      this->propose(draw, record.best - record.conflicts, clock);
      threads_.barrier(this->size());
      const Agreed agreed = this->agree(clock);
      if (agreed.stop) {
        stop = agreed.stop;
        break;
      }
      if (agreed.move.key == kNone) continue;
      const int32_t change = static_cast<int32_t>(agreed.move.key >> 17) - 128;
      record.before(change, [&] { this->save(best_); });
      const uint32_t tenure = draw.stay + tenure_share(agreed.clashing);
      this->move(agreed.move, static_cast<uint32_t>(clock), tenure);
      record.moved(change, kLastOfEquals);
    }
    if (record.unsaved) this->save(best_);
    this->save(color_);
    this->keep_tabus();
    if (thread_ == 0) record.close(member_, clock);
    return stop >= kOutgrown ? static_cast<uint32_t>(end - clock) : 0;
  }

 private:
  using Base = WarpMoves<Threads, kWords, kTier>;
  using Base::threads_, Base::draws_, Base::thread_, Base::member_, Base::color_, Base::best_, Base::own_, Base::low_,
      Base::ties_, Base::need_, Base::conflicts_, Base::kOutgrown;
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
    this->clear_proposals();
    return fits;
  }
};

}  // namespace aatgs::whcr
