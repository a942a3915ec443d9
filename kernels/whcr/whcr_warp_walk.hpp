// The tabu walk of whcr_tabu.hpp as one thread block runs it: the same moves, bit for bit.
//
// Every thread owns groups of four vertices, one 32-bit word of counts for each colour, and keeps their conflicts and
// lowest counts in registers; every warp keeps the tabu entries of its own vertices. So a warp knows its best move without
// asking anybody, and a move takes a single block barrier, at which the warps exchange their proposals: the floor, since
// the best of all moves must be known before the next. Counts have 7 bits, and a bit for tabu. A walk whose counts or tabu
// entries outgrow that stops, and the portable walk goes on.
#pragma once
#include <cstdint>

#include "whcr/whcr_bytes.hpp"
#include "whcr/whcr_choice.hpp"
#include "whcr/whcr_warp_tables.hpp"

namespace aatgs::whcr {

/// `Threads`: one thread's view of its warp and block: index(), ballot(), min(), sum(), shuffle(), sync() over the warp,
/// barrier(threads) over the walk's warps, cancelled() for the host's word.
template <class Threads, uint32_t kWords, bool kBitsShared>
class WarpWalk {
 public:
  struct Memory {
    uint8_t* shared;  // proposals, colours, and what the tier puts there
    uint8_t* counts;
    uint32_t* bits;  // kBitsShared: a copy of the adjacency matrix
  };

  AATGS_FN WarpWalk(Threads threads, const WhcrState& state, uint32_t index, Memory memory)
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
        index_(index),
        seed_(state.search->seed),
        member_(state.members[index]),
        color_(state.colors_of(index)),
        best_(state.best_of(index)),
        tabu_(state.tabu_of(index)),
        matrix_(state.graph.bits),
        proposals_(reinterpret_cast<Proposal*>(memory.shared)),
        hue_(reinterpret_cast<uint16_t*>(memory.shared + WarpTables::proposals())),
        counts_(memory.counts),
        bits_(memory.bits) {}

  /// Threads that take part; the others of the block must not call `run`.
  AATGS_FN uint32_t size() const { return 32 * warps_; }

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
    threads_.barrier(size());  // everybody has read the member
    uint32_t stop = 0;
    refill(clock);
    for (; clock < end && conflicts > 0; ++clock) {
      if ((clock & 31) == 0) refill(clock);
      release(static_cast<uint32_t>(clock));
      const Draw draw = draw_at(clock);
      propose(draw, best - conflicts, clock);
      threads_.barrier(size());
      const Agreed agreed = agree(clock);
      if (agreed.stop) {
        stop = agreed.stop;
        break;
      }
      if (agreed.move.key == kNone) continue;
      const int32_t change = static_cast<int32_t>(agreed.move.key >> 17) - 128;
      if (change > 0 && unsaved) {
        save(best_);
        unsaved = false;
      }
      const uint32_t tenure = draw.stay + tenure_share(agreed.clashing);
      move(agreed.move, static_cast<uint32_t>(clock), tenure);
      conflicts += change;
      if (conflicts <= best) {  // the last of equals: the next generation's parents differ more
        best = conflicts;
        unsaved = true;
      }
    }
    if (unsaved) save(best_);
    save(color_);
    keep_tabus();
    if (thread_ == 0) {
      member_.moves = clock;
      member_.conflicts = static_cast<uint32_t>(conflicts);
      member_.best_conflicts = static_cast<uint32_t>(best);
      member_.best_unsaved = 0;
      member_.fresh = 0;
    }
    return stop >= kOutgrown ? static_cast<uint32_t>(end - clock) : 0;
  }

 private:
  static constexpr uint32_t kSlots = kWords > 1 ? 8 : 4;  // tabu entries of a lane
  static constexpr uint32_t kCancelled = 1, kOutgrown = 16;  // summed up over the warps
  static constexpr uint32_t kNoChange = 0xff;
  static constexpr uint32_t kForbidden = 0x80;

  struct Agreed {
    Proposal move;
    uint32_t clashing;
    uint32_t stop;
  };

  // --- who owns what

  AATGS_FN uint32_t word_of(uint32_t w) const { return w * kWarpThreads + thread_; }
  AATGS_FN bool has(uint32_t w) const { return word_of(w) < words_; }
  /// Whether anybody has a w-th word.
  AATGS_FN bool used(uint32_t w) const { return kWords == 1 || w * kWarpThreads < words_; }
  AATGS_FN uint32_t owner_of(uint32_t v) const { return kWords == 1 ? v / 4 : v / 4 % kWarpThreads; }
  AATGS_FN bool mine(uint32_t v, uint32_t w) const { return v / 4 == word_of(w); }
  AATGS_FN uint32_t* count_word(uint32_t color, uint32_t word) const {
    return reinterpret_cast<uint32_t*>(counts_ + color * stride_) + word;
  }
  AATGS_FN uint8_t& count(uint32_t color, uint32_t v) const { return counts_[color * stride_ + v]; }
  /// Which of a word's vertices are neighbours of v: 0 or 1 in each byte.
  AATGS_FN uint32_t adjacent(uint32_t v, uint32_t word) const {
    const uint32_t* row = (kBitsShared ? bits_ : matrix_) + v * row_words_;
    return bytes::spread(row[word / 8] >> (word % 8 * 4));
  }

