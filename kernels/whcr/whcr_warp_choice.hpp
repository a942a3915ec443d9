// What a walk in warps does next: every warp proposes its best move, and all agree on the best of those.
#pragma once
#include <cstdint>

#include "whcr/whcr_warp_tabus.hpp"

namespace aatgs::whcr {

template <class Threads, uint32_t kWords, WarpTier kTier>
class WarpChoice : public WarpTabus<Threads, kWords, kTier> {
 public:
  using WarpTabus<Threads, kWords, kTier>::WarpTabus;

 protected:
  using Base = WarpTabus<Threads, kWords, kTier>;
  using Base::threads_, Base::thread_, Base::lane_, Base::warp_, Base::colors_, Base::proposals_, Base::hue_,
      Base::own_, Base::low_, Base::pair_, Base::outgrown_, Base::outgrown_here_, Base::kSlots, Base::kCancelled,
      Base::kOutgrown, Base::kNoChange;

  /// The best move of the warp's own vertices. `gap`: what a tabu move must change the conflicts by, and less.
  AATGS_FN void propose(const Draw& draw, int32_t gap, uint64_t clock) {
    // First the best change, four vertices at a time; then the first of those that have it.
    uint32_t changes[kWords];
    uint32_t change = kNoChange;
    uint32_t clashing = 0;
    uint32_t hopeful = 0;
    const uint32_t short_of = static_cast<uint32_t>(-gap < 0x7f ? -gap : 0x7f) * bytes::kOnes;
    unrolled<kWords>([&](auto w) {
      if (!this->used(w)) return;
      const uint32_t clashes = bytes::nonzero(own_[w]);
      changes[w] = ((low_[w] | bytes::kHigh) - own_[w]) | ~bytes::mask(clashes & ~low_[w]);
      const uint32_t mine = bytes::lowest(changes[w]);
      change = mine < change ? mine : change;
      clashing += bytes::ones(clashes);
      hopeful |= bytes::less(short_of, own_[w]);
    });
    clashing = threads_.sum(clashing | (outgrown_here_ ? 0x10000u : 0u));
    const uint32_t least = threads_.min(change);
    outgrown_ |= clashing > 0xffff;
    clashing &= 0xffff;
    uint32_t rank = kNone;
    uint32_t candidate = 0;  // a vertex, and its lowest count or the tabu colour
    if (change == least && least != kNoChange) {
      unrolled<kWords>([&](auto w) {
        if (!this->used(w)) return;
        for (uint32_t equal = bytes::zero(changes[w] ^ least * bytes::kOnes); equal != 0; equal &= equal - 1) {
          const uint32_t i = lowest_bit(equal) / 8;
          const uint32_t v = 4 * this->word_of(w) + i;
          const uint32_t mine = draw.vertex_rank(v);
          if (mine >= rank) continue;
          rank = mine;
          candidate = v | bytes::get(low_[w], i) << 16;
        }
      });
    }
    const uint32_t first = threads_.min(rank);
    uint32_t key = first == kNone ? kNone : least << 17 | first;
    uint32_t winners = threads_.ballot(rank == first);
    bool tabu = false;
    if (threads_.ballot(hopeful != 0) != 0) {
      uint32_t tabu_key = kNone;
      uint32_t tabu_candidate = 0;
      aspire(draw, gap, tabu_key, tabu_candidate);
      const uint32_t best_tabu = threads_.min(tabu_key);
      tabu = best_tabu < key;
      if (tabu) {
        key = best_tabu;
        candidate = tabu_candidate;
        winners = threads_.ballot(tabu_key == best_tabu);
      }
    }
    const uint32_t stop =
        (outgrown_ ? kOutgrown : 0) | (thread_ == 0 && (clock & 255) == 0 && threads_.cancelled() ? kCancelled : 0);
    uint32_t to = kNone;
    uint32_t v = 0;
    uint32_t from = 0;
    if (key != kNone) {
      const uint32_t chosen = threads_.shuffle(candidate, lowest_bit(winners));
      v = chosen & 0xffff;
      from = hue_[v];
      if (tabu) {
        if (winners >> lane_ & 1) to = draw.color_rank(candidate >> 16) << 16 | candidate >> 16;
      } else {
        const uint32_t low = chosen >> 16;
        AATGS_UNROLL_4
        for (uint32_t c = lane_; c < colors_; c += 32) {
          const uint32_t mine = draw.color_rank(c) << 16 | c;
          to = this->count(c, v) == low && c != from && mine < to ? mine : to;
        }
      }
      to = threads_.min(to) & 0xffff;
    }
    if (lane_ == 0) this->proposal_slot(clock) = {key, v << 16 | to, from, clashing | stop << 16};
  }

  /// Tabu moves that lead below the best seen.
  AATGS_FN void aspire(const Draw& draw, int32_t gap, uint32_t& key, uint32_t& candidate) const {
    unrolled<kSlots>([&](auto s) {
      if (pair_[s] == kNone) return;
      const uint32_t v = pair_[s] >> 16;
      const uint32_t c = pair_[s] & 0xffff;
      const int32_t own = this->count(hue_[v], v) & 0x7f;
      const int32_t change = (this->count(c, v) & 0x7f) - own;
      if (own == 0 || change >= gap) return;
      const uint32_t mine = static_cast<uint32_t>(change + 128) << 17 | 0x10000 | draw.vertex_rank(v);
      const bool first = mine == key && draw.color_rank(c) < draw.color_rank(candidate >> 16);
      if (mine < key || first) {
        key = mine;
        candidate = v | c << 16;
      }
    });
  }
};

}  // namespace aatgs::whcr
