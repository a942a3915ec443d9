// Trains the models of @aatgs/lbs and scores them in family-wise cross-validation.
//
//   lbs_train DATA OUT     DATA: folder with entries.txt and entries.bin; OUT: folder for the model and predictions
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>

#include "boost.hpp"
#include "evaluate.hpp"
#include "families.hpp"

namespace aatgs::lbs::train {

constexpr uint32_t kFolds = 5;

double seconds() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}
double started = 0;
void say(const char* text) {
  std::printf("[%6.1f s] %s\n", seconds() - started, text);
  std::fflush(stdout);
}
uint32_t setting(const char* name, uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text ? static_cast<uint32_t>(std::atoi(text)) : otherwise;
}
float real_setting(const char* name, float otherwise) {
  const char* text = std::getenv(name);
  return text ? static_cast<float>(std::atof(text)) : otherwise;
}

struct Trainer {
  std::vector<Entry> entries;
  std::vector<SceneData> scenes;

  /// Everything that took long, for experiments with what comes after.
  bool cached(const char* path, bool save) {
    FILE* file = std::fopen(path, save ? "wb" : "rb");
    if (!file) return false;
    for (size_t e = 0; e < entries.size(); ++e) {
      SceneData& data = scenes[e];
      data.bytes.resize(uint64_t{kAllFeatures} * data.count());
      data.first.resize(data.count());
      data.score.resize(data.count());
      data.rays.resize(data.count());
      const auto move = [&](void* p, size_t n) {
        (void)!(save ? std::fwrite(p, 1, n, file) : std::fread(p, 1, n, file));
      };
      move(&entries[e].fold, 4);
      move(data.bytes.data(), data.bytes.size());
      move(data.first.data(), 8 * data.first.size());
      move(data.score.data(), 4 * data.score.size());
    }
    std::fclose(file);
    return true;
  }
  std::vector<float> borders;  // kAllFeatures x kBorders

  /// Rows for a point model: all positives of the wanted folds, and a share of the rest, evenly over entries.
  Table sample(int leave_out, uint32_t features, uint64_t seed) const {
    Table table;
    table.columns.resize(features);
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<float> uniform(0, 1);
    const float most = real_setting("LBS_NEG", 1200);
    for (const SceneData& scene : scenes) {
      if (static_cast<int>(scene.entry->fold) == leave_out) continue;
      uint32_t positives = 0, negatives = 0;
      for (int8_t l : scene.label) {
        positives += l == 1;
        negatives += l == 0;
      }
      if (positives == 0) continue;
      const float keep_negative = std::min(1.0f, most / static_cast<float>(negatives));
      const float keep_positive = std::min(1.0f, 400.0f / static_cast<float>(positives));
      for (uint32_t i = 0; i < scene.count(); ++i) {
        if (scene.label[i] < 0) continue;
        const bool positive = scene.label[i] == 1;
        if (uniform(random) >= (positive ? keep_positive : keep_negative)) continue;
        for (uint32_t k = 0; k < features; ++k) table.columns[k].push_back(scene.bytes[uint64_t{kAllFeatures} * i + k]);
        table.label.push_back(positive ? 1.0f : 0.0f);
        // Negatives stand for those left out, up to a point.
        table.weight.push_back(positive ? 1.0f : std::min(2.0f, 1.0f / keep_negative));
      }
    }
    return table;
  }