  // --- the start of a walk

  /// Builds the tables; false, with nothing changed, when they are too small for this colouring. Collective.
  AATGS_FN bool prepare() {
    for (uint32_t c = 0; c < colors_; ++c) {
      for (uint32_t word = thread_; word < words_; word += size()) *count_word(c, word) = 0;
    }
    for (uint32_t v = thread_; v < 4 * words_; v += size()) hue_[v] = v < n_ ? color_[v] : 0xffff;
    if constexpr (kBitsShared) {
      for (uint32_t i = thread_; i < n_ * row_words_; i += size()) bits_[i] = matrix_[i];
    }
    threads_.barrier(size());
    bool outgrown = false;
    uint32_t ends = 0;
    unrolled<kWords>([&](auto w) {
      own_[w] = low_[w] = ties_[w] = hues_[w][0] = hues_[w][1] = need_[w] = 0;
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
      need_[w] = bytes::nonzero(own_[w]);
    });
    threads_.sync();
    outgrown |= load_tabus();
    threads_.sync();
    rescan();
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
    // Warps that do not exist propose nothing.
    for (uint32_t i = thread_; i < 2 * (kWarpThreads / 32); i += size()) proposals_[i] = {kNone, 0, 0, 0};
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

  /// Takes up the entries of the warp's own vertices; true when there are too many.
  AATGS_FN bool load_tabus() {
    unrolled<kSlots>([&](auto s) { pair_[s] = kNone; });
    outgrown_ = false;
    if (member_.fresh) return false;
    for (uint32_t base = 0; base <= ring_; base += 32) {
      const TabuEntry entry = base + lane_ <= ring_ ? tabu_[base + lane_] : kFree;
      const bool ours = entry.vertex != kNone && owner_of(entry.vertex) / 32 == warp_;
      for (uint32_t left = threads_.ballot(ours); left != 0; left &= left - 1) {
        const uint32_t from = lowest_bit(left);
        const uint32_t v = threads_.shuffle(entry.vertex, from);
        const uint32_t c = threads_.shuffle(entry.color, from);
        if (lane_ == (owner_of(v) & 31)) count(c, v) |= kForbidden;
        hold(v, c, threads_.shuffle(entry.expires, from), base + from);
        if (outgrown_) return true;
      }
    }
    return false;
  }

  // --- tabu entries

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
        if (lane_ == (owner_of(v) & 31)) {
          uint8_t& at = count(pair & 0xffff, v);
          const uint32_t counts = at & 0x7fu;
          at = static_cast<uint8_t>(counts);
          unrolled<kWords>([&](auto w) {
            if (mine(v, w) && counts < bytes::get(low_[w], v & 3)) {
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
    for (uint32_t i = thread_; i <= ring_; i += size()) tabu_[i] = kFree;
    threads_.barrier(size());
    unrolled<kSlots>([&](auto s) {
      if (pair_[s] != kNone) tabu_[born_[s]] = {pair_[s] >> 16, pair_[s] & 0xffff, expires_[s]};
    });
  }

  // --- chance

  /// Every lane draws for one of the next 32 moves.
  AATGS_FN void refill(uint64_t clock) {
    Search keys{};
    keys.seed = seed_;
    drawn_ = random_for(keys, Purpose::MOVE, index_, (clock & ~uint64_t{31}) + lane_).first();
  }
  AATGS_FN Draw draw_at(uint64_t clock) const {
    const uint32_t from = static_cast<uint32_t>(clock) & 31;
    return Draw::from(threads_.shuffle(drawn_.x[0], from), threads_.shuffle(drawn_.x[1], from),
                      threads_.shuffle(drawn_.x[2], from), threads_.shuffle(drawn_.x[3], from));
  }

  // --- choosing

  /// The best move of the warp's own vertices. `gap`: what a tabu move must change the conflicts by, and less.
  AATGS_FN void propose(const Draw& draw, int32_t gap, uint64_t clock) {
    // First the best change, four vertices at a time; then the first of those that have it.
    uint32_t changes[kWords];
    uint32_t change = kNoChange;
    uint32_t clashing = 0;
    uint32_t hopeful = 0;
    const uint32_t short_of = static_cast<uint32_t>(-gap < 0x7f ? -gap : 0x7f) * bytes::kOnes;
    unrolled<kWords>([&](auto w) {
      if (!used(w)) return;
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
        if (!used(w)) return;
        for (uint32_t equal = bytes::zero(changes[w] ^ least * bytes::kOnes); equal != 0; equal &= equal - 1) {
          const uint32_t i = lowest_bit(equal) / 8;
          const uint32_t v = 4 * word_of(w) + i;
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
    const uint32_t slot = (static_cast<uint32_t>(clock) & 1) * (kWarpThreads / 32) + warp_;
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
          to = count(c, v) == low && c != from && mine < to ? mine : to;
        }
      }
      to = threads_.min(to) & 0xffff;
    }
    if (lane_ == 0) proposals_[slot] = {key, v << 16 | to, from, clashing | stop << 16};
  }

  /// Tabu moves that lead below the best seen.
  AATGS_FN void aspire(const Draw& draw, int32_t gap, uint32_t& key, uint32_t& candidate) const {
    unrolled<kSlots>([&](auto s) {
      if (pair_[s] == kNone) return;
      const uint32_t v = pair_[s] >> 16;
      const uint32_t c = pair_[s] & 0xffff;
      const int32_t own = count(hue_[v], v) & 0x7f;
      const int32_t change = (count(c, v) & 0x7f) - own;
      if (own == 0 || change >= gap) return;
      const uint32_t mine = static_cast<uint32_t>(change + 128) << 17 | 0x10000 | draw.vertex_rank(v);
      const bool first = mine == key && draw.color_rank(c) < draw.color_rank(candidate >> 16);
      if (mine < key || first) {
        key = mine;
        candidate = v | c << 16;
      }
    });
  }

  /// The best of all proposals, looked at by a lane each. Keys never tie: ranks of vertices differ, and a vertex has one
  /// warp.
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

  // --- moving

  AATGS_FN void move(const Proposal& chosen, uint32_t clock, uint32_t tenure) {
    const uint32_t v = chosen.vertex_to >> 16;
    const uint32_t to = chosen.vertex_to & 0xffff;
    const uint32_t from = chosen.from;
    const bool was_tabu = (chosen.key & 0x10000) != 0;
    unrolled<kWords>([&](auto w) {
      if (used(w) && has(w)) shift(w, v, from, to);
    });
    if (owner_of(v) / 32 == warp_) {
      if (was_tabu) {
        unrolled<kSlots>([&](auto s) { pair_[s] = pair_[s] == (v << 16 | to) ? kNone : pair_[s]; });
      }
      hold(v, from, clock + tenure, clock & ring_);
    }
    threads_.sync();
    rescan();
  }

  /// What the move means to four vertices.
  AATGS_FN void shift(uint32_t w, uint32_t v, uint32_t from, uint32_t to) {
    const uint32_t word = word_of(w);
    uint32_t* less_at = count_word(from, word);
    uint32_t* more_at = count_word(to, word);
    const uint32_t met = adjacent(v, word);
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
    if (!mine(v, w)) return;
    const uint32_t i = v & 3;
    const uint32_t own = bytes::get(more, i) & 0x7f;
    count(to, v) = static_cast<uint8_t>(own);  // a pair taken up in spite of its tabu is not tabu any more
    count(from, v) = static_cast<uint8_t>(bytes::get(less, i) | kForbidden);
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
      if (!used(w)) return;
      for (uint32_t lanes = threads_.ballot(need_[w] != 0); lanes != 0; lanes &= lanes - 1) {
        const uint32_t lane = lowest_bit(lanes);
        for (uint32_t marks = threads_.shuffle(need_[w], lane); marks != 0; marks &= marks - 1) {
          const uint32_t i = lowest_bit(marks) / 8;
          const uint32_t v = 4 * (word_of(w) - lane_ + lane) + i;
          const uint32_t own = hue_[v];
          uint32_t low = 0xff;
          AATGS_UNROLL_4
          for (uint32_t c = lane_; c < colors_; c += 32) {
            const uint32_t counts = count(c, v);
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

  AATGS_FN void save(uint16_t* to) const {
    unrolled<kWords>([&](auto w) {
      if (!used(w) || !has(w)) return;
      unrolled<4>([&](auto i) {
        const uint32_t v = 4 * word_of(w) + i;
        if (v < n_) to[v] = static_cast<uint16_t>(hues_[w][i / 2] >> (16 * (i & 1)));
      });
    });
  }

  Threads threads_;
  const uint32_t thread_, lane_, warp_;
  const uint32_t n_, colors_, row_words_, ring_, words_, stride_, warps_, index_;
  const uint64_t seed_;
  Member& member_;
  uint16_t* const color_;
  uint16_t* const best_;
  TabuEntry* const tabu_;
  const uint32_t* const matrix_;
  Proposal* const proposals_;
  uint16_t* const hue_;  // the colours
  uint8_t* const counts_;
  uint32_t* const bits_;
  // Of the thread's own vertices, four in a word.
  uint32_t own_[kWords];  // conflicts
  uint32_t low_[kWords];  // lowest count of another colour, from 0x80 up when all are tabu; unknown without conflicts
  uint32_t ties_[kWords];  // at least so many colours have the lowest count, up to 127
  uint32_t hues_[kWords][2];  // colours
  uint32_t need_[kWords];  // 0x80: the lowest count must be looked up
  // Tabu entries of the warp's vertices, in any lane.
  uint32_t pair_[kSlots], expires_[kSlots], born_[kSlots];
  PhiloxBlock drawn_;
  int32_t conflicts_ = 0;
  bool outgrown_ = false;
  bool outgrown_here_ = false;
};

}  // namespace aatgs::whcr
