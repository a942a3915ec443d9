// What the dynamic for huge sparse graphs holds: the whole team works on one colouring, vertex by vertex in rounds.
#pragma once
#include <cstdint>

#include "aatgs/platform.hpp"

namespace aatgs::whcr {

inline constexpr uint32_t kNone = 0xffffffffu;
inline constexpr uint16_t kUncolored = 0xffffu;
/// Colours are below this.
inline constexpr uint32_t kColors = 0xffffu;
inline constexpr uint32_t kMaxLevels = 12;

/// How many threads work on a vertex depends on its neighbours: one, a group from kHeavyDegree on, a block from kHubDegree on.
enum : uint32_t { kLight, kHeavy, kHub, kWeights };
inline constexpr uint32_t kHeavyDegree = 64;
inline constexpr uint32_t kHubDegree = 512;
AATGS_FN uint32_t weight_of(uint32_t degree) {
  return degree < kHeavyDegree ? kLight : degree < kHubDegree ? kHeavy : kHub;
}
/// Colours a block looks at together, a byte of its shared memory each.
inline constexpr uint32_t kColorWindow = 8192;

/// What a substep of the search does.
enum class SparseStage : uint32_t {
  ITERATE,  // colours the classes of a proper colouring anew, in another order
  REPAIR,  // moves vertices in conflict
  CORE,  // moves vertices of the core in conflict, under learnt weights
  SEEK,  // not known yet: looks whether there is a core first
};

/// Where the search stands.
struct SparseSearch {
  uint64_t rounds;  // of repair since the reset: tabu tenures and random numbers count in it
  uint64_t moves;
  SparseStage stage;
  uint32_t conflicts;  // of the colouring
  uint32_t passes;  // of iterated greedy since the reset
  uint32_t stalled;  // substeps without improvement in this stage
  uint32_t core;  // each vertex of the core has so many neighbours in it at least; 0: there is none
  uint32_t core_vertices;
  uint32_t coreless;  // the core is too large: it was found out already
  uint32_t stride;  // CORE: colours that are given up at once
  uint32_t tried;  // CORE: rounds with the present number of colours
};

/// The part of the graph that decides about the number of colours, as whcr_core.hpp builds it. Vertices are numbered from 0.
/// But for the weights everything is scratch, most of it memory that greedy colouring uses at other times.
struct Core {
  uint16_t* weights;  // of arcs, in the order of `rows`. State.
  uint64_t most_arcs;  // room for so many
  uint64_t most_sums;
  uint32_t* vertices;  // number -> vertex
  uint32_t* numbers;  // vertex -> number
  uint32_t* offsets;  // number + 1
  uint32_t* rows;  // neighbours of each, as numbers
  uint32_t* sums;  // number x colours: weight of the neighbours with a colour
  uint16_t* color;
  uint16_t* aim;  // the colour after the round
  uint16_t* saved;  // the colouring with fewest colours so far
  uint64_t* proposal;  // what the change to `aim` would bring
  uint32_t* listed;  // the round a vertex was listed in
  uint64_t* best;  // 2 x colours: the best proposal of each class, in turn
  uint32_t* counts;  // 6: lengths of the lists and of what is behind them, in turn; moves; ends of edges in conflict
};

/// A level of the hierarchy as the host sees it.
struct LevelMass {
  uint32_t clusters;  // that hold conflicts
  uint32_t largest;  // conflict ends in the fullest cluster
};

struct Sparse {
  SparseSearch* search;
  Core core;
  uint32_t most_colors;  // bound on the colours greedy colouring can need
  uint32_t* own;  // n: each vertex's conflicts; CORE: the round it was peeled in, 0 in the core
  uint16_t* left_color;  // n: the colour a vertex left last
  uint32_t* left_until;  // n: and the round until which it stays away from it
  uint32_t levels;
  uint32_t* built;  // whether `cluster` is filled in
  uint32_t* cluster;  // levels x n: each vertex's cluster, named after one of its vertices
  LevelMass* masses;  // levels + 1
  // Scratch.
  uint64_t* key;  // n: order of greedy colouring; proposals of the matching; leaders of clusters
  uint32_t* wait;  // n: neighbours that come first; the round a vertex was met in
  uint32_t* turn;  // n: the round a vertex is a candidate in; neighbours sorted behind so far
  uint32_t* mass;  // n + 1: of clusters
  uint32_t* lists[2];  // n: vertices at work
  uint16_t* next;  // n: new colours
  uint32_t* counts;  // 4: lengths of the lists, in turn
  uint32_t* sorted;  // arcs: each vertex's neighbours, those that greedy colouring takes first, then the others
  uint32_t* ahead;  // n: how many come first
  uint32_t* heavy[2];  // vertices from kHeavyDegree on
  uint32_t* hubs[2];  // vertices from kHubDegree on
  uint32_t* ready;  // kWeights x 3: lengths of greedy colouring's lists, in turn
  uint32_t* start;  // kWeights most_colors + 1: classes, by weight of the vertices
  uint32_t* cursor;  // kWeights most_colors
};

/// A bijection of 32-bit words for any key: two vertices never tie.
AATGS_FN uint32_t mix(uint32_t x, uint32_t key) {
  x = (x ^ key) * 0x9E3779B1u;
  x = (x ^ (x >> 15)) * 0x85EBCA77u;
  x = (x ^ (x >> 13)) * 0xC2B2AE3Du;
  return x ^ (x >> 16);
}

}  // namespace aatgs::whcr