  void describe_all() {
    scenes.resize(entries.size());
    parallel(entries.size(), [&](size_t e) {
      scenes[e].build(entries[e]);
      scenes[e].make_labels(real_setting("LBS_NEAR", 2.6f), 5.5f);
    });
    uint64_t points = 0, positives = 0;
    for (const SceneData& scene : scenes) {
      points += scene.count();
      for (int8_t l : scene.label) positives += l == 1;
    }
    std::printf("%lu points, %lu positive\n", points, positives);
    borders.assign(uint64_t{kAllFeatures} * kBorders, 3e38f);
    // Borders from every sixth entry, and of it every seventh point.
    std::vector<std::vector<float>> samples(kPointFeatures);
    for (size_t e = 0; e < entries.size(); e += 6) {
      const Scene scene = scenes[e].scene();
      std::vector<float> f(kPointFeatures);
      for (uint32_t i = 0; i < scenes[e].count() && i < 20000; i += 7) {
        describe(scene, scenes[e].grid, scene.batch.boxes[0], scenes[e].points[i], f.data());
        for (uint32_t k = 0; k < kPointFeatures; ++k) samples[k].push_back(f[k]);
      }
    }
    for (uint32_t k = 0; k < kPointFeatures; ++k) quantile_borders(samples[k], &borders[uint64_t{k} * kBorders]);
    say("borders");
    parallel(entries.size(), [&](size_t e) {
      SceneData& data = scenes[e];
      const Scene scene = data.scene();
      data.bytes.assign(uint64_t{kAllFeatures} * data.count(), 0);
      data.rays.resize(data.count());
      data.first.resize(data.count());
      data.score.resize(data.count());
      std::vector<float> f(kPointFeatures);
      for (uint32_t i = 0; i < data.count(); ++i) {
        describe(scene, data.grid, scene.batch.boxes[0], data.points[i], f.data());
        for (uint32_t k = 0; k < kPointFeatures; ++k) {
          data.bytes[uint64_t{kAllFeatures} * i + k] = cut(&borders[uint64_t{k} * kBorders], f[k]);
        }
        data.rays[i] = f[F_RAYS + 2];
      }
    });
    say("features");
  }

  BoostOptions options(uint32_t trees) const {
    BoostOptions o;
    o.trees = trees;
    o.depth = setting("LBS_DEPTH", 6);
    o.rate = real_setting("LBS_RATE", 0.08f);
    o.lambda = real_setting("LBS_LAMBDA", 20.0f);
    o.least_hessian = real_setting("LBS_MINH", 20.0f);
    o.feature_share = real_setting("LBS_COLS", 0.3f);
    o.row_share = real_setting("LBS_ROWS", 0.5f);
    return o;
  }

  /// A model for each fold without it, and one of all (the last).
  std::vector<Boosted> point_models(uint32_t features, uint32_t trees) {
    std::vector<Boosted> models(kFolds + 1);
    parallel(kFolds + 1, [&](size_t f) {
      const Table table = sample(f < kFolds ? static_cast<int>(f) : -1, features, 7 + f);
      models[f] = Boosted::train(table, options(trees));
    });
    return models;
  }

  void score_first(const std::vector<Boosted>& models) {
    parallel(scenes.size(), [&](size_t e) {
      SceneData& data = scenes[e];
      const Forest forest = models[data.entry->fold].view();
      for (uint32_t i = 0; i < data.count(); ++i) {
        data.first[i] = {sigmoid(forest.margin(&data.bytes[uint64_t{kAllFeatures} * i])), data.rays[i]};
        data.score[i] = data.first[i].score;
      }
    });
  }

  void describe_context_all() {
    std::vector<std::vector<float>> samples(kContextFeatures);
    for (size_t e = 0; e < entries.size(); e += 6) {
      const Scene scene = scenes[e].scene();
      float f[kContextFeatures];
      for (uint32_t i = 0; i < scenes[e].count() && i < 20000; i += 7) {
        describe_context(scene, scenes[e].grid, scenes[e].first.data(), i, f);
        for (uint32_t k = 0; k < kContextFeatures; ++k) samples[k].push_back(f[k]);
      }
    }
    for (uint32_t k = 0; k < kContextFeatures; ++k) {
      quantile_borders(samples[k], &borders[uint64_t{kPointFeatures + k} * kBorders]);
    }
    parallel(entries.size(), [&](size_t e) {
      SceneData& data = scenes[e];
      const Scene scene = data.scene();
      float f[kContextFeatures];
      for (uint32_t i = 0; i < data.count(); ++i) {
        describe_context(scene, data.grid, data.first.data(), i, f);
        for (uint32_t k = 0; k < kContextFeatures; ++k) {
          const uint32_t c = kPointFeatures + k;
          data.bytes[uint64_t{kAllFeatures} * i + c] = cut(&borders[uint64_t{c} * kBorders], f[k]);
        }
      }
    });
  }

