// What a weighted walk in warps does next: every warp proposes the best move of its vertices, and all agree on the best.
#pragma once
#include <cstdint>

#include "whcr/whcr_weighted_context.hpp"

namespace aatgs::whcr {

template <class Threads>
class WeightedChoice : public WeightedContext<Threads> {
 public:
  using WeightedContext<Threads>::WeightedContext;

 protected:
  using Base = WeightedContext<Threads>;
  using Base::threads_, Base::thread_, Base::lane_, Base::warp_, Base::colors_, Base::steered_, Base::priors_,
      Base::table_, Base::changed_, Base::kWarps, Base::kFreeColor;
  using typename Base::Tables;

  /// What everybody knows after a barrier.
  struct Agreed {
    WeightedProposal move;
    int32_t changed;
    bool stop;
  };

  AATGS_FN void propose(const Draw& draw, uint64_t clock) {
    look_up();
    threads_.sync();
    const uint32_t stop = thread_ == 0 && (clock & 255) == 0 && threads_.cancelled() ? 1 : 0;
    const auto now = static_cast<uint32_t>(clock);
    uint32_t high = kNone;
    uint32_t low = kNone;
    for (uint32_t word = 0; word < table_.words; ++word) {
      for (uint32_t bits = table_.clashing[word * kWarpThreads + thread_]; bits != 0; bits &= bits - 1) {
        const uint32_t v = Base::vertex_of(word, lowest_bit(bits), thread_);
        if (table_.left[v] != kFreeColor && this->is_over(v, now)) lift(v);
        const uint32_t lowest = table_.lowest[v];
        if (lowest == Tables::kNoWeight) continue;
        const uint32_t weakness = steered_ ? kStrongest - priors_.bias[v] : 0u;
        const uint32_t my_high =
            static_cast<uint32_t>(static_cast<int32_t>(lowest - table_.own[v]) + kChangeZero) << 16 | weakness;
        const uint32_t my_low = draw.vertex_rank(v) << 16 | v;
        if (my_high > high || (my_high == high && my_low > low)) continue;
        high = my_high;
        low = my_low;
      }
    }
    const auto changed = static_cast<int32_t>(threads_.sum(static_cast<uint32_t>(changed_)));
    changed_ = 0;
    const uint32_t first = threads_.min(high);
    low = threads_.min(high == first ? low : kNone);
    WeightedProposal mine{first, low, 0, changed, 0, 0, stop, 0};
    threads_.sync();
    if (first != kNone) {
      const uint32_t v = low & 0xffff;
      mine.begin = table_.begin[v];
      mine.degree = this->degree(v);
      mine.from_to = uint32_t{table_.color[v]} | choose_color(draw, v) << 16;
    }
    if (lane_ == 0) table_.proposals[warp_] = mine;
  }

  /// The best of all proposals. Keys never tie: ranks of vertices differ, and a vertex has one warp.
  AATGS_FN Agreed agree() const {
    const WeightedProposal* proposals = table_.proposals;
    const WeightedProposal& mine = proposals[lane_ % kWarps];
    const uint32_t high = mine.high;
    const uint32_t low = mine.low;
    const uint32_t stop = mine.stop;
    const auto changed = static_cast<int32_t>(threads_.sum(lane_ < kWarps ? static_cast<uint32_t>(mine.changed) : 0u));
    const uint32_t first = threads_.min(high);
    const uint32_t second = threads_.min(high == first ? low : kNone);
    const uint32_t winner = lowest_bit(threads_.ballot(high == first && low == second)) % kWarps;
    return {proposals[winner], changed, threads_.ballot(stop != 0) != 0};
  }

 private:
  /// A tabu that has ended: its colour counts among the others.
  AATGS_FN void lift(uint32_t v) {
    const uint16_t weight = this->row_of(v)[table_.left[v]];
    table_.left[v] = kFreeColor;
    if (weight > table_.lowest[v]) return;
    table_.ties[v] = weight < table_.lowest[v] ? 1 : static_cast<uint16_t>(table_.ties[v] + 1);
    table_.lowest[v] = weight;
  }

  /// The lowest weights of the vertices marked for it: those of each by the whole warp.
  AATGS_FN void look_up() {
    for (uint32_t word = 0; word < table_.words; ++word) {
      const uint32_t at = word * kWarpThreads + thread_;
      const uint32_t need = table_.need[at] & table_.clashing[at];
      table_.need[at] = 0;
      this->for_each_two(word, need, [&](uint32_t v, uint32_t other) {
        Lowest one(table_, v);
        Lowest two(table_, other == kNone ? v : other);
        AATGS_UNROLL_4
        for (uint32_t i = lane_; i < table_.row_length / 2; i += 32) {
          const uint32_t a = this->row_words(one.vertex)[i];
          const uint32_t b = this->row_words(two.vertex)[i];
          one.add(a, 2 * i);
          two.add(b, 2 * i);
        }
        store(one);
        if (other != kNone) store(two);
      });
    }
  }

  /// The least weight a lane has seen of a vertex, and how often.
  struct Lowest {
    uint32_t vertex, own, left, least, ties;
    AATGS_FN Lowest(const Tables& table, uint32_t v)
        : vertex(v), own(table.color[v]), left(table.left[v]), least(Tables::kNoWeight), ties(0) {}
    /// The weights of colours c and c + 1, in the halves of a word.
    AATGS_FN void add(uint32_t both, uint32_t c) {
      add_one(both & 0xffff, c);
      add_one(both >> 16, c + 1);
    }
    AATGS_FN void add_one(uint32_t weight, uint32_t c) {
      if (c == own || c == left || weight > least) return;
      ties = weight < least ? 1 : ties + 1;
      least = weight;
    }
  };
  AATGS_FN void store(const Lowest& mine) {
    const uint32_t least = threads_.min(mine.least);
    const uint32_t ties = threads_.sum(mine.least == least ? mine.ties : 0);
    if (!this->is_mine(mine.vertex)) return;
    table_.lowest[mine.vertex] = static_cast<uint16_t>(least);
    table_.ties[mine.vertex] = static_cast<uint16_t>(ties);
  }

  /// The best of a vertex's best colours: priors first, then chance. By a whole warp.
  AATGS_FN uint32_t choose_color(const Draw& draw, uint32_t v) const {
    const uint32_t own = table_.color[v];
    const uint32_t left = table_.left[v];
    const uint32_t lowest = table_.lowest[v];
    const uint32_t* row = this->row_words(v);
    uint32_t key = kNone;
    uint32_t color = 0;
    AATGS_UNROLL_4
    for (uint32_t i = lane_; i < table_.row_length / 2; i += 32) {
      const uint32_t both = row[i];
      unrolled<2>([&](auto half) {
        const uint32_t c = 2 * i + half;
        if ((both >> (16 * half) & 0xffff) != lowest || c == own || c == left) return;
        const uint32_t weakness = steered_ ? kStrongest - priors_.strength(v, c) : 0u;
        const uint32_t mine = weakness << 16 | draw.color_rank(c);
        if (mine >= key) return;
        key = mine;
        color = c;
      });
    }
    const uint32_t first = threads_.min(key);
    return threads_.shuffle(color, lowest_bit(threads_.ballot(key == first)));
  }
};

}  // namespace aatgs::whcr
