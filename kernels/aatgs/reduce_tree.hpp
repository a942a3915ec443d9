// The one order in which floats are added, whatever the team: a tile of 256 values is folded in halves (128, 64, ...),
// the tiles of a pass (at most 4096) are folded the same way twice, and passes are added in order. A sum so defined
// gives the same bits for one CPU thread, for many, and for a grid of any size.
#pragma once
#include <cstdint>

#include "aatgs/platform.hpp"

namespace aatgs {

inline constexpr uint32_t kTile = 256;
inline constexpr uint32_t kPassTiles = 4096;

/// Folds `count` <= 256 values of `get(i)` in halves; missing values count as zero.
template <class T, class Get>
AATGS_FN T fold_tile(uint32_t count, Get get) {
  T values[kTile];
  for (uint32_t i = 0; i < kTile; ++i) values[i] = i < count ? get(i) : T{0};
  for (uint32_t half = kTile / 2; half > 0; half /= 2) {
    for (uint32_t i = 0; i < half; ++i) values[i] += values[i + half];
  }
  return values[0];
}

/// Folds the partial sums of one pass: tiles of tiles.
template <class T>
AATGS_FN T fold_pass(const T* partials, uint32_t count) {
  return fold_tile<T>((count + kTile - 1) / kTile, [&](uint32_t tile) {
    const uint32_t first = tile * kTile;
    const uint32_t rest = count - first;
    return fold_tile<T>(rest < kTile ? rest : kTile, [&](uint32_t i) { return partials[first + i]; });
  });
}

/// The whole sum on one thread; blocks and groups of the CPU use it, and it is the reference for all others.
template <class T, class F>
AATGS_FN T tree_sum(uint64_t n, F f) {
  T total{0};
  for (uint64_t pass = 0; pass < n; pass += uint64_t{kPassTiles} * kTile) {
    T partials[kPassTiles / kTile];
    uint32_t groups = 0;
    for (uint64_t first = pass; first < n && groups < kPassTiles / kTile; first += uint64_t{kTile} * kTile) {
      const uint64_t left = n - first;
      const uint32_t tiles = static_cast<uint32_t>(left < uint64_t{kTile} * kTile ? (left + kTile - 1) / kTile : kTile);
      partials[groups++] = fold_tile<T>(tiles, [&](uint32_t tile) {
        const uint64_t start = first + uint64_t{tile} * kTile;
        const uint64_t rest = n - start;
        return fold_tile<T>(static_cast<uint32_t>(rest < kTile ? rest : kTile),
                            [&](uint32_t i) { return f(start + i); });
      });
    }
    total += fold_tile<T>(groups, [&](uint32_t i) { return partials[i]; });
  }
  return total;
}

}  // namespace aatgs
