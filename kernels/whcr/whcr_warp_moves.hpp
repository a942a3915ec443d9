// A move of the walk in warps: what it means to every vertex, four at a time.
#pragma once
#include <cstdint>

#include "whcr/whcr_warp_choice.hpp"

namespace aatgs::whcr {

template <class Threads, uint32_t kWords, WarpTier kTier>
class WarpMoves : public WarpChoice<Threads, kWords, kTier> {
 public:
  using WarpChoice<Threads, kWords, kTier>::WarpChoice;

 protected:
  using Base = WarpChoice<Threads, kWords, kTier>;
  using Base::threads_, Base::lane_, Base::warp_, Base::colors_, Base::ring_, Base::hue_, Base::own_, Base::low_,
      Base::ties_, Base::hues_, Base::need_, Base::pair_, Base::outgrown_here_, Base::kSlots, Base::kForbidden;

  AATGS_FN void move(const Proposal& chosen, uint32_t clock, uint32_t tenure) {
    const uint32_t v = chosen.vertex_to >> 16;
    const uint32_t to = chosen.vertex_to & 0xffff;
    const uint32_t from = chosen.from;
    const bool was_tabu = (chosen.key & 0x10000) != 0;
    unrolled<kWords>([&](auto w) {
      if (this->used(w) && this->has(w)) shift(w, v, from, to);
    });
    if (this->owner_of(v) / 32 == warp_) {
      if (was_tabu) {
        unrolled<kSlots>([&](auto s) { pair_[s] = pair_[s] == (v << 16 | to) ? kNone : pair_[s]; });
      }
      this->hold(v, from, clock + tenure, clock & ring_);
    }
    threads_.sync();
    rescan();
  }

  /// What the move means to four vertices.
  AATGS_FN void shift(uint32_t w, uint32_t v, uint32_t from, uint32_t to) {
    const uint32_t word = this->word_of(w);
    uint32_t* less_at = this->count_word(from, word);
    uint32_t* more_at = this->count_word(to, word);
    const uint32_t met = this->adjacent(v, word);
    const uint32_t less = *less_at - met;
    const uint32_t before = *more_at;
    const uint32_t more = before + met;
    if (met) {
      *less_at = less;
      *more_at = more;
      if (bytes::full(more)) outgrown_here_ = true;
    }
    const uint32_t marks = met << 7;
    const uint32_t left = marks & bytes::equal_halves(hues_[w][0], hues_[w][1], from);
    const uint32_t joined = marks & bytes::equal_halves(hues_[w][0], hues_[w][1], to);
    const uint32_t clashed = bytes::nonzero(own_[w]);
    own_[w] += (joined >> 7) - (left >> 7);
    const uint32_t clashing = bytes::nonzero(own_[w]);
    // A count that fell may be the lowest now, or as low; one that rose is not any more.
    const uint32_t staying = clashing & clashed & marks;
    const uint32_t lower = staying & ~left & bytes::less(less, low_[w]);
    const uint32_t equal = staying & ~left & bytes::zero(less ^ low_[w]) & ~bytes::full(ties_[w]);
    const uint32_t rose = staying & ~joined & ~lower & bytes::zero(before ^ low_[w]);
    const uint32_t mask = bytes::mask(lower);
    low_[w] = (low_[w] & ~mask) | (less & mask);
    ties_[w] += (equal >> 7) - (rose >> 7);
    ties_[w] = (ties_[w] & ~mask) | (bytes::kOnes & mask);
    need_[w] = (clashing & ~clashed) | (rose & bytes::zero(ties_[w]));
    if (!this->mine(v, w)) return;
    const uint32_t i = v & 3;
    const uint32_t own = bytes::get(more, i) & 0x7f;
    this->count(to, v) = static_cast<uint8_t>(own);  // a pair taken up in spite of its tabu is not tabu any more
    this->count(from, v) = static_cast<uint8_t>(bytes::get(less, i) | kForbidden);
    hue_[v] = static_cast<uint16_t>(to);
    const uint32_t shift = 16 * (i & 1);
    unrolled<2>([&](auto half) {
      if (half == i / 2) hues_[w][half] = (hues_[w][half] & ~(0xffffu << shift)) | to << shift;
    });
    own_[w] = bytes::set(own_[w], i, own);
    need_[w] = bytes::set(need_[w], i, own != 0 ? 0x80u : 0u);
  }

  /// Looks up the lowest counts of the vertices marked in `need_`: those of each by a whole warp.
  AATGS_FN void rescan() {
    unrolled<kWords>([&](auto w) {
      if (!this->used(w)) return;
      for (uint32_t lanes = threads_.ballot(need_[w] != 0); lanes != 0; lanes &= lanes - 1) {
        const uint32_t lane = lowest_bit(lanes);
        for (uint32_t marks = threads_.shuffle(need_[w], lane); marks != 0; marks &= marks - 1) {
          const uint32_t i = lowest_bit(marks) / 8;
          const uint32_t v = 4 * (this->word_of(w) - lane_ + lane) + i;
          const uint32_t own = hue_[v];
          uint32_t low = 0xff;
          AATGS_UNROLL_4
          for (uint32_t c = lane_; c < colors_; c += 32) {
            const uint32_t counts = this->count(c, v);
            low = counts < low && c != own ? counts : low;
          }
          const uint32_t least = threads_.min(low);
          const uint32_t ties = bytes::ones(threads_.ballot(low == least));
          if (lane_ == lane) {
            low_[w] = bytes::set(low_[w], i, least);
            ties_[w] = bytes::set(ties_[w], i, ties);
          }
        }
      }
    });
  }
};

}  // namespace aatgs::whcr
