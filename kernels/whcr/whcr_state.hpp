// What an instance holds: the graph, the population, and the search's counters.
#pragma once
#include <cstdint>

#include "aatgs/philox.hpp"
#include "whcr/whcr_layout.h"
#include "whcr/whcr_sparse_state.hpp"

namespace aatgs::whcr {

/// The graph, constant for the life of the instance.
struct Graph {
  uint32_t n;
  uint32_t words;              // 32-bit words of a row of `bits`
  const uint32_t* offsets;     // n + 1
  const uint32_t* neighbours;
  const uint32_t* order;       // vertices by falling degree, the order of greedy colouring
  const uint32_t* bits;        // adjacency matrix of a dense graph, or null
  bool weighs_rows;            // whether a CPU thread keeps learnt weights as a matrix, beside `bits`
  const uint8_t* priorities;   // or null
  AATGS_FN uint32_t degree(uint32_t v) const { return offsets[v + 1] - offsets[v]; }
};

/// One colouring that is being searched.
struct Member {
  uint64_t moves;           // its clock: tabu tenures and random numbers count in it
  uint32_t conflicts;       // of its colouring
  uint32_t best_conflicts;  // fewest since it was last made (reset, recombined, fewer colours)
  uint32_t fresh;           // its colouring is new: the next walk forgets its tabu list and its best
  uint32_t best_unsaved;    // the colouring is the best one, and not copied yet
  uint32_t taught;          // it has learnt weights of edges; they are kept when there are to be fewer colours
  uint32_t cold;            // annealing: see odds_of; 0: not set yet
  uint32_t made, rose;      // annealing: moves of this substep, and those of them that added conflicts
  uint32_t best_cold;       // annealing: how cold it was when it came to its fewest conflicts

  /// A walk has ended, its best colouring copied.
  AATGS_FN void walked(uint64_t clock, int32_t left, int32_t fewest) {
    moves = clock;
    conflicts = static_cast<uint32_t>(left);
    best_conflicts = static_cast<uint32_t>(fewest);
    best_unsaved = 0;
  }
};

/// Best colourings of a couple of members over the present and the last cycle of generations.
struct Couple {
  uint32_t present;
  uint32_t last;
  uint32_t alike;  // whether the two have become alike: one of them is to be replaced

  /// Which of the two elites has fewer conflicts, and how many; kNone: there is none.
  AATGS_FN uint32_t better() const { return present <= last ? 0 : 1; }
  AATGS_FN uint32_t fewest() const { return present < last ? present : last; }
};
inline constexpr Couple kNewCouple = {kNone, kNone, 0};

/// How strongly what other modules know weighs now; see whcr_priors.hpp.
struct PriorWeights {
  uint32_t active;
  uint32_t belief;  // in 1/256; 0: no beliefs
};

/// What decides between equally good moves before chance does.
struct Priors {
  PriorWeights* weights;
  uint16_t* bias;   // n
  uint8_t* belief;  // n x colors, or null
  uint32_t colors;

  AATGS_FN bool active() const { return weights->active != 0; }
  /// How much the vertex, taking this colour, is preferred: 0 to kStrongest.
  AATGS_FN uint32_t strength(uint32_t v, uint32_t color) const;
};

/// A (vertex, colour) pair that may not be taken up again before `expires`, in the member's moves modulo 2^32.
struct TabuEntry {
  uint32_t vertex;  // kNone: free
  uint32_t color;
  uint32_t expires;
};
inline constexpr TabuEntry kFree = {kNone, 0, 0};
inline constexpr uint32_t kTenureRandom = 10;

/// The part of a tenure that follows from the vertices in conflict: 0.6 of them.
AATGS_FN uint32_t tenure_share(uint32_t clashing) { return static_cast<uint32_t>(uint64_t{clashing} * 614 / 1024); }

/// Entries that hold every tenure of a graph with n vertices.
AATGS_FN uint32_t tabu_ring(uint32_t n) {
  const uint32_t longest = kTenureRandom + tenure_share(n) + 2;
  uint32_t ring = 16;
  while (ring < longest) ring *= 2;
  return ring;
}

/// The counters of the whole search.
struct Search {
  uint64_t seed;
  uint64_t events;  // resets, recombinations and colour changes so far: keys their random numbers
  uint64_t moves;
  uint32_t started;
  uint32_t converged;
  uint32_t colors;
  uint32_t target;
  uint32_t descends;        // whether fewer colours than at first were asked for
  uint32_t conflicts;       // fewest seen with `colors`
  uint32_t best_conflicts;  // of the colouring in `best`
  uint32_t best_colors;     // 0: no proper colouring yet
  uint32_t generation;
  uint32_t generation_substeps;
  uint32_t shares[3];  // MIXED: couples of each style
  uint32_t
      best_cold;  // annealing: how cold the best walks were when they came to their fewest conflicts; 0: not known yet
};

/// What a couple does: tabu search with recombination, annealing, tabu search under learnt weights; min-conflicts with
/// recombination.
enum class Style : uint32_t { RECOMBINED, ANNEALED, WEIGHTED, REPAIR };
inline constexpr uint32_t kStyles = 3;  // of MIXED

/// The style of a couple where each has its share of them.
AATGS_FN Style style_by(const uint32_t* shares, uint32_t couple) {
  if (couple < shares[0]) return Style::RECOMBINED;
  return couple < shares[0] + shares[1] ? Style::ANNEALED : Style::WEIGHTED;
}

AATGS_FN bool uses_table(WhcrDynamic dynamic) { return dynamic == WhcrDynamic::TABLE || dynamic == WhcrDynamic::MIXED; }
AATGS_FN bool anneals(WhcrDynamic dynamic) { return dynamic == WhcrDynamic::ANNEALED || dynamic == WhcrDynamic::MIXED; }
AATGS_FN bool uses_weights(WhcrDynamic dynamic) {
  return dynamic == WhcrDynamic::WEIGHTED || dynamic == WhcrDynamic::MIXED;
}

/// Which of a weighted walk's tables lie in the block's shared memory on a GPU; the others are in memory of the member's own.
enum class WeightedTier : uint32_t { NONE, SMALL, ALL };

struct WhcrState {
  Graph graph;
  Priors priors;
  Sparse sparse;
  uint32_t max_colors;
  uint32_t population;
  WhcrDynamic dynamic;
  uint32_t moves_per_substep;
  uint32_t substeps_per_generation;
  bool regular;  // all vertices have about as many neighbours
  uint32_t weighted_part;  // MIXED: of the moves of a substep, a walk under learnt weights makes one in so many
  uint32_t first_colors, first_target;
  WhcrInit first_init;
  uint64_t first_seed;
  // State.
  Search* search;
  Member* members;  // population
  Couple* couples;  // population / 2
  uint16_t* colors;  // population x n
  uint16_t* bests;  // population x n: each member's best colouring
  uint16_t* elites;  // (population / 2) x 2 x n: best of the present cycle, of the last one
  uint32_t ring;  // tabu entries of a member, a power of two
  TabuEntry* tabu;  // population x ring (TABLE)
  uint32_t* left_color;  // population x n: the colour a vertex left last (REPAIR, WEIGHTED)
  uint32_t* left_until;  // population x n: and until when it stays away from it
  uint16_t* weights;  // population x arcs: of edges (WEIGHTED)
  uint32_t* best;  // n: the colouring the host reads
  // Scratch.
  uint8_t* work;  // population x work_bytes, or null: in each block's shared memory
  uint64_t work_bytes;
  bool desk_shared;  // whether colourings are made in shared memory
  uint64_t warp_shared;  // shared memory for the walk of whcr_warp_walk.hpp; 0: none
  uint8_t* warp_counts;  // room for its counts, population times, or null: all lie in shared memory
  WeightedTier weighted_tier;  // which tables of learnt weights lie in shared memory
  uint32_t* rename;  // max_colors

