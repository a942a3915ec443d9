// What one thread of the walk in warps holds, and who owns what: see whcr_warp_walk.hpp.
#pragma once
#include <cstdint>

#include "whcr/whcr_bytes.hpp"
#include "whcr/whcr_warp_draws.hpp"
#include "whcr/whcr_warp_tables.hpp"

namespace aatgs::whcr {

/// `Threads`: one thread's view of its warp and block: index(), ballot(), min(), sum(), shuffle(), sync() over the warp,
/// barrier(threads) over the walk's warps, cancelled() for the host's word.
template <class Threads, uint32_t kWords, WarpTier kTier>
class WarpContext {
 public:
  struct Memory {
    uint8_t* shared;  // proposals, colours, and what the tier puts there
    uint8_t* counts;  // of all colours, or of the first `split`
    uint32_t* bits;  // WarpTier::ALL: a copy of the adjacency matrix
    uint8_t* outside;  // WarpTier::COLORS: where counts of the other colours lie, as if all did
    uint32_t split;
  };

  AATGS_FN WarpContext(Threads threads, const WhcrState& state, uint32_t index, Memory memory)
      : threads_(threads),
        thread_(threads.index()),
        lane_(thread_ & 31),
        warp_(thread_ / 32),
        n_(state.graph.n),
        colors_(state.search->colors),
        row_words_(state.graph.words),
        ring_(state.ring - 1),
        words_(WarpTables(state.graph.n).words),
        stride_(WarpTables(state.graph.n).stride),
        warps_(kWords > 1 ? kWarpThreads / 32 : (words_ + 31) / 32),
        member_(state.members[index]),
        color_(state.colors_of(index)),
        best_(state.best_of(index)),
        tabu_(state.tabu_of(index)),
        matrix_(state.graph.bits),
        proposals_(reinterpret_cast<Proposal*>(memory.shared)),
        hue_(reinterpret_cast<uint16_t*>(memory.shared + WarpTables::proposals())),
        counts_(memory.counts),
        bits_(memory.bits),
        outside_(memory.outside),
        split_(memory.split),
        draws_(state.search->seed, index, lane_) {}

  /// Threads that take part, in warps that have vertices; the others of the block must not call `run`.
  AATGS_FN uint32_t size() const { return 32 * warps_; }

 protected:
  static constexpr uint32_t kSlots = kWords > 1 ? 8 : 4;  // tabu entries of a lane
  static constexpr uint32_t kCancelled = 1, kOutgrown = 16;  // summed up over the warps
  static constexpr uint32_t kNoChange = 0xff;
  static constexpr uint32_t kForbidden = 0x80;

  struct Agreed {
    Proposal move;
    uint32_t clashing;
    uint32_t stop;
  };

  AATGS_FN uint32_t word_of(uint32_t w) const { return w * kWarpThreads + thread_; }
  AATGS_FN bool has(uint32_t w) const { return word_of(w) < words_; }
  /// Whether anybody has a w-th word.
  AATGS_FN bool used(uint32_t w) const { return kWords == 1 || w * kWarpThreads < words_; }
  AATGS_FN uint32_t owner_of(uint32_t v) const { return kWords == 1 ? v / 4 : v / 4 % kWarpThreads; }
  AATGS_FN bool mine(uint32_t v, uint32_t w) const { return v / 4 == word_of(w); }
  AATGS_FN uint8_t* counts_of(uint32_t color) const {
    return (kTier != WarpTier::COLORS || color < split_ ? counts_ : outside_) + color * stride_;
  }
  AATGS_FN uint32_t* count_word(uint32_t color, uint32_t word) const {
    return reinterpret_cast<uint32_t*>(counts_of(color)) + word;
  }
  AATGS_FN uint8_t& count(uint32_t color, uint32_t v) const { return counts_of(color)[v]; }
  /// Which of a word's vertices are neighbours of v: 0 or 1 in each byte.
  AATGS_FN uint32_t adjacent(uint32_t v, uint32_t word) const {
    const uint32_t* row = (kTier == WarpTier::ALL ? bits_ : matrix_) + v * row_words_;
    return bytes::spread(row[word / 8] >> (word % 8 * 4));
  }

  AATGS_FN void save(uint16_t* to) const {
    unrolled<kWords>([&](auto w) {
      if (!used(w) || !has(w)) return;
      unrolled<4>([&](auto i) {
        const uint32_t v = 4 * word_of(w) + i;
        if (v < n_) to[v] = static_cast<uint16_t>(hues_[w][i / 2] >> (16 * (i & 1)));
      });
    });
  }

