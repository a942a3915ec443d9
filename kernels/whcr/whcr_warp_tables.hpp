// Where a warp walk's tables lie, and which graphs they are for.
#pragma once
#include <cstdint>

#include "whcr/whcr_state.hpp"

namespace aatgs::whcr {

inline constexpr uint32_t kWarpThreads = 256;
/// A thread owns four vertices at a time, and at most this many times four.
inline constexpr uint32_t kMostWords = 8;
inline constexpr uint32_t kWarpVertices = 4 * kMostWords * kWarpThreads;

/// What a warp proposes: its best move, and how many of its vertices are in conflict.
struct alignas(16) Proposal {
  uint32_t key;  // change, whether tabu, rank; kNone: no move
  uint32_t vertex_to;
  uint32_t from;
  uint32_t notes;  // vertices in conflict, and from bit 16 on why to stop
};

/// Which tables lie in the block's shared memory; the rest is read through the caches. COLORS: counts of as many colours as
/// have room.
enum class WarpTier : uint32_t { NONE, ALL, COUNTS, COLORS };

/// Sizes of a walk's tables, in bytes.
struct WarpTables {
  uint32_t words;  // of four vertices
  uint32_t stride;  // of a colour's counts; an odd number of words, so that a vertex's counts lie in different banks

  AATGS_FN explicit WarpTables(uint32_t n) : words((n + 3) / 4), stride(4 * (words | 1)) {}
  AATGS_FN static uint64_t proposals() { return 2 * (kWarpThreads / 32) * sizeof(Proposal); }
  AATGS_FN uint64_t hues() const { return (uint64_t{2} * stride + 15) / 16 * 16; }
  /// The colours, and the lists of an annealed walk's vertices in conflict.
  AATGS_FN uint64_t colors() const { return 2 * hues(); }
  AATGS_FN uint64_t counts(uint32_t colors) const { return (uint64_t{stride} * colors + 15) / 16 * 16; }
  AATGS_FN static uint64_t bits(uint32_t n) { return uint64_t{n} * ((n + 31) / 32) * 4; }

  /// Shared memory that a tier takes.
  AATGS_FN uint64_t bytes(WarpTier tier, uint32_t n, uint32_t colors_used) const {
    uint64_t total = proposals() + colors();
    if (tier == WarpTier::COUNTS || tier == WarpTier::ALL) total += counts(colors_used);
    if (tier == WarpTier::ALL) total += bits(n);
    return total;
  }
  /// COLORS: how many colours' counts have room.
  AATGS_FN uint32_t split(uint64_t shared) const {
    return static_cast<uint32_t>((shared - proposals() - colors()) / stride);
  }
  /// The best tier that fits.
  AATGS_FN WarpTier tier(uint32_t n, uint32_t colors_used, uint64_t shared) const {
    if (words <= kWarpThreads && bytes(WarpTier::ALL, n, colors_used) <= shared) return WarpTier::ALL;
    if (bytes(WarpTier::COUNTS, n, colors_used) <= shared) return WarpTier::COUNTS;
    return bytes(WarpTier::COLORS, n, colors_used) <= shared ? WarpTier::COLORS : WarpTier::NONE;
  }
};

}  // namespace aatgs::whcr