  void score_second(const std::vector<Boosted>& models) {
    parallel(scenes.size(), [&](size_t e) {
      SceneData& data = scenes[e];
      const Forest forest = models[data.entry->fold].view();
      for (uint32_t i = 0; i < data.count(); ++i) {
        data.score[i] = sigmoid(forest.margin(&data.bytes[uint64_t{kAllFeatures} * i]));
      }
    });
  }

  /// Average precision over all points that have a label: how well a point model ranks.
  void report_points(const char* name) const {
    std::vector<std::pair<float, int>> all;
    for (const SceneData& scene : scenes) {
      if (scene.entry->mode != "chain") continue;
      for (uint32_t i = 0; i < scene.count(); ++i) {
        if (scene.label[i] >= 0) all.push_back({scene.score[i], scene.label[i]});
      }
    }
    std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.first > b.first; });
    double hits = 0, sum = 0, total = 0;
    for (size_t i = 0; i < all.size(); ++i) {
      if (all[i].second) {
        hits += 1;
        sum += hits / static_cast<double>(i + 1);
      }
    }
    total = hits;
    std::printf("%s: average precision %.4f of %.0f positive points (base rate %.4f)\n", name, sum / total, total,
                total / static_cast<double>(all.size()));
    std::fflush(stdout);
  }
};

/// The sections of a model file, one after another, each with its length in words before it.
struct ModelFile {
  std::vector<std::vector<uint32_t>> sections;

  template <class T>
  void add(const std::vector<T>& values) {
    std::vector<uint32_t> words(values.size() * sizeof(T) / 4);
    std::memcpy(words.data(), values.data(), 4 * words.size());
    sections.push_back(std::move(words));
  }
  void write(const std::string& path) const {
    FILE* file = std::fopen(path.c_str(), "wb");
    const uint32_t header[4] = {0x4d53424c, 1, static_cast<uint32_t>(sections.size()), 0};
    std::fwrite(header, 4, 4, file);
    for (const auto& section : sections) {
      const uint32_t words = static_cast<uint32_t>(section.size());
      std::fwrite(&words, 4, 1, file);
      std::fwrite(section.data(), 4, words, file);
    }
    std::fclose(file);
  }
  static ModelFile read(const std::string& path) {
    ModelFile model;
    FILE* file = std::fopen(path.c_str(), "rb");
    uint32_t header[4];
    if (!file || std::fread(header, 4, 4, file) != 4) throw std::runtime_error("cannot read " + path);
    for (uint32_t s = 0; s < header[2]; ++s) {
      uint32_t words = 0;
      if (std::fread(&words, 4, 1, file) != 1) throw std::runtime_error(path + " is cut");
      std::vector<uint32_t> section(words);
      if (std::fread(section.data(), 4, words, file) != words) throw std::runtime_error(path + " is cut");
      model.sections.push_back(std::move(section));
    }
    std::fclose(file);
    return model;
  }
};

/// Slope and offset of the probability over log odds (Platt 1999), by Newton's method.
std::pair<double, double> calibrate(const std::vector<float>& margin, const std::vector<float>& label) {
  double a = 1, b = 0;
  for (int step = 0; step < 50; ++step) {
    double ga = 0, gb = 0, haa = 1e-9, hab = 0, hbb = 1e-9;
    for (size_t i = 0; i < margin.size(); ++i) {
      const double p = 1 / (1 + std::exp(-(a * margin[i] + b)));
      const double e = label[i] - p, w = p * (1 - p);
      ga += e * margin[i];
      gb += e;
      haa += w * margin[i] * margin[i];
      hab += w * margin[i];
      hbb += w;
    }
    const double det = haa * hbb - hab * hab;
    a += (hbb * ga - hab * gb) / det;
    b += (haa * gb - hab * ga) / det;
  }
  return {a, b};
}

/// Expected calibration error over ten bins of equal width.
double calibration_error(const std::vector<float>& p, const std::vector<float>& label) {
  double sum[10] = {}, hit[10] = {}, n[10] = {}, error = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    const int bin = std::min(9, static_cast<int>(p[i] * 10));
    sum[bin] += p[i];
    hit[bin] += label[i];
    n[bin] += 1;
  }
  for (int b = 0; b < 10; ++b) error += std::fabs(sum[b] - hit[b]);
  return error / static_cast<double>(p.size());
}

