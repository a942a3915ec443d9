// A move of a weighted walk in warps, what it means to the neighbours, and the learning.
#pragma once
#include <cstdint>

#include "whcr/whcr_weighted_choice.hpp"

namespace aatgs::whcr {

template <class Threads>
class WeightedMoves : public WeightedChoice<Threads> {
 public:
  using WeightedChoice<Threads>::WeightedChoice;

 protected:
  using Base = WeightedChoice<Threads>;
  using Base::threads_, Base::thread_, Base::lane_, Base::warp_, Base::n_, Base::arcs_, Base::neighbours_,
      Base::weights_, Base::table_, Base::changed_, Base::kWarps, Base::kFreeColor, Base::colors_;
  using typename Base::Tables;

  /// Gives the vertex its colour. The caller meets a barrier before anything is read again. Collective.
  AATGS_FN void move(const WeightedProposal& chosen, uint32_t until) {
    constexpr uint32_t kArcs = 2;  // looked up together, to wait for memory once
    const uint32_t v = chosen.low & 0xffff;
    const uint32_t from = chosen.from_to & 0xffff;
    const uint32_t to = chosen.from_to >> 16;
    const uint32_t* neighbours = neighbours_ + chosen.begin;
    const uint16_t* weights = weights_ + chosen.begin;
    for (uint32_t base = thread_; base < chosen.degree; base += kArcs * kWarpThreads) {
      uint32_t other[kArcs];
      uint32_t weight[kArcs];
      unrolled<kArcs>([&](auto j) {
        const uint32_t a = base + j * kWarpThreads;
        other[j] = a < chosen.degree ? neighbours[a] : kNone;
        weight[j] = a < chosen.degree ? weights[a] : 0;
      });
      uint32_t less[kArcs];
      uint32_t more[kArcs];
      unrolled<kArcs>([&](auto j) {
        less[j] = more[j] = 0;
        if (other[j] == kNone) return;
        const uint16_t* row = this->row_of(other[j]);
        less[j] = row[from] - weight[j];
        more[j] = row[to] + weight[j];
      });
      unrolled<kArcs>([&](auto j) {
        if (other[j] == kNone) return;
        uint16_t* row = this->row_of(other[j]);
        row[from] = static_cast<uint16_t>(less[j]);
        row[to] = static_cast<uint16_t>(more[j]);
        meet(other[j], weight[j], from, to, less[j], more[j]);
      });
    }
    if (!this->is_mine(v)) return;
    table_.color[v] = static_cast<uint16_t>(to);
    table_.own[v] = this->row_of(v)[to];
    table_.left[v] = static_cast<uint16_t>(from);
    table_.until[v] = until;
    if (table_.own[v] == 0) {
      clear_bits(table_.clashing[Base::word_of(v)], Base::bit_of(v));
    } else {
      set_bits(table_.need[Base::word_of(v)], Base::bit_of(v));
    }
  }

  /// Makes the edges in conflict heavier. Collective; ends with a barrier.
  AATGS_FN void learn(uint32_t now) {
    for (uint32_t word = 0; word < table_.words; ++word) {
      this->for_each_two(word, table_.clashing[word * kWarpThreads + thread_], [&](uint32_t v, uint32_t other) {
        const uint32_t second = other == kNone ? v : other;
        const uint32_t degree = this->degree(v);
        const uint32_t second_degree = other == kNone ? 0 : this->degree(second);
        const uint32_t most = degree > second_degree ? degree : second_degree;
        uint32_t added = 0;
        uint32_t second_added = 0;
        for (uint32_t base = 0; base < most; base += 32 * kBatch) {
          added += teach(v, degree, base);
          second_added += teach(second, second_degree, base);
        }
        added = threads_.sum(added);
        second_added = threads_.sum(second_added);
        if (this->is_mine(v)) raise_own(v, added);
        if (other != kNone && this->is_mine(other)) raise_own(other, second_added);
      });
    }
    this->barrier();
    const bool full = peek(*table_.full) != 0;
    if (!full) return;
    for (uint32_t a = thread_; a < arcs_; a += kWarpThreads) {
      weights_[a] = static_cast<uint16_t>((weights_[a] + 1) / 2);
    }
    this->barrier();
    build(now);
  }

