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
  using Base::threads_, Base::draws_, Base::thread_, Base::lane_, Base::warp_, Base::n_, Base::colors_,
      Base::row_words_, Base::words_, Base::warps_, Base::member_, Base::color_, Base::best_, Base::matrix_,
      Base::proposals_, Base::hue_, Base::bits_, Base::own_, Base::low_, Base::ties_, Base::hues_, Base::need_,
      Base::conflicts_, Base::kOutgrown;
  using typename Base::Agreed;

  /// Builds the tables; false, with nothing changed, when they are too small for this colouring. Collective.
  AATGS_FN bool prepare() {
    for (uint32_t c = 0; c < colors_; ++c) {
      for (uint32_t word = thread_; word < words_; word += this->size()) *this->count_word(c, word) = 0;
    }
    for (uint32_t v = thread_; v < 4 * words_; v += this->size()) hue_[v] = v < n_ ? color_[v] : 0xffff;
    if constexpr (kBitsShared) {
      for (uint32_t i = thread_; i < n_ * row_words_; i += this->size()) bits_[i] = matrix_[i];
    }
    threads_.barrier(this->size());
    bool outgrown = false;
    uint32_t ends = 0;
    unrolled<kWords>([&](auto w) {
      own_[w] = low_[w] = ties_[w] = hues_[w][0] = hues_[w][1] = need_[w] = 0;
      if (!this->has(w)) return;
      outgrown |= build(this->word_of(w));
      hues_[w][0] = hue_[4 * this->word_of(w)] | uint32_t{hue_[4 * this->word_of(w) + 1]} << 16;
      hues_[w][1] = hue_[4 * this->word_of(w) + 2] | uint32_t{hue_[4 * this->word_of(w) + 3]} << 16;
      unrolled<4>([&](auto i) {
        const uint32_t v = 4 * this->word_of(w) + i;
        const uint32_t own = v < n_ ? this->count(hue_[v], v) : 0u;
        own_[w] = bytes::set(own_[w], i, own);
        ends += own;
      });
      need_[w] = bytes::nonzero(own_[w]);
    });
    threads_.sync();
    outgrown |= this->load_tabus();
    threads_.sync();
    this->rescan();
    ends = threads_.sum(ends);
    outgrown = threads_.ballot(outgrown) != 0;
    if (lane_ == 0) proposals_[warp_] = {ends, 0, 0, outgrown};
    threads_.barrier(this->size());
    uint32_t total = 0;
    uint32_t stop = 0;
    for (uint32_t w = 0; w < warps_; ++w) {
      total += proposals_[w].key;
      stop |= proposals_[w].notes;
    }
    conflicts_ = static_cast<int32_t>(total / 2);
    threads_.barrier(this->size());
    // Warps that do not exist propose nothing.
    for (uint32_t i = thread_; i < 2 * (kWarpThreads / 32); i += this->size()) proposals_[i] = {kNone, 0, 0, 0};
    threads_.barrier(this->size());
    return stop == 0;
  }

  /// The counts of one word's vertices; true when one has reached its bound.
  AATGS_FN bool build(uint32_t word) {
    constexpr uint32_t kBatch = 8;  // rows looked up together, to wait for memory once
    uint32_t full = 0;
    for (uint32_t base = 0; base < n_ && !full; base += kBatch) {
      uint32_t more[kBatch];
      uint32_t hues[kBatch];
      unrolled<kBatch>([&](auto j) {
        const uint32_t v = base + j < n_ ? base + j : base;
        more[j] = base + j < n_ ? this->adjacent(v, word) : 0;
        hues[j] = hue_[v];
      });
      unrolled<kBatch>([&](auto j) {
        uint32_t* at = this->count_word(hues[j], word);
        *at += more[j];
        full |= bytes::full(*at);
      });
    }
    return full != 0;
  }
};

}  // namespace aatgs::whcr