struct EntrySites {
  std::vector<Candidate> candidates;
  std::vector<float> features;  // kSiteFeatures each
};

SiteRules rules_from_settings() {
  return {real_setting("LBS_LEAST", 0.05f),
          real_setting("LBS_DENSITY", 6.0f),
          real_setting("LBS_CLIMB", 7.5f),
          real_setting("LBS_SNEAR", 8.0f),
          real_setting("LBS_SFAR", 9.0f),
          real_setting("LBS_APART", 6.0f),
          0.0f,
          0.0f};
}

EntrySites find_sites(const SceneData& data, const std::vector<float>& score) {
  EntrySites out;
  const Scene scene = data.scene();
  std::vector<float> density(data.count());
  std::vector<uint32_t> climb(data.count()), peaks(data.count());
  const ScoredPoints points{rules_from_settings(), score.data(), data.bytes.data(), density.data(), climb.data()};
  for (uint32_t i = 0; i < data.count(); ++i) find_density(scene, data.grid, points, i);
  for (uint32_t i = 0; i < data.count(); ++i) find_climb(scene, data.grid, points, i);
  for (uint32_t i = 0; i < data.count(); ++i) peaks[i] = peak_of(climb.data(), i);
  out.candidates.resize(kMaxSites);
  SerialScope block;
  const uint32_t n = list_peaks(block, points, peaks.data(), data.all(), out.candidates.data());
  out.candidates.resize(n);
  out.features.assign(uint64_t{n} * kSiteFeatures, 0.0f);
  for (uint32_t s = 0; s < n; ++s)
    pool(data.surface, points, peaks.data(), data.all(), out.candidates[s], &out.features[uint64_t{s} * kSiteFeatures]);
  for (uint32_t s = 0; s < n; ++s) compare(out.candidates.data(), n, s, &out.features[uint64_t{s} * kSiteFeatures]);
  return out;
}

/// Sites in order of score; one that lies within `apart` of a better one is dropped.
std::vector<Site> ranked(const EntrySites& found, const std::vector<float>& score, float apart) {
  std::vector<Site> sites, kept;
  for (size_t s = 0; s < found.candidates.size(); ++s) sites.push_back({found.candidates[s].centre, score[s], 0});
  std::stable_sort(sites.begin(), sites.end(), [](auto& a, auto& b) { return a.score > b.score; });
  for (const Site& site : sites) {
    bool clear = true;
    for (const Site& other : kept) clear = clear && norm(site.centre - other.centre) >= apart;
    if (clear) kept.push_back(site);
  }
  return kept;
}

void report(const Trainer& trainer, const char* name, const std::vector<std::vector<Site>>& sites, bool every_set) {
  for (const char* mode : {"chain", "protein"}) {
    std::map<std::string, std::pair<std::vector<const Entry*>, std::vector<const std::vector<Site>*>>> sets;
    for (size_t e = 0; e < sites.size(); ++e) {
      const Entry& entry = trainer.entries[e];
      if (entry.mode != mode) continue;
      if (!every_set && entry.set != "posebusters-dev") continue;
      sets[entry.set].first.push_back(&entry);
      sets[entry.set].second.push_back(&sites[e]);
    }
    for (auto& [set, group] : sets) {
      const std::string label = std::string(name) + " " + mode + " " + set.substr(0, 8);
      print(label.c_str(), evaluate(group.first, group.second));
    }
  }
}

void write_predictions(const Trainer& trainer, const std::vector<std::vector<Site>>& sites, const std::string& folder) {
  std::map<std::string, FILE*> files;
  for (size_t e = 0; e < sites.size(); ++e) {
    const Entry& entry = trainer.entries[e];
    FILE*& file = files[entry.set + "." + entry.mode];
    if (!file) {
      file = std::fopen((folder + "/" + entry.set + "." + entry.mode + ".csv").c_str(), "w");
      std::fprintf(file, "id,rank,score,x,y,z\n");
    }
    uint32_t rank = 0;
    for (const Site& site : sites[e]) {
      std::fprintf(file, "%s,%u,%.5f,%.3f,%.3f,%.3f\n", entry.id.c_str(), ++rank, site.score,
                   site.centre.x + entry.origin[0], site.centre.y + entry.origin[1], site.centre.z + entry.origin[2]);
    }
  }
  for (auto& [_, file] : files) std::fclose(file);
}