  /// What a member does. MIXED: couples by their shares; a single one is divided.
  AATGS_FN Style style_of(uint32_t member) const {
    if (dynamic == WhcrDynamic::TABLE) return Style::RECOMBINED;
    if (dynamic == WhcrDynamic::REPAIR) return Style::REPAIR;
    if (dynamic == WhcrDynamic::WEIGHTED) return Style::WEIGHTED;
    if (dynamic == WhcrDynamic::ANNEALED) return Style::ANNEALED;
    if (population < 4) return member % 2 == 0 || regular ? Style::ANNEALED : Style::WEIGHTED;
    return style_by(search->shares, member / 2);
  }
  AATGS_FN bool recombines(uint32_t couple) const {
    const Style style = style_of(2 * couple);
    return style == Style::RECOMBINED || style == Style::REPAIR;
  }
  /// Of a substep: a style that takes longer for a move makes fewer, so that the others need not wait for it.
  AATGS_FN uint32_t moves_of(Style style) const {
    const uint32_t part = dynamic == WhcrDynamic::MIXED && style == Style::WEIGHTED ? weighted_part : 1;
    return moves_per_substep > part ? moves_per_substep / part : 1;
  }
  AATGS_FN uint16_t* weights_of(uint32_t member) const { return weights + uint64_t{member} * graph.offsets[graph.n]; }
  AATGS_FN uint16_t* colors_of(uint32_t member) const { return colors + uint64_t{member} * graph.n; }
  AATGS_FN uint16_t* best_of(uint32_t member) const { return bests + uint64_t{member} * graph.n; }
  AATGS_FN uint16_t* elite_of(uint32_t couple, uint32_t which) const {
    return elites + (uint64_t{couple} * 2 + which) * graph.n;
  }
  AATGS_FN TabuEntry* tabu_of(uint32_t member) const { return tabu + uint64_t{member} * ring; }
};

/// What a random number is for; keeps the streams apart.
enum class Purpose : uint32_t { MOVE, INIT, COMPLETE, CROSS, ORDER, ROUND, ANNEAL };

/// The random numbers of one entity of one member at one point of its clock (below 2^40).
AATGS_FN Random random_for(const Search& search, Purpose purpose, uint32_t member, uint64_t clock,
                           uint32_t entity = 0) {
  return Random(search.seed, uint64_t{static_cast<uint32_t>(purpose)} << 56 | uint64_t{member} << 40 | clock, entity);
}

/// Hands out a block's working memory piece by piece; with no base it only counts.
class Carver {
 public:
  AATGS_FN explicit Carver(uint8_t* base) : base_(base) {}
  template <class T>
  AATGS_FN T* take(uint64_t count) {
    uint8_t* at = base_ ? base_ + used_ : nullptr;
    used_ += (count * sizeof(T) + 63) & ~uint64_t{63};
    return reinterpret_cast<T*>(at);
  }
  AATGS_FN uint64_t used() const { return used_; }

 private:
  uint8_t* base_;
  uint64_t used_ = 0;
};

/// The working memory of the block that makes or recombines the colouring of `member`.
template <class Block>
AATGS_FN uint8_t* desk_of(const Block& block, const WhcrState& state, uint32_t member) {
  return state.desk_shared ? block.template shared<uint8_t>() : state.work + state.work_bytes * member;
}

/// The working memory of the block that walks with `member`.
template <class Block>
AATGS_FN uint8_t* work_of(const Block& block, const WhcrState& state, uint32_t member) {
  return state.work ? state.work + state.work_bytes * member : block.template shared<uint8_t>();
}

}  // namespace aatgs::whcr
