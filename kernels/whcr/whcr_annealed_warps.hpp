// Annealing of one colouring by a thread block: the moves of whcr_annealed.hpp, bit for bit.
//
// Every thread looks at two proposals; the first of all that is let through is made. As in the walk in warps, a thread owns
// groups of four vertices, and counts have 7 bits; a walk that outgrows them goes on in the portable form. The vertices in
// conflict are listed anew after each move: every warp its own, behind those of the vertices before them.
#pragma once
#include <cstdint>

#include "whcr/whcr_annealed_law.hpp"
#include "whcr/whcr_warp_context.hpp"

namespace aatgs::whcr {

template <class Threads, uint32_t kWords, bool kBitsShared>
class AnnealedWarps : public WarpContext<Threads, kWords, kBitsShared> {
 public:
  using Context = WarpContext<Threads, kWords, kBitsShared>;

  AATGS_FN AnnealedWarps(Threads threads, const WhcrState& state, uint32_t index, typename Context::Memory memory)
      : Context(threads, state, index, memory, kWarpThreads / 32),
        index_(index),
        sizes_(reinterpret_cast<uint32_t*>(memory.shared + WarpTables::proposals() + WarpTables(n_).hues())),
        clashing_(reinterpret_cast<uint16_t*>(sizes_ + kSegments)) {
    keys_.seed = state.search->seed;
  }

  /// As WarpWalk::run. Collective.
  AATGS_FN uint32_t run(uint32_t moves) {
    if (!this->load([] { return false; })) return kNone;
    uint64_t clock = member_.moves;
    const uint64_t end = clock + moves;
    int32_t conflicts = conflicts_;
    const bool fresh = member_.fresh != 0;
    const uint32_t cold = member_.cold == 0 ? kFirstCold : member_.cold;
    int32_t best = fresh ? conflicts : static_cast<int32_t>(member_.best_conflicts);
    bool unsaved = fresh || member_.best_unsaved != 0;
    uint32_t made = 0;
    uint32_t rose = 0;
    outgrown_here_ = false;
    list_clashing();  // its barriers: everybody has read the member
    uint32_t stop = 0;
    for (; clock < end && conflicts > 0; ++clock) {
      propose(clock, cold);
      threads_.barrier(kWarpThreads);
      const Proposal chosen = agree(clock);
      stop = chosen.notes;
      if (stop) break;
      if (chosen.key == kNone) continue;
      const int32_t change = static_cast<int32_t>(chosen.from >> 16) - kNoNegative;
      if (change > 0 && unsaved) {
        this->save(best_);
        unsaved = false;
      }
      move(chosen.vertex_to >> 16, chosen.from & 0xffff, chosen.vertex_to & 0xffff);
      list_clashing();
      ++made;
      rose += change > 0 ? 1 : 0;
      conflicts += change;
      if (conflicts < best) {
        best = conflicts;
        unsaved = true;
      }
    }
    if (unsaved) this->save(best_);
    this->save(color_);
    if (thread_ == 0) {
      member_.walked(clock, conflicts, best);
      member_.fresh = 0;
      member_.made += made;
      member_.rose += rose;
    }
    return stop >= kOutgrown ? static_cast<uint32_t>(end - clock) : 0;
  }

 private:
  using Context::threads_, Context::thread_, Context::lane_, Context::warp_, Context::n_, Context::colors_,
      Context::member_, Context::color_, Context::best_, Context::proposals_, Context::hue_, Context::own_,
      Context::hues_, Context::conflicts_, Context::outgrown_here_, Context::kCancelled, Context::kOutgrown;
  static constexpr uint32_t kWarps = kWarpThreads / 32;
  /// Vertices are listed in segments of 128: what a warp owns of one word a thread.
  static constexpr uint32_t kSegments = kWarps * kMostWords;
  static_assert(kSegments == 64, "two a lane");
  static constexpr int32_t kNoNegative = 128;  // makes a change a number without sign

