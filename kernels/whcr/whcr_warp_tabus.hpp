// The tabu entries of the walk in warps: each warp keeps those of its own vertices, in any lane.
#pragma once
#include <cstdint>

#include "whcr/whcr_warp_context.hpp"

namespace aatgs::whcr {

template <class Threads, uint32_t kWords, WarpTier kTier>
class WarpTabus : public WarpContext<Threads, kWords, kTier> {
 public:
  using WarpContext<Threads, kWords, kTier>::WarpContext;

 protected:
  using Base = WarpContext<Threads, kWords, kTier>;
  using Base::threads_, Base::thread_, Base::lane_, Base::warp_, Base::ring_, Base::member_, Base::tabu_, Base::low_,
      Base::ties_, Base::pair_, Base::expires_, Base::born_, Base::outgrown_, Base::kSlots, Base::kForbidden;

  /// Takes up the entries of the warp's own vertices; true when there are too many.
  AATGS_FN bool load_tabus() {
    unrolled<kSlots>([&](auto s) { pair_[s] = kNone; });
    outgrown_ = false;
    if (member_.fresh) return false;
    for (uint32_t base = 0; base <= ring_; base += 32) {
      const TabuEntry entry = base + lane_ <= ring_ ? tabu_[base + lane_] : kFree;
      const bool ours = entry.vertex != kNone && this->owner_of(entry.vertex) / 32 == warp_;
      for (uint32_t left = threads_.ballot(ours); left != 0; left &= left - 1) {
        const uint32_t from = lowest_bit(left);
        const uint32_t v = threads_.shuffle(entry.vertex, from);
        const uint32_t c = threads_.shuffle(entry.color, from);
        if (lane_ == (this->owner_of(v) & 31)) this->count(c, v) |= kForbidden;
        hold(v, c, threads_.shuffle(entry.expires, from), base + from);
        if (outgrown_) return true;
      }
    }
    return false;
  }

  /// Puts an entry into a free place of some lane; says so when it was the last one. By a whole warp.
  AATGS_FN void hold(uint32_t v, uint32_t c, uint32_t expires, uint32_t born) {
    bool held = false;
    unrolled<kSlots>([&](auto s) {
      const uint32_t free = threads_.ballot(pair_[s] == kNone);
      const bool here = !held && free != 0;
      if (here && lane_ == lowest_bit(free)) {
        pair_[s] = v << 16 | c;
        expires_[s] = expires;
        born_[s] = born;
      }
      held |= here;
      if (here) outgrown_ |= s + 1 == kSlots && (free & (free - 1)) == 0;
    });
  }

  /// Lifts the tabus that end now.
  AATGS_FN void release(uint32_t clock) {
    bool any = false;
    unrolled<kSlots>([&](auto s) { any |= pair_[s] != kNone && expires_[s] == clock; });
    if (threads_.ballot(any) == 0) return;
    unrolled<kSlots>([&](auto s) {
      const bool due = pair_[s] != kNone && expires_[s] == clock;
      for (uint32_t left = threads_.ballot(due); left != 0; left &= left - 1) {
        const uint32_t pair = threads_.shuffle(pair_[s], lowest_bit(left));
        const uint32_t v = pair >> 16;
        if (lane_ == (this->owner_of(v) & 31)) {
          uint8_t& at = this->count(pair & 0xffff, v);
          const uint32_t counts = at & 0x7fu;
          at = static_cast<uint8_t>(counts);
          unrolled<kWords>([&](auto w) {
            if (this->mine(v, w) && counts < bytes::get(low_[w], v & 3)) {
              low_[w] = bytes::set(low_[w], v & 3, counts);
              ties_[w] = bytes::set(ties_[w], v & 3, 1);
            }
          });
        }
      }
      if (due) pair_[s] = kNone;
    });
    threads_.sync();
  }

  AATGS_FN void keep_tabus() {
    for (uint32_t i = thread_; i <= ring_; i += this->size()) tabu_[i] = kFree;
    threads_.barrier(this->size());
    unrolled<kSlots>([&](auto s) {
      if (pair_[s] != kNone) tabu_[born_[s]] = {pair_[s] >> 16, pair_[s] & 0xffff, expires_[s]};
    });
  }
};

}  // namespace aatgs::whcr
