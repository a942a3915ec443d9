// Annealing of one colouring by a thread block: the moves of whcr_annealed.hpp, bit for bit.
//
// Every warp has a group of vertices, and the list of those in conflict; its threads look at a proposal each. So a warp
// knows the first that is let through without asking anybody, and as in the walk of whcr_warp_walk.hpp a move takes a single
// block barrier, at which the warps exchange those. Also as there, a thread owns groups of four vertices, and counts have 7
// bits; a walk that outgrows them goes on in the portable form.
#pragma once
#include <cstdint>

#include "whcr/whcr_annealed_law.hpp"
#include "whcr/whcr_record.hpp"
#include "whcr/whcr_warp_context.hpp"

namespace aatgs::whcr {

template <class Threads, uint32_t kWords, WarpTier kTier>
class AnnealedWarps : public WarpContext<Threads, kWords, kTier> {
 public:
  using Context = WarpContext<Threads, kWords, kTier>;

  AATGS_FN AnnealedWarps(Threads threads, const WhcrState& state, uint32_t index, typename Context::Memory memory)
      : Context(threads, state, index, memory),
        index_(index),
        clashing_(reinterpret_cast<uint16_t*>(memory.shared + WarpTables::proposals() + WarpTables(n_).hues())) {
    keys_.seed = state.search->seed;
  }

  /// As WarpWalk::run. Collective.
  AATGS_FN uint32_t run(uint32_t moves) {
    if (!this->load([] { return false; })) return kNone;
    AnnealedRecord record(member_, conflicts_);
    uint64_t clock = member_.moves;
    const uint64_t end = clock + moves;
    odds_ = odds_of(coldness(member_), lane_);
    list_clashing();
    this->clear_proposals();  // its barrier: everybody has read the member
    uint32_t stop = 0;
    uint32_t phases = draw_phase(clock);
    PhiloxBlock draw = draw_proposals(keys_, index_, clock, warp_, lane_);
    for (; clock < end && record.conflicts > 0; ++clock) {
      if ((clock & 31) == 0) phases = draw_phase(clock);
      const uint32_t phase = threads_.shuffle(phases, static_cast<uint32_t>(clock) & 31);
      const bool odd = (clock & 1) != 0;
      propose(clock, phase, odd ? draw.x[2] : draw.x[0], odd ? draw.x[3] : draw.x[1]);
      if (odd) draw = draw_proposals(keys_, index_, clock + 1, warp_, lane_);
      threads_.barrier(this->size());
      const auto agreed = this->agree(clock);
      stop = agreed.stop;
      if (stop) break;
      if (agreed.move.key == kNone) continue;
      const int32_t change = static_cast<int32_t>(agreed.move.from >> 16) - kNoNegative;
      record.before(change, [&] { this->save(best_); });
      move(agreed.move.vertex_to >> 16, agreed.move.from & 0xffff, agreed.move.vertex_to & 0xffff);
      record.moved(change);
    }
    if (record.unsaved) this->save(best_);
    this->save(color_);
    if (thread_ == 0) record.close(member_, clock);
    return stop >= kOutgrown ? static_cast<uint32_t>(end - clock) : 0;
  }

 private:
  using Context::threads_, Context::thread_, Context::lane_, Context::warp_, Context::n_, Context::colors_,
      Context::member_, Context::color_, Context::best_, Context::hue_, Context::own_, Context::hues_,
      Context::conflicts_, Context::outgrown_here_, Context::kCancelled, Context::kOutgrown;
  static_assert(kGroups * 32 == kWarpThreads && kGroupSize == 4 * 32 && kTurns == 32, "a warp is a group");
  static constexpr int32_t kNoNegative = 128;  // makes a change a number without sign

  /// When this warp's turns come in the next moves: every lane draws for one of 32.
  AATGS_FN uint32_t draw_phase(uint64_t clock) const {
    return phase_of(draw_phases(keys_, index_, (clock & ~uint64_t{31}) + lane_), warp_);
  }

