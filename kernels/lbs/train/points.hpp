// The point model: which surface points lie where a ligand binds.
#pragma once
#include <algorithm>
#include <cstdio>
#include <functional>
#include <random>
#include <vector>

#include "boost.hpp"
#include "options.hpp"
#include "scene.hpp"

namespace aatgs::lbs::train {

/// Every entry's surface with features and labels.
struct Points {
  const std::vector<Entry>& entries;
  const TrainOptions& options;
  std::vector<SceneData> scenes;
  std::vector<float> borders;  // kPointFeatures x kBorders

  Points(const std::vector<Entry>& all, const TrainOptions& given) : entries(all), options(given) {
    scenes.resize(entries.size());
    parallel(entries.size(), [&](size_t e) {
      scenes[e].build(entries[e]);
      scenes[e].make_labels(options.real("near"), options.real("far"));
    });
    make_borders();
    parallel(entries.size(), [&](size_t e) { describe_entry(scenes[e]); });
  }

  /// Rows for a model: of every entry outside a fold positives and negatives, at most so many each.
  Table sample(uint32_t leave_out, const std::vector<uint32_t>& features) const {
    Table table;
    table.columns.resize(kPointFeatures);
    std::mt19937_64 random(7 + leave_out);
    std::uniform_real_distribution<float> uniform(0, 1);
    for (const SceneData& scene : scenes) {
      if (scene.entry->fold == leave_out) continue;
      const auto count = [&](int8_t label) { return std::count(scene.label.begin(), scene.label.end(), label); };
      const auto positives = count(1), negatives = count(0);
      if (positives == 0) continue;
      const float keep_positive = std::min(1.0f, options.real("positives") / static_cast<float>(positives));
      const float keep_negative = std::min(1.0f, options.real("negatives") / static_cast<float>(negatives));
      for (uint32_t i = 0; i < scene.count(); ++i) {
        if (scene.label[i] < 0) continue;
        const bool positive = scene.label[i] == 1;
        if (uniform(random) >= (positive ? keep_positive : keep_negative)) continue;
        for (uint32_t k = 0; k < kPointFeatures; ++k) table.columns[k].push_back(0);
        for (uint32_t k : features) table.columns[k].back() = scene.bytes[uint64_t{kPointFeatures} * i + k];
        table.label.push_back(positive ? 1.0f : 0.0f);
        // Negatives stand for those left out, up to a point.
        table.weight.push_back(positive ? 1.0f : std::min(2.0f, 1.0f / keep_negative));
      }
    }
    return table;
  }

  /// A model for each fold, trained without it, and one of everything (the last).
  std::vector<Boosted> train(const std::vector<uint32_t>& features, bool whole) const {
    const uint32_t folds = options.count("folds");
    std::vector<Boosted> models(folds + 1);
    parallel(folds + (whole ? 1 : 0), [&](size_t f) {
      models[f] = Boosted::train(sample(static_cast<uint32_t>(f), features), options.points());
    });
    return models;
  }

  /// Scores every point by the model that has not seen its fold.
  void score(const std::vector<Boosted>& models) {
    score_by([&](const SceneData& scene, const uint8_t* bytes) {
      return sigmoid(models[scene.entry->fold].view().margin(bytes));
    });
  }
  void score_by(const std::function<float(const SceneData&, const uint8_t*)>& of) {
    parallel(scenes.size(), [&](size_t e) {
      SceneData& scene = scenes[e];
      for (uint32_t i = 0; i < scene.count(); ++i)
        scene.score[i] = of(scene, &scene.bytes[uint64_t{kPointFeatures} * i]);
    });
  }

  /// Average precision over the labelled points of single chains.
  double average_precision() const {
    std::vector<std::pair<float, bool>> all;
    for (const SceneData& scene : scenes) {
      if (scene.entry->mode != "chain") continue;
      for (uint32_t i = 0; i < scene.count(); ++i) {
        if (scene.label[i] >= 0) all.push_back({scene.score[i], scene.label[i] == 1});
      }
    }
    std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.first > b.first; });
    double hits = 0, sum = 0;
    for (size_t i = 0; i < all.size(); ++i) {
      if (!all[i].second) continue;
      hits += 1;
      sum += hits / static_cast<double>(i + 1);
    }
    return sum / hits;
  }

 private:
  /// At quantiles of every seventh point of every sixth entry.
  void make_borders() {
    std::vector<std::vector<float>> samples(kPointFeatures);
    std::vector<float> f(kPointFeatures);
    for (size_t e = 0; e < entries.size(); e += 6) {
      const Scene scene = scenes[e].scene();
      for (uint32_t i = 0; i < scenes[e].count() && i < 20000; i += 7) {
        describe(scene, scenes[e].grid, scene.batch.boxes[0], scenes[e].points[i], f.data());
        for (uint32_t k = 0; k < kPointFeatures; ++k) samples[k].push_back(f[k]);
      }
    }
    borders.resize(uint64_t{kPointFeatures} * kBorders);
    for (uint32_t k = 0; k < kPointFeatures; ++k) quantile_borders(samples[k], &borders[uint64_t{k} * kBorders]);
  }
  void describe_entry(SceneData& data) const {
    const Scene scene = data.scene();
    data.bytes.resize(uint64_t{kPointFeatures} * data.count());
    data.score.resize(data.count());
    std::vector<float> f(kPointFeatures);
    for (uint32_t i = 0; i < data.count(); ++i) {
      describe(scene, data.grid, scene.batch.boxes[0], data.points[i], f.data());
      for (uint32_t k = 0; k < kPointFeatures; ++k)
        data.bytes[uint64_t{kPointFeatures} * i + k] = cut(&borders[uint64_t{k} * kBorders], f[k]);
    }
  }
};

}  // namespace aatgs::lbs::train
