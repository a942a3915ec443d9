// What one thread of a weighted walk in warps holds: see whcr_weighted_warps.hpp.
#pragma once
#include <cstdint>

#include "aatgs/atomic.hpp"
#include "whcr/whcr_warp_draws.hpp"
#include "whcr/whcr_weighted_tables.hpp"

namespace aatgs::whcr {

/// Tenure: 1 to this many moves a vertex stays away from the colour it left. Of 5 and 10, with or without a share of
/// the conflicts, the shortest did best: the weights drive the walk on.
inline constexpr uint32_t kWeightedTenure = 5;
/// Bound of a vertex's weights: where it is reached, all weights fade by half.
inline constexpr uint32_t kMostWeightOfVertex = kCountMask;
/// The place of a change among all in an unsigned number.
inline constexpr int32_t kChangeZero = 0x8000;

/// Tenures are far below 2^31 moves, so the signed difference tells before from after.
AATGS_FN bool tenure_over(uint32_t until, uint32_t now) { return static_cast<int32_t>(until - now) <= 0; }

/// `Threads`: as for the tabu walk in warps (whcr_warp_context.hpp).
template <class Threads>
class WeightedContext {
 public:
  /// Tables go to `small` and, the rows, to `large`.
  template <class Small, class Large>
  AATGS_FN WeightedContext(Threads threads, const WhcrState& state, uint32_t index, Small& small, Large& large)
      : threads_(threads),
        thread_(threads.index()),
        lane_(thread_ & 31),
        warp_(thread_ / 32),
        n_(state.graph.n),
        colors_(state.search->colors),
        steered_(state.priors.active()),
        arcs_(state.graph.offsets[state.graph.n]),
        offsets_(state.graph.offsets),
        neighbours_(state.graph.neighbours),
        priors_(state.priors),
        member_(state.members[index]),
        given_(state.colors_of(index)),
        best_(state.best_of(index)),
        left_color_(state.left_color + uint64_t{index} * state.graph.n),
        left_until_(state.left_until + uint64_t{index} * state.graph.n),
        weights_(state.weights_of(index)),
        table_(small, large, state.graph.n, state.search->colors),
        draws_(state.search->seed, index, lane_) {}

 protected:
  using Tables = WeightedTables;
  static constexpr uint32_t kWarps = Tables::kWarps;
  static constexpr uint16_t kFreeColor = 0xffff;

  AATGS_FN void barrier() const { threads_.barrier(kWarpThreads); }
  AATGS_FN uint16_t* row_of(uint32_t v) const { return table_.rows + uint64_t{v} * table_.row_length; }
  AATGS_FN const uint32_t* row_words(uint32_t v) const { return reinterpret_cast<const uint32_t*>(row_of(v)); }
  /// The vertex of a bit of a word of a thread.
  AATGS_FN static uint32_t vertex_of(uint32_t word, uint32_t bit, uint32_t thread) {
    return (word * 32 + bit) * kWarpThreads + thread;
  }
  AATGS_FN static uint32_t word_of(uint32_t v) { return v / (32 * kWarpThreads) * kWarpThreads + v % kWarpThreads; }
  AATGS_FN static uint32_t bit_of(uint32_t v) { return 1u << (v / kWarpThreads % 32); }

  /// Calls f(v) for each vertex of the thread.
  template <class F>
  AATGS_FN void for_mine(F f) const {
    for (uint32_t v = thread_; v < n_; v += kWarpThreads) f(v);
  }
  /// Calls f(two vertices) with the whole warp for the warp's vertices marked in `bits`, of which each lane has its own; two at
  /// a time, to wait for memory once. Where their number is odd, the last second one is kNone.
  template <class F>
  AATGS_FN void for_each_two(uint32_t word, uint32_t bits, F f) const {
    uint32_t first = kNone;
    for (uint32_t lanes = threads_.ballot(bits != 0); lanes != 0; lanes &= lanes - 1) {
      const uint32_t lane = lowest_bit(lanes);
      for (uint32_t left = threads_.shuffle(bits, lane); left != 0; left &= left - 1) {
        const uint32_t v = vertex_of(word, lowest_bit(left), thread_ - lane_ + lane);
        if (first == kNone) {
          first = v;
        } else {
          f(first, v);
          first = kNone;
        }
      }
    }
    if (first != kNone) f(first, kNone);
  }
  AATGS_FN bool is_mine(uint32_t v) const { return v % kWarpThreads == thread_; }
  AATGS_FN uint32_t degree(uint32_t v) const { return table_.begin[v + 1] - table_.begin[v]; }
  AATGS_FN bool is_over(uint32_t v, uint32_t now) const { return tenure_over(table_.until[v], now); }

  Threads threads_;
  const uint32_t thread_, lane_, warp_;
  const uint32_t n_, colors_;
  const bool steered_;
  const uint32_t arcs_;
  const uint32_t* const offsets_;  // copies: what is behind a reference is read again after every store
  const uint32_t* const neighbours_;
  const Priors& priors_;
  Member& member_;
  uint16_t* const given_;
  uint16_t* const best_;
  uint32_t* const left_color_;
  uint32_t* const left_until_;
  uint16_t* const weights_;
  const Tables table_;
  WarpDraws draws_;
  int32_t changed_ = 0;  // by the last move, in conflicting edges, as far as this thread has seen
};

}  // namespace aatgs::whcr