  AATGS_FN void propose(uint64_t clock, uint32_t phase, uint32_t word, uint32_t odds_word) {
    bool made = false;
    uint32_t vertex_to = 0;
    uint32_t from_change = 0;
    if (size_ != 0) {
      const Proposed wish = Proposed::from(word, size_, colors_);
      const uint32_t v = clashing_[place_in_group(warp_, wish.at)];
      const uint32_t from = hue_[v];
      const int32_t change = int32_t{this->count(wish.color, v)} - int32_t{this->count(from, v)};
      const int32_t more = change < 0 ? 0 : change < kHopeless ? change : kHopeless;
      const uint32_t odds = threads_.shuffle(odds_, static_cast<uint32_t>(more));
      made = wish.color != from && (change <= 0 || odds_word < odds);
      vertex_to = v << 16 | wish.color;
      from_change = static_cast<uint32_t>(change + kNoNegative) << 16 | from;
    }
    const uint32_t able = threads_.ballot(made);
    const bool outgrown = threads_.ballot(outgrown_here_) != 0;
    const bool cancelled = warp_ == 0 && (clock & 255) == 0 && threads_.cancelled();
    if (lane_ != (able ? lowest_bit(able) : 0)) return;
    const uint32_t key = made ? Turns{phase, pace_}.when(lane_) : kNone;
    const uint32_t stop = (outgrown ? kOutgrown : 0) | (cancelled ? kCancelled : 0);
    this->proposal_slot(clock) = {key, vertex_to, from_change, stop << 16};
  }

  AATGS_FN void move(uint32_t v, uint32_t from, uint32_t to) {
    uint32_t changed = 0;
    unrolled<kWords>([&](auto w) {
      if (!this->used(w) || !this->has(w)) return;
      const uint32_t clashed = bytes::nonzero(own_[w]);
      shift(w, v, from, to);
      changed |= clashed ^ bytes::nonzero(own_[w]);
    });
    if (threads_.ballot(changed != 0) != 0) {
      list_clashing();
    } else {
      threads_.sync();
    }
  }

  /// What the move means to four vertices.
  AATGS_FN void shift(uint32_t w, uint32_t v, uint32_t from, uint32_t to) {
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
    const uint32_t half_shift = 16 * (i & 1);
    unrolled<2>([&](auto half) {
      if (half == i / 2) hues_[w][half] = (hues_[w][half] & ~(0xffffu << half_shift)) | to << half_shift;
    });
    own_[w] = bytes::set(own_[w], i, bytes::get(more, i));
  }

  /// Lists the warp's vertices in conflict, by number. Collective over the warp.
  AATGS_FN void list_clashing() {
    threads_.sync();
    size_ = 0;
    const uint32_t before = (1u << lane_) - 1;
    unrolled<kWords>([&](auto w) {
      if (!this->used(w)) return;
      const uint32_t marks = this->has(w) ? bytes::nonzero(own_[w]) : 0;
      const uint32_t many = bytes::ones(marks);
      uint32_t at = size_;
      unrolled<3>([&](auto bit) {
        const uint32_t lanes = threads_.ballot(many >> bit & 1);
        at += bytes::ones(lanes & before) << bit;
        size_ += bytes::ones(lanes) << bit;
      });
      for (uint32_t left = marks; left != 0; left &= left - 1) {
        clashing_[place_in_group(warp_, at++)] = static_cast<uint16_t>(4 * this->word_of(w) + lowest_bit(left) / 8);
      }
    });
    pace_ = Turns::pace_of(size_ == 0 ? 1 : size_);
    threads_.sync();
  }

  const uint32_t index_;
  Search keys_{};
  uint16_t* const clashing_;
  uint32_t odds_ = 0;  // of a move that adds as many conflicts as the lane's number
  uint32_t size_ = 0;  // of the warp's list
  uint32_t pace_ = 0;
};

}  // namespace aatgs::whcr
