// How a policy tree of one factor is cut into chunks that a team of warps makes at once (ai_dense_block.hpp), and where that
// lies in shared memory.
#pragma once
#include <vector>

#include "aatgs/module.hpp"
#include "active_inference/ai_tensor.hpp"

namespace aatgs::active_inference {

inline constexpr uint32_t kBlockWarps = kThreads / 32;
/// Agents of a block at once, where shared memory has room for them.
inline constexpr uint32_t kMostTeams = 2;
/// Beliefs in one tile, and words of a tile: fragments of both halves, as a product reads them.
inline constexpr uint32_t kTileRows = 8, kTileWords = kTileRows * kTensorStates;
/// Tiles of sixteen rows of a matrix; words of its fragments.
inline constexpr uint32_t kRowTiles = kTensorStates / 16, kMatrixWords = kTensorStates * kTensorStates;
inline constexpr uint32_t kNoRow = 0xffffffffu;

/// Nodes of one depth, which are made together. Rows are the present and then the nodes, depth by depth, each depth from a
/// whole tile on; only parents and children are kept at once, by turns in two places.
struct Chunk {
  uint32_t parent, parents;  // their first row, and how many
  uint32_t from, child, to;  // where they lie; the first row of their children, and where those go
};

struct ChunkPlan {
  std::vector<Chunk> chunks;
  std::vector<uint32_t> children;  // of every kept row and control: its row, or none
  std::vector<uint32_t> leaves;  // policies of the rows of the last depth
  uint32_t kept = 0;  // rows above the last depth
  uint32_t places = 0;  // rows that are there at once
};

inline uint32_t whole_tiles(uint32_t rows) { return (rows + kTileRows - 1) / kTileRows * kTileRows; }

/// Chunks of a policy tree of one factor, whose nodes come parents first; none where two children are the same.
inline ChunkPlan plan_chunks(const Node* nodes, const uint32_t* actions, uint32_t count, uint32_t length,
                             uint32_t controls) {
  ChunkPlan plan;
  // The first row of each depth of nodes.
  std::vector<uint32_t> first(length + 1, kTileRows), path(length, 0);
  uint32_t parent = 0, parents = 1, most[2] = {kTileRows, 0};
  for (uint32_t depth = 0; depth < length; ++depth) {
    plan.chunks.push_back({parent, parents, 0, first[depth], 0});
    parent = first[depth];
    parents = 0;
    for (uint32_t i = 0; i < count; ++i) parents += nodes[i].depth == depth;
    first[depth + 1] = parent + whole_tiles(parents);
    uint32_t& place = most[(depth + 1) % 2];
    if (depth + 1 < length && whole_tiles(parents) > place) place = whole_tiles(parents);
  }
  for (uint32_t depth = 0; depth < length; ++depth) {
    (depth % 2 == 1 ? plan.chunks[depth].from : plan.chunks[depth].to) = most[0];
  }
  plan.places = most[0] + most[1];
  std::vector<uint32_t> next(first);
  plan.kept = first[length - 1];
  plan.children.assign(uint64_t{plan.kept} * controls, kNoRow);
  plan.leaves.assign(first[length] - plan.kept, 0);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t depth = nodes[i].depth, mine = next[depth]++, parent = depth == 0 ? 0 : path[depth - 1];
    path[depth] = mine;
    uint32_t& slot = plan.children[parent * controls + actions[i]];
    if (slot != kNoRow) return {};
    slot = mine;
    if (mine >= plan.kept) plan.leaves[mine - plan.kept] = nodes[i].leaf;
  }
  return plan;
}

inline ChunkTables lay_out_chunks(Arena& arena, const ChunkPlan& plan, uint32_t teams) {
  ChunkTables tables{};
  tables.chunk_count = static_cast<uint32_t>(plan.chunks.size());
  tables.kept = plan.kept;
  tables.places = plan.places;
  tables.teams = teams;
  tables.chunks = arena.constant(plan.chunks.size(), plan.chunks.data());
  tables.children = arena.constant(plan.children.size(), plan.children.data());
  tables.leaves = arena.constant(plan.leaves.size(), plan.leaves.data());
  return tables;
}

/// The state or outcome at a place of a product's rows: so that a lane's fragments of two tiles are of four neighbours.
AATGS_FN uint32_t number_at(uint32_t place) {
  return place / 32 * 32 + place % 8 * 4 + place / 16 % 2 * 2 + place / 8 % 2;
}

/// Shared memory of a team: fragments of transitions and likelihoods; tiles of beliefs; what is linear in beliefs;
/// preferences at each depth; sums of the kept rows; inductive rows of the agents in turn.
struct TeamRoom {
  uint32_t likelihood, rows, linear, preferred, gained, paths, words;
  AATGS_FN TeamRoom(const Structure& model, uint32_t depths, uint32_t kept, uint32_t places) {
    likelihood = model.controls * kMatrixWords;
    rows = likelihood + kMatrixWords;
    linear = rows + places / kTileRows * kTileWords;
    preferred = linear + kTensorStates;
    gained = preferred + depths * kTensorStates;
    paths = gained + kept;
    words = (paths + kBlockWarps + 3) / 4 * 4;
  }
};

}  // namespace aatgs::active_inference
