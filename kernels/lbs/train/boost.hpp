// Gradient boosting of complete binary trees on byte features (histograms; Friedman 2001, Ke et al. 2017), logistic loss.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "lbs/lbs_model.hpp"

namespace aatgs::lbs::train {

struct BoostOptions {
  uint32_t trees = 200;
  uint32_t depth = 6;
  float rate = 0.1f;
  float lambda = 5.0f;
  float least_hessian = 10.0f;
  float feature_share = 0.4f;
  float row_share = 0.5f;
  uint64_t seed = 1;
};

/// Rows by columns: column k of row i is columns[k][i].
struct Table {
  std::vector<std::vector<uint8_t>> columns;
  std::vector<float> label, weight;
  uint32_t rows() const { return static_cast<uint32_t>(label.size()); }
};

class Boosted {
 public:
  /// Words of the part the step reads.
  std::vector<uint32_t> words;

  Forest view() const { return Forest::of(words.data()); }

  static Boosted train(const Table& table, const BoostOptions& options) {
    Boosted model;
    const uint32_t n = table.rows(), features = static_cast<uint32_t>(table.columns.size());
    const uint32_t leaves = 1u << options.depth;
    double positive = 0, all = 0;
    for (uint32_t i = 0; i < n; ++i) {
      positive += table.weight[i] * table.label[i];
      all += table.weight[i];
    }
    const float bias = static_cast<float>(std::log(positive / (all - positive)));
    model.words = {options.trees, options.depth, 0, 0};
    std::memcpy(&model.words[2], &bias, 4);
    std::vector<float> margin(n, bias), g(n), h(n);
    std::vector<uint16_t> node(n);
    std::vector<uint32_t> rows;
    std::mt19937_64 random(options.seed);
    std::uniform_real_distribution<float> uniform(0, 1);
    std::vector<uint32_t> order(features);
    for (uint32_t k = 0; k < features; ++k) order[k] = k;
    const uint32_t used = std::max(1u, static_cast<uint32_t>(options.feature_share * static_cast<float>(features)));
    struct Sum {
      float g, h;
    };
    std::vector<Sum> histogram(uint64_t{leaves} * 64);
    std::vector<uint8_t> packed;
    std::vector<Sum> gh;
    std::vector<uint16_t> at;
    for (uint32_t t = 0; t < options.trees; ++t) {
      for (uint32_t i = 0; i < n; ++i) {
        const float p = 1.0f / (1.0f + std::exp(-margin[i]));
        g[i] = table.weight[i] * (table.label[i] - p);
        h[i] = table.weight[i] * p * (1.0f - p);
      }
      rows.clear();
      for (uint32_t i = 0; i < n; ++i) {
        if (uniform(random) < options.row_share) rows.push_back(i);
      }
      std::shuffle(order.begin(), order.end(), random);
      const uint32_t m = static_cast<uint32_t>(rows.size());
      gh.resize(m);
      at.assign(m, 0);
      packed.resize(uint64_t{m} * used);
      for (uint32_t r = 0; r < m; ++r) gh[r] = {g[rows[r]], h[rows[r]]};
      for (uint32_t k = 0; k < used; ++k) {
        const auto& column = table.columns[order[k]];
        for (uint32_t r = 0; r < m; ++r) packed[uint64_t{k} * m + r] = column[rows[r]];
      }
      std::vector<uint16_t> nodes(leaves, 255 | (255 << 8));  // nobody goes right
      for (uint32_t d = 0; d < options.depth; ++d) {
        const uint32_t width = 1u << d;
        struct Split {
          float gain = 0;
          uint32_t feature = 0, border = 0;
        };
        std::vector<Split> best(width);
        for (uint32_t k = 0; k < used; ++k) {
          std::fill(histogram.begin(), histogram.begin() + width * 64, Sum{0, 0});
          const uint8_t* column = packed.data() + uint64_t{k} * m;
          for (uint32_t r = 0; r < m; ++r) {
            Sum& bin = histogram[at[r] * 64u + column[r]];
            bin.g += gh[r].g;
            bin.h += gh[r].h;
          }
          for (uint32_t w = 0; w < width; ++w) {
            const Sum* bins = &histogram[w * 64];
            double total_g = 0, total_h = 0;
            for (uint32_t b = 0; b < 64; ++b) {
              total_g += bins[b].g;
              total_h += bins[b].h;
            }
            const double parent = total_g * total_g / (total_h + options.lambda);
            double left_g = 0, left_h = 0;
            for (uint32_t b = 0; b < 63; ++b) {
              left_g += bins[b].g;
              left_h += bins[b].h;
              const double right_g = total_g - left_g, right_h = total_h - left_h;
              if (left_h < options.least_hessian || right_h < options.least_hessian) continue;
              const float gain = static_cast<float>(left_g * left_g / (left_h + options.lambda) +
                                                    right_g * right_g / (right_h + options.lambda) - parent);
              if (gain > best[w].gain) best[w] = {gain, order[k], b};
            }
          }
        }
        for (uint32_t w = 0; w < width; ++w) {
          if (best[w].gain > 0) {
            nodes[width - 1 + w] = static_cast<uint16_t>(best[w].feature | best[w].border << 8);
          }
        }
        for (uint32_t r = 0; r < m; ++r) {
          const uint16_t split = nodes[width - 1 + at[r]];
          const bool right = split != 0xffff && table.columns[split & 255][rows[r]] > (split >> 8);
          at[r] = static_cast<uint16_t>(2 * at[r] + right);
        }
      }
      std::vector<double> leaf_g(leaves, 0), leaf_h(leaves, 0);
      for (uint32_t r = 0; r < m; ++r) {
        leaf_g[at[r]] += gh[r].g;
        leaf_h[at[r]] += gh[r].h;
      }
      std::vector<float> values(leaves);
      for (uint32_t l = 0; l < leaves; ++l) {
        values[l] = static_cast<float>(options.rate * leaf_g[l] / (leaf_h[l] + options.lambda));
      }
      // A node without a split sends everybody left: feature 0, a border no byte is above.
      for (uint16_t& split : nodes) {
        if (split == 0xffff) split = static_cast<uint16_t>(0 | 255 << 8);
      }
      for (uint32_t i = 0; i < n; ++i) {
        uint32_t place = 0;
        for (uint32_t d = 0; d < options.depth; ++d) {
          const uint16_t split = nodes[place];
          place = 2 * place + 1 + (table.columns[split & 255][i] > (split >> 8) ? 1 : 0);
        }
        margin[i] += values[place - (leaves - 1)];
      }
      const size_t start = model.words.size();
      model.words.resize(start + leaves / 2 + leaves);
      std::memcpy(&model.words[start], nodes.data(), 2 * leaves);
      std::memcpy(&model.words[start + leaves / 2], values.data(), 4 * leaves);
    }
    return model;
  }
};

/// Borders of a feature at quantiles of a sample.
inline void quantile_borders(std::vector<float> sample, float* borders) {
  std::sort(sample.begin(), sample.end());
  std::vector<float> distinct;
  for (uint32_t b = 0; b < kBorders; ++b) {
    const size_t i = static_cast<size_t>((b + 1.0) / (kBorders + 1.0) * static_cast<double>(sample.size() - 1));
    distinct.push_back(sample[i]);
  }
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  // Values of few kinds have few borders; the rest is out of reach.
  for (uint32_t b = 0; b < kBorders; ++b) borders[b] = b < distinct.size() ? distinct[b] : 3e38f;
}

}  // namespace aatgs::lbs::train
