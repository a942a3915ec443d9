// Gradient-boosted trees on features cut to bytes: complete binary trees of one depth, their nodes in heap order.
//
//   borders  features x kBorders floats, rising; a feature's byte is the number of borders below its value
//   forest   {trees, depth, bias (f32), 0}, then for each tree 2^depth u16 nodes (feature | border << 8; the last one
//            unused) and 2^depth f32 leaves
#pragma once
#include <cmath>
#include <cstdint>

#include "aatgs/platform.hpp"

namespace aatgs::lbs {

inline constexpr uint32_t kBorders = 63;
inline constexpr uint32_t kForestHeaderWords = 4;

AATGS_FN uint8_t cut(const float* borders, float value) {
  uint32_t low = 0;  // borders below the value
  for (uint32_t step = 32; step > 0; step /= 2) {
    if (value > borders[low + step - 1]) low += step;
  }
  return static_cast<uint8_t>(low);
}

AATGS_FN uint64_t forest_words(uint32_t trees, uint32_t depth) {
  return kForestHeaderWords + uint64_t{trees} * ((1u << depth) / 2 + (1u << depth));
}

struct Forest {
  uint32_t trees = 0, depth = 0;
  float bias = 0;
  const uint32_t* words = nullptr;

  AATGS_FN static Forest of(const uint32_t* part) {
    Forest forest;
    forest.trees = part[0];
    forest.depth = part[1];
    forest.bias = *reinterpret_cast<const float*>(part + 2);
    forest.words = part + kForestHeaderWords;
    return forest;
  }
  /// Log odds.
  AATGS_FN float margin(const uint8_t* x) const {
    float sum = bias;
    const uint32_t leaves = 1u << depth;
    const uint32_t* tree = words;
    for (uint32_t t = 0; t < trees; ++t, tree += leaves / 2 + leaves) {
      const uint16_t* nodes = reinterpret_cast<const uint16_t*>(tree);
      uint32_t i = 0;
      for (uint32_t d = 0; d < depth; ++d) {
        const uint32_t node = nodes[i];
        i = 2 * i + 1 + (x[node & 255] > (node >> 8) ? 1 : 0);
      }
      sum += reinterpret_cast<const float*>(tree + leaves / 2)[i - (leaves - 1)];
    }
    return sum;
  }
};

/// e^x by additions and multiplications, the same bits on every machine; relative error below 1e-6.
AATGS_FN float portable_exp(float x) {
  if (x < -80.0f) return 0.0f;
  if (x > 80.0f) x = 80.0f;
  const float n = floorf(x * 1.44269504f + 0.5f);
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float y = 1.9875691500e-4f;
  y = y * r + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * r * r + r + 1.0f;
  union {
    uint32_t u;
    float f;
  } scale;
  scale.u = static_cast<uint32_t>(static_cast<int32_t>(n) + 127) << 23;
  return y * scale.f;
}
AATGS_FN float sigmoid(float margin) { return 1.0f / (1.0f + portable_exp(-margin)); }

}  // namespace aatgs::lbs