  /// Builds counts and what a thread knows of its own vertices, and does `more` before the walks' warps agree whether all
  /// of it fits, and on how many conflicts there are. False, with nothing changed, when it does not. Collective.
  template <class More>
  AATGS_FN bool load(More more) {
    for (uint32_t c = 0; c < colors_; ++c) {
      for (uint32_t word = thread_; word < words_; word += size()) *count_word(c, word) = 0;
    }
    for (uint32_t v = thread_; v < 4 * words_; v += size()) hue_[v] = v < n_ ? color_[v] : 0xffff;
    if constexpr (kTier == WarpTier::ALL) {
      for (uint32_t i = thread_; i < n_ * row_words_; i += size()) bits_[i] = matrix_[i];
    }
    threads_.barrier(size());
    bool outgrown = false;
    uint32_t ends = 0;
    unrolled<kWords>([&](auto w) {
      own_[w] = hues_[w][0] = hues_[w][1] = 0;
      if (!has(w)) return;
      outgrown |= build(word_of(w));
      hues_[w][0] = hue_[4 * word_of(w)] | uint32_t{hue_[4 * word_of(w) + 1]} << 16;
      hues_[w][1] = hue_[4 * word_of(w) + 2] | uint32_t{hue_[4 * word_of(w) + 3]} << 16;
      unrolled<4>([&](auto i) {
        const uint32_t v = 4 * word_of(w) + i;
        const uint32_t own = v < n_ ? count(hue_[v], v) : 0u;
        own_[w] = bytes::set(own_[w], i, own);
        ends += own;
      });
    });
    outgrown |= more();
    ends = threads_.sum(ends);
    outgrown = threads_.ballot(outgrown) != 0;
    if (lane_ == 0) proposals_[warp_] = {ends, 0, 0, outgrown};
    threads_.barrier(size());
    uint32_t total = 0;
    uint32_t stop = 0;
    for (uint32_t w = 0; w < warps_; ++w) {
      total += proposals_[w].key;
      stop |= proposals_[w].notes;
    }
    conflicts_ = static_cast<int32_t>(total / 2);
    threads_.barrier(size());
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
        more[j] = base + j < n_ ? adjacent(v, word) : 0;
        hues[j] = hue_[v];
      });
      unrolled<kBatch>([&](auto j) {
        uint32_t* at = count_word(hues[j], word);
        *at += more[j];
        full |= bytes::full(*at);
      });
    }
    return full != 0;
  }

  /// Where this warp puts its proposal of a move: by turns, so that a fast warp does not overwrite what others still read.
  AATGS_FN Proposal& proposal_slot(uint64_t clock) const {
    return proposals_[(static_cast<uint32_t>(clock) & 1) * (kWarpThreads / 32) + warp_];
  }
  /// Warps that do not exist propose nothing. Collective.
  AATGS_FN void clear_proposals() const {
    for (uint32_t i = thread_; i < 2 * (kWarpThreads / 32); i += size()) proposals_[i] = {kNone, 0, 0, 0};
    threads_.barrier(size());
  }
  /// The best of all proposals, looked at by a lane each; of equal keys the first warp's.
  AATGS_FN Agreed agree(uint64_t clock) const {
    constexpr uint32_t kWarps = kWarpThreads / 32;
    const Proposal mine = proposals_[(static_cast<uint32_t>(clock) & 1) * kWarps + lane_ % kWarps];
    const uint32_t notes = threads_.sum(lane_ < kWarps ? mine.notes : 0);
    const uint32_t key = threads_.min(mine.key);
    const uint32_t winner = lowest_bit(threads_.ballot(mine.key == key));
    return {{key, threads_.shuffle(mine.vertex_to, winner), threads_.shuffle(mine.from, winner), 0},
            notes & 0xffff,
            notes >> 16};
  }

  Threads threads_;
  const uint32_t thread_, lane_, warp_;
  const uint32_t n_, colors_, row_words_, ring_, words_, stride_, warps_;
  Member& member_;
  uint16_t* const color_;
  uint16_t* const best_;
  TabuEntry* const tabu_;
  const uint32_t* const matrix_;
  Proposal* const proposals_;
  uint16_t* const hue_;  // the colours
  uint8_t* const counts_;
  uint32_t* const bits_;
  uint8_t* const outside_;
  const uint32_t split_;
  // Of the thread's own vertices, four in a word.
  uint32_t own_[kWords];  // conflicts
  uint32_t low_[kWords];  // lowest count of another colour, from 0x80 up when all are tabu; unknown without conflicts
  uint32_t ties_[kWords];  // at least so many colours have the lowest count, up to 127
  uint32_t hues_[kWords][2];  // colours
  uint32_t need_[kWords];  // 0x80: the lowest count must be looked up
  // Tabu entries of the warp's vertices, in any lane.
  uint32_t pair_[kSlots], expires_[kSlots], born_[kSlots];
  WarpDraws draws_;
  int32_t conflicts_ = 0;
  bool outgrown_ = false;
  bool outgrown_here_ = false;
};

}  // namespace aatgs::whcr