void rank_and_report(Trainer& trainer, const char* name, const std::vector<EntrySites>& found, const std::string& out) {
  const size_t n = trainer.entries.size();
  // By density alone.
  std::vector<std::vector<Site>> plain(n);
  for (size_t e = 0; e < n; ++e) {
    std::vector<float> score;
    for (const auto& candidate : found[e].candidates) score.push_back(candidate.density);
    plain[e] = ranked(found[e], score, 5.0f);
  }
  report(trainer, (std::string(name) + " density").c_str(), plain, false);
  // The site model, by fold.
  std::vector<std::vector<float>> columns(kSiteFeatures);
  for (const auto& one : found) {
    for (size_t i = 0; i < one.features.size(); ++i) columns[i % kSiteFeatures].push_back(one.features[i]);
  }
  std::vector<float> site_borders(uint64_t{kSiteFeatures} * kBorders);
  for (uint32_t k = 0; k < kSiteFeatures; ++k) quantile_borders(columns[k], &site_borders[uint64_t{k} * kBorders]);
  std::vector<std::vector<uint8_t>> bytes(n);
  std::vector<std::vector<float>> labels(n);
  for (size_t e = 0; e < n; ++e) {
    for (size_t i = 0; i < found[e].features.size(); ++i) {
      bytes[e].push_back(cut(&site_borders[(i % kSiteFeatures) * kBorders], found[e].features[i]));
    }
    for (const auto& candidate : found[e].candidates) {
      float label = 0;
      for (const Ligand& ligand : trainer.entries[e].ligands) {
        if (ligand.strict && dca(ligand, candidate.centre) <= 4.0f) label = 1;
      }
      labels[e].push_back(label);
    }
  }
  BoostOptions o;
  o.trees = setting("LBS_STREES", 150);
  o.depth = setting("LBS_SDEPTH", 4);
  o.rate = 0.05f;
  o.lambda = 5.0f;
  o.least_hessian = 5.0f;
  o.feature_share = 0.3f;
  o.row_share = 0.6f;
  std::vector<Boosted> models(kFolds + 1);
  parallel(kFolds + 1, [&](size_t f) {
    Table table;
    table.columns.resize(kSiteFeatures);
    for (size_t e = 0; e < n; ++e) {
      if (trainer.entries[e].fold == f) continue;
      bool any = false;
      for (const Ligand& ligand : trainer.entries[e].ligands) any = any || (ligand.strict && ligand.real);
      if (!any) continue;
      for (size_t s = 0; s < labels[e].size(); ++s) {
        for (uint32_t k = 0; k < kSiteFeatures; ++k) table.columns[k].push_back(bytes[e][s * kSiteFeatures + k]);
        table.label.push_back(labels[e][s]);
        table.weight.push_back(trainer.entries[e].mode == "chain" ? 1.0f : 0.7f);
      }
    }
    models[f] = Boosted::train(table, o);
  });
  std::vector<std::vector<float>> margins(n);
  for (size_t e = 0; e < n; ++e) {
    const Forest forest = models[trainer.entries[e].fold].view();
    for (size_t s = 0; s < labels[e].size(); ++s) margins[e].push_back(forest.margin(&bytes[e][s * kSiteFeatures]));
  }
  // Calibration: each fold by the others.
  std::vector<float> all_margin, all_label, probability, truth;
  std::vector<uint32_t> all_fold;
  for (size_t e = 0; e < n; ++e) {
    bool any = false;
    for (const Ligand& ligand : trainer.entries[e].ligands) any = any || ligand.strict;
    if (!any) continue;
    for (size_t s = 0; s < labels[e].size(); ++s) {
      all_margin.push_back(margins[e][s]);
      all_label.push_back(labels[e][s]);
      all_fold.push_back(trainer.entries[e].fold);
    }
  }
  for (uint32_t f = 0; f < kFolds; ++f) {
    std::vector<float> m, l;
    for (size_t i = 0; i < all_fold.size(); ++i) {
      if (all_fold[i] != f) {
        m.push_back(all_margin[i]);
        l.push_back(all_label[i]);
      }
    }
    const auto [a, b] = calibrate(m, l);
    for (size_t i = 0; i < all_fold.size(); ++i) {
      if (all_fold[i] != f) continue;
      probability.push_back(static_cast<float>(1 / (1 + std::exp(-(a * all_margin[i] + b)))));
      truth.push_back(all_label[i]);
    }
  }
  const auto [slope, offset] = calibrate(all_margin, all_label);
  std::printf("calibration: slope %.3f offset %.3f, expected error %.4f over %zu sites (%.0f true)\n", slope, offset,
              calibration_error(probability, truth), truth.size(), std::accumulate(truth.begin(), truth.end(), 0.0));
  if (std::filesystem::exists(out + "/points.bin")) {
    ModelFile model = ModelFile::read(out + "/points.bin");
    model.add(site_borders);
    model.add(models[kFolds].words);
    const SiteRules rules = rules_from_settings();
    model.add(std::vector<float>{rules.least_score, rules.density_radius, rules.climb, rules.settle_near,
                                 rules.settle_far, rules.apart, rules.least_probability, 0, static_cast<float>(slope),
                                 static_cast<float>(offset)});
    model.write(out + "/model.bin");
  }
  for (float apart : {rules_from_settings().apart}) {
    std::vector<std::vector<Site>> sites(n);
    for (size_t e = 0; e < n; ++e) sites[e] = ranked(found[e], margins[e], apart);
    char label[64];
    std::snprintf(label, sizeof label, "%s ranked %.0fA", name, apart);
    report(trainer, label, sites, setting("LBS_SETS", 0));
    write_predictions(trainer, sites, out);
  }
}