  AATGS_FN void propose(uint64_t clock, uint32_t cold) {
    const PhiloxBlock draw = draw_proposals(keys_, index_, clock, thread_);
    uint32_t key = kNone;
    uint32_t vertex_to = 0;
    uint32_t from_change = 0;
    unrolled<2>([&](auto i) {
      const Proposed wish = Proposed::from(draw.x[2 * i], size_, colors_);
      const uint32_t v = clashing_[wish.at];
      const uint32_t from = hue_[v];
      const int32_t change = int32_t{this->count(wish.color, v)} - int32_t{this->count(from, v)};
      if (key != kNone || wish.color == from || !let_through(change, cold, draw.x[2 * i + 1])) return;
      key = 2 * thread_ + i;
      vertex_to = v << 16 | wish.color;
      from_change = static_cast<uint32_t>(change + kNoNegative) << 16 | from;
    });
    const uint32_t able = threads_.ballot(key != kNone);
    const bool outgrown = threads_.ballot(outgrown_here_) != 0;
    const bool cancelled = warp_ == 0 && (clock & 255) == 0 && threads_.cancelled();
    if (lane_ != (able ? lowest_bit(able) : 0)) return;
    const uint32_t slot = (static_cast<uint32_t>(clock) & 1) * kWarps + warp_;
    proposals_[slot] = {key, vertex_to, from_change, (outgrown ? kOutgrown : 0) | (cancelled ? kCancelled : 0)};
  }

  /// The first of all proposals, looked at by a lane each.
  AATGS_FN Proposal agree(uint64_t clock) const {
    const Proposal mine = proposals_[(static_cast<uint32_t>(clock) & 1) * kWarps + lane_ % kWarps];
    const uint32_t stop = threads_.sum(lane_ < kWarps ? mine.notes : 0);
    const uint32_t key = threads_.min(mine.key);
    const uint32_t winner = lowest_bit(threads_.ballot(mine.key == key));
    return {key, threads_.shuffle(mine.vertex_to, winner), threads_.shuffle(mine.from, winner), stop};
  }

  AATGS_FN void move(uint32_t v, uint32_t from, uint32_t to) {
    unrolled<kWords>([&](auto w) {
      if (!this->used(w) || !this->has(w)) return;
      const uint32_t met = this->adjacent(v, this->word_of(w));
      uint32_t* more_at = this->count_word(to, this->word_of(w));
      const uint32_t more = *more_at + met;
      if (met) {
        *this->count_word(from, this->word_of(w)) -= met;
        *more_at = more;
        if (bytes::full(more)) outgrown_here_ = true;
      }
      const uint32_t marks = met << 7;
      const uint32_t left = marks & bytes::equal_halves(hues_[w][0], hues_[w][1], from);
      const uint32_t joined = marks & bytes::equal_halves(hues_[w][0], hues_[w][1], to);
      own_[w] += (joined >> 7) - (left >> 7);
      if (!this->mine(v, w)) return;
      const uint32_t i = v & 3;
      hue_[v] = static_cast<uint16_t>(to);
      const uint32_t shift = 16 * (i & 1);
      unrolled<2>([&](auto half) {
        if (half == i / 2) hues_[w][half] = (hues_[w][half] & ~(0xffffu << shift)) | to << shift;
      });
      own_[w] = bytes::set(own_[w], i, bytes::get(more, i));
    });
  }

  /// Lists the vertices in conflict, by number. Its barriers make the move before it known to all. Collective.
  AATGS_FN void list_clashing() {
    uint32_t marks[kWords];
    unrolled<kWords>([&](auto w) {
      marks[w] = 0;
      if (!this->used(w)) return;
      if (this->has(w)) marks[w] = bytes::nonzero(own_[w]);
      const uint32_t many = threads_.sum(bytes::ones(marks[w]));
      if (lane_ == 0) sizes_[w * kWarps + warp_] = many;
    });
    threads_.barrier(kWarpThreads);
    const uint32_t segments = kWords == 1 ? kWarps : kSegments;
    const uint32_t low = lane_ < segments && this->used(lane_ / kWarps) ? sizes_[lane_] : 0;
    const uint32_t high = lane_ + 32 < segments && this->used((lane_ + 32) / kWarps) ? sizes_[lane_ + 32] : 0;
    size_ = threads_.sum(low + high);
    unrolled<kWords>([&](auto w) {
      if (!this->used(w)) return;
      const uint32_t segment = w * kWarps + warp_;
      uint32_t at = threads_.sum((lane_ < segment ? low : 0) + (lane_ + 32 < segment ? high : 0));
      const uint32_t many = bytes::ones(marks[w]);
      const uint32_t before = (1u << lane_) - 1;
      unrolled<3>([&](auto bit) { at += bytes::ones(threads_.ballot(many >> bit & 1) & before) << bit; });
      for (uint32_t left = marks[w]; left != 0; left &= left - 1) {
        clashing_[at++] = static_cast<uint16_t>(4 * this->word_of(w) + lowest_bit(left) / 8);
      }
    });
    threads_.barrier(kWarpThreads);
  }

  const uint32_t index_;
  Search keys_{};
  uint32_t* const sizes_;
  uint16_t* const clashing_;
  uint32_t size_ = 0;
};

}  // namespace aatgs::whcr