  /// Rows, totals, own weights and bits from colours, weights and tabus. Says how many ends of conflicting edges this thread has
  /// seen. Collective; ends with a barrier.
  AATGS_FN uint32_t build(uint32_t now) {
    if (thread_ == 0) *table_.full = 0;
    for (uint32_t word = 0; word < table_.words; ++word) {
      table_.clashing[word * kWarpThreads + thread_] = table_.need[word * kWarpThreads + thread_] = 0;
    }
    this->for_mine([&](uint32_t v) {
      if (table_.left[v] != kFreeColor && this->is_over(v, now)) table_.left[v] = kFreeColor;
    });
    this->barrier();
    uint32_t ends = 0;
    const uint32_t pairs = table_.row_length / 2;
    uint32_t* desk = table_.desks + warp_ * pairs;
    for (uint32_t v = warp_; v < n_; v += kWarps) {
      for (uint32_t i = lane_; i < pairs; i += 32)
        desk[i] = 2 * i + 1 < colors_ ? 0 : uint32_t{Tables::kNoWeight} << 16;
      threads_.sync();
      const uint32_t mine = table_.color[v];
      const uint32_t begin = table_.begin[v];
      const uint32_t degree = this->degree(v);
      uint32_t total = 0;
      AATGS_UNROLL_4
      for (uint32_t a = lane_; a < degree; a += 32) {
        const uint32_t weight = weights_[begin + a];
        const uint32_t c = table_.color[neighbours_[begin + a]];
        fetch_add(desk[c / 2], weight << (16 * (c & 1)));
        total += weight;
        ends += c == mine ? 1 : 0;
      }
      total = threads_.sum(total);
      threads_.sync();
      auto* row = reinterpret_cast<uint32_t*>(this->row_of(v));
      for (uint32_t i = lane_; i < pairs; i += 32) row[i] = desk[i];
      if (lane_ == 0) {
        const uint32_t own = desk[mine / 2] >> (16 * (mine & 1)) & 0xffff;
        table_.own[v] = static_cast<uint16_t>(own);
        table_.total[v] = static_cast<uint16_t>(total);
        if (own != 0) {
          set_bits(table_.clashing[Base::word_of(v)], Base::bit_of(v));
          set_bits(table_.need[Base::word_of(v)], Base::bit_of(v));
        }
      }
      threads_.sync();
    }
    this->barrier();
    return ends;
  }

 private:
  /// A neighbour of the moved vertex. `less` and `more`: its weights of the two colours now.
  AATGS_FN void meet(uint32_t u, uint32_t weight, uint32_t from, uint32_t to, uint32_t less, uint32_t more) {
    const uint32_t mine = table_.color[u];
    const uint32_t before = table_.own[u];
    if (mine == from) {
      table_.own[u] = static_cast<uint16_t>(less);
      changed_--;
      if (less == 0) return clear_bits(table_.clashing[Base::word_of(u)], Base::bit_of(u));
    } else if (mine == to) {
      table_.own[u] = static_cast<uint16_t>(more);
      changed_++;
      if (before == 0) {
        set_bits(table_.clashing[Base::word_of(u)], Base::bit_of(u));
        return set_bits(table_.need[Base::word_of(u)], Base::bit_of(u));
      }
    } else if (before == 0) {
      return;
    }
    // A weight that fell may be the lowest now, or as low; one that rose is not any more.
    const uint32_t lowest = table_.lowest[u];
    const uint32_t left = table_.left[u];
    uint32_t ties = table_.ties[u];
    if (mine != to && left != to && more - weight == lowest) --ties;
    if (mine != from && left != from && less <= lowest) {
      ties = less < lowest ? 1 : ties + 1;
      table_.lowest[u] = static_cast<uint16_t>(less);
    }
    table_.ties[u] = static_cast<uint16_t>(ties);
    if (ties == 0) set_bits(table_.need[Base::word_of(u)], Base::bit_of(u));
  }

  static constexpr uint32_t kBatch = 4;  // arcs of a lane looked up together

  /// Makes a vertex's edges to others of its colour heavier, among the arcs from `base` on; how many this lane has met.
  AATGS_FN uint32_t teach(uint32_t v, uint32_t degree, uint32_t base) {
    const uint32_t mine = table_.color[v];
    const uint32_t begin = table_.begin[v];
    uint32_t other[kBatch];
    uint32_t added = 0;
    unrolled<kBatch>([&](auto j) {
      const uint32_t a = base + 32 * j + lane_;
      other[j] = a < degree ? neighbours_[begin + a] : kNone;
    });
    unrolled<kBatch>([&](auto j) {
      if (other[j] == kNone || table_.color[other[j]] != mine) return;
      weights_[begin + base + 32 * j + lane_]++;
      added++;
    });
    return added;
  }
  AATGS_FN void raise_own(uint32_t v, uint32_t added) {
    const auto own = static_cast<uint16_t>(table_.own[v] + added);
    table_.own[v] = own;
    this->row_of(v)[table_.color[v]] = own;
    table_.total[v] = static_cast<uint16_t>(table_.total[v] + added);
    if (table_.total[v] + this->degree(v) > kMostWeightOfVertex) put(*table_.full, 1u);
  }
};

}  // namespace aatgs::whcr