void run(const std::string& data, const std::string& out) {
  started = seconds();
  std::filesystem::create_directories(out);
  Trainer trainer;
  trainer.entries = read_entries(data);
  const char* cache = std::getenv("LBS_CACHE");
  const auto sites_of = [&] {
    std::vector<EntrySites> found(trainer.entries.size());
    parallel(found.size(), [&](size_t e) { found[e] = find_sites(trainer.scenes[e], trainer.scenes[e].score); });
    return found;
  };
  if (cache && std::filesystem::exists(cache)) {
    trainer.scenes.resize(trainer.entries.size());
    parallel(trainer.entries.size(), [&](size_t e) { trainer.scenes[e].build(trainer.entries[e]); });
    trainer.cached(cache, false);
    if (setting("LBS_USE_FIRST", 0)) {
      for (SceneData& d : trainer.scenes)
        for (size_t i = 0; i < d.score.size(); ++i) d.score[i] = d.first[i].score;
    }
    rank_and_report(trainer, "cached", sites_of(), out);
    return;
  }
  const std::string fold_file = out + "/folds.txt";
  uint32_t families = 0;
  if (std::ifstream in(fold_file); in >> families) {
    for (Entry& entry : trainer.entries) in >> entry.fold;
  } else {
    families = assign_folds(trainer.entries, kFolds);
    std::ofstream to(fold_file);
    to << families << "\n";
    for (const Entry& entry : trainer.entries) to << entry.fold << "\n";
  }
  std::printf("%zu entries, %u families\n", trainer.entries.size(), families);
  say("folds");
  trainer.describe_all();
  const auto first = trainer.point_models(kPointFeatures, setting("LBS_TREES1", 200));
  say("first models");
  trainer.score_first(first);
  trainer.report_points("first");
  rank_and_report(trainer, "first", sites_of(), out);
  trainer.describe_context_all();
  say("context");
  const auto second = trainer.point_models(kAllFeatures, setting("LBS_TREES2", 200));
  say("second models");
  trainer.score_second(second);
  trainer.report_points("second");
  if (cache) trainer.cached(cache, true);
  ModelFile points;
  points.add(trainer.borders);
  points.add(first[kFolds].words);
  points.add(second[kFolds].words);
  points.write(out + "/points.bin");
  rank_and_report(trainer, "second", sites_of(), out);
  say("done");
}

}  // namespace aatgs::lbs::train

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "Usage: lbs_train DATA OUT\n");
    return 2;
  }
  aatgs::lbs::train::run(argv[1], argv[2]);
  return 0;
}
