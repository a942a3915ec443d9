// The site model: which candidates are sites, and in which order.
#pragma once
#include <algorithm>
#include <vector>

#include "calibrate.hpp"
#include "evaluate.hpp"
#include "points.hpp"

namespace aatgs::lbs::train {

struct EntrySites {
  std::vector<Candidate> candidates;  // densest first
  std::vector<float> features;        // kSiteFeatures each
  std::vector<float> label;           // 1: finds a ligand that no denser candidate finds; what is ranked by
  std::vector<float> near;            // 1: finds a ligand; what probabilities say
  std::vector<uint8_t> bytes;
  std::vector<float> margin;
};

/// By the step's own functions.
inline EntrySites find_candidates(const SceneData& data, const SiteRules& rules) {
  EntrySites out;
  const Scene scene = data.scene();
  std::vector<float> density(data.count());
  std::vector<uint32_t> climb(data.count()), peaks(data.count());
  const ScoredPoints points{rules, data.score.data(), data.bytes.data(), density.data(), climb.data()};
  for (uint32_t i = 0; i < data.count(); ++i) find_density(scene, data.grid, points, i);
  for (uint32_t i = 0; i < data.count(); ++i) find_climb(scene, data.grid, points, i);
  for (uint32_t i = 0; i < data.count(); ++i) peaks[i] = peak_of(climb.data(), i);
  std::vector<uint32_t> number(data.count(), 0), members(data.count());
  out.candidates.resize(kMaxSites);
  out.features.resize(uint64_t{kMaxSites} * kSiteFeatures);
  const SiteWork work{data.surface,          points,        peaks.data(), data.all(),
                      out.candidates.data(), number.data(), climb.data(), members.data()};
  SerialScope block;
  uint32_t count = 0;
  const uint32_t n = lbs::find_candidates(block, work, &count, out.features.data());
  out.candidates.resize(n);
  out.features.resize(uint64_t{n} * kSiteFeatures);
  // A second centre on the same ligand is worth nothing.
  std::vector<bool> taken(data.entry->ligands.size(), false);
  for (const Candidate& candidate : out.candidates) {
    float label = 0, near = 0;
    for (size_t l = 0; l < taken.size(); ++l) {
      const Ligand& ligand = data.entry->ligands[l];
      if (!ligand.strict || !ligand.real || dca(ligand, candidate.centre) > 4.0f) continue;
      if (!taken[l]) label = 1;
      taken[l] = true;
      near = 1;
    }
    out.label.push_back(label);
    out.near.push_back(near);
  }
  return out;
}

/// Sites in order of score, none closer than `apart` to a better one; as list_sites of the step does it.
inline std::vector<Site> in_order(const EntrySites& found, const std::vector<float>& score,
                                  const Calibration& calibration, const SiteRules& rules) {
  std::vector<Site> sites, kept;
  for (size_t s = 0; s < found.candidates.size(); ++s) {
    sites.push_back({found.candidates[s].centre, score[s], sigmoid(calibration.slope * score[s] + calibration.offset)});
  }
  std::stable_sort(sites.begin(), sites.end(), [](auto& a, auto& b) { return a.score > b.score; });
  for (const Site& site : sites) {
    bool clear = kept.empty() || site.probability >= rules.least_probability;
    for (const Site& other : kept) clear = clear && norm(site.centre - other.centre) >= rules.apart;
    if (clear && kept.size() < kListedSites) kept.push_back(site);
  }
  return kept;
}

struct SiteModel {
  std::vector<float> borders;
  std::vector<Boosted> forests;           // each without one fold; the last of everything
  std::vector<Calibration> calibrations;  // the same
  double calibration_error = 0, uncalibrated_error = 0;
  std::vector<std::vector<Site>> sites;  // of each entry, by models that have not seen its fold
};

inline bool has_ligand(const Entry& entry) {
  return std::any_of(entry.ligands.begin(), entry.ligands.end(), [](const Ligand& l) { return l.strict && l.real; });
}

inline SiteModel train_sites(const std::vector<Entry>& entries, std::vector<EntrySites>& found,
                             const TrainOptions& options) {
  SiteModel model;
  const uint32_t folds = options.count("folds");
  std::vector<std::vector<float>> columns(kSiteFeatures);
  for (const EntrySites& one : found) {
    for (size_t i = 0; i < one.features.size(); ++i) columns[i % kSiteFeatures].push_back(one.features[i]);
  }
  model.borders.resize(uint64_t{kSiteFeatures} * kBorders);
  for (uint32_t k = 0; k < kSiteFeatures; ++k) quantile_borders(columns[k], &model.borders[uint64_t{k} * kBorders]);
  for (EntrySites& one : found) {
    one.bytes.clear();
    for (size_t i = 0; i < one.features.size(); ++i)
      one.bytes.push_back(cut(&model.borders[(i % kSiteFeatures) * kBorders], one.features[i]));
  }
  std::vector<Boosted>& models = model.forests;
  models.resize(folds + 1);
  parallel(folds + 1, [&](size_t f) {
    Table table;
    table.columns.resize(kSiteFeatures);
    for (size_t e = 0; e < entries.size(); ++e) {
      if (entries[e].fold == f || !has_ligand(entries[e])) continue;
      for (size_t s = 0; s < found[e].label.size(); ++s) {
        for (uint32_t k = 0; k < kSiteFeatures; ++k) table.columns[k].push_back(found[e].bytes[s * kSiteFeatures + k]);
        table.label.push_back(found[e].label[s]);
        table.weight.push_back(entries[e].mode == "chain" ? 1.0f : 0.7f);
      }
    }
    models[f] = Boosted::train(table, options.sites());
  });
  std::vector<float> margin, label, probability, raw, truth;
  std::vector<uint32_t> fold;
  for (size_t e = 0; e < entries.size(); ++e) {
    EntrySites& one = found[e];
    one.margin.clear();
    for (size_t s = 0; s < one.label.size(); ++s) {
      one.margin.push_back(models[entries[e].fold].view().margin(&one.bytes[s * kSiteFeatures]));
      if (!has_ligand(entries[e])) continue;
      margin.push_back(one.margin.back());
      label.push_back(one.near[s]);
      fold.push_back(entries[e].fold);
    }
  }
  // Each fold is calibrated by the others.
  std::vector<Calibration>& by_fold = model.calibrations;
  by_fold.resize(folds);
  for (uint32_t f = 0; f < folds; ++f) {
    std::vector<float> m, l;
    for (size_t i = 0; i < fold.size(); ++i) {
      if (fold[i] == f) continue;
      m.push_back(margin[i]);
      l.push_back(label[i]);
    }
    by_fold[f] = calibrate(m, l);
  }
  // The error over listed sites: those a user sees.
  for (size_t e = 0; e < entries.size(); ++e) {
    model.sites.push_back(in_order(found[e], found[e].margin, by_fold[entries[e].fold], options.rules()));
  }
  for (size_t i = 0; i < fold.size(); ++i) {
    const float p = sigmoid(by_fold[fold[i]].slope * margin[i] + by_fold[fold[i]].offset);
    if (p < options.real("least_probability")) continue;
    probability.push_back(p);
    raw.push_back(sigmoid(margin[i]));
    truth.push_back(label[i]);
  }
  model.calibration_error = calibration_error(probability, truth);
  model.uncalibrated_error = calibration_error(raw, truth);
  by_fold.push_back(calibrate(margin, label));
  return model;
}

}  // namespace aatgs::lbs::train
