// Trains the models of @aatgs/lbs and scores them in family-wise cross-validation.
//
//   lbs_train DATA OUT [name=value ...]
//
// DATA: folder with entries.txt and entries.bin. OUT gets model.bin, folds.txt and the models of the folds, and for each
// step of the way PRED.SET.MODE.csv, for eval.py.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>

#include "families.hpp"
#include "model_file.hpp"
#include "sites.hpp"

namespace aatgs::lbs::train {

class Run {
 public:
  Run(const std::string& data, std::string out, TrainOptions options)
      : out_(std::move(out)), options_(std::move(options)), entries_(read_entries(data)) {
    std::filesystem::create_directories(out_);
    assign_or_read_folds();
  }

  void all() {
    Points points(entries_, options_);
    say("surfaces and features");
    if (options_.count("path")) way_there(points);
    std::vector<uint32_t> features(kPointFeatures);
    std::iota(features.begin(), features.end(), 0u);
    const auto models = points.train(features, true);
    say("point models");
    points.score(models);
    std::printf("average precision of points %.4f\n", points.average_precision());
    std::vector<EntrySites> found = candidates(points);
    by_density("learned", found);
    const SiteModel site = train_sites(entries_, found, options_);
    report("ranked", site.sites);
    std::printf("calibration: slope %.3f offset %.3f; expected error %.4f, before %.4f\n",
                site.calibrations.back().slope, site.calibrations.back().offset, site.calibration_error,
                site.uncalibrated_error);
    for (uint32_t f = 0; f <= options_.count("folds"); ++f) write(f, points, models[f], site);
    say("done");
  }

 private:
  /// model.bin of everything; foldN.bin, which has not seen the entries of fold N, for measurements of the whole package.
  void write(uint32_t fold, const Points& points, const Boosted& model, const SiteModel& site) const {
    ModelFile file;
    file.add(points.borders);
    file.add(model.words);
    file.add(site.borders);
    file.add(site.forests[fold].words);
    const SiteRules rules = options_.rules();
    const Calibration& calibration = site.calibrations[fold];
    file.add(std::vector<float>{rules.least_score, rules.density_radius, rules.climb, rules.settle_near,
                                rules.settle_far, rules.apart, rules.least_probability, rules.reserved,
                                calibration.slope, calibration.offset});
    const bool whole = fold == options_.count("folds");
    file.write(out_ + (whole ? "/model.bin" : "/fold" + std::to_string(fold) + ".bin"));
  }

  /// What each kind of knowledge brings: walls alone, walls and what they are made of, both unlearned; learned walls.
  void way_there(Points& points) {
    // A feature's rank among the points of the sample, 0 to 1.
    std::vector<float> most(kPointFeatures, 0.0f);
    for (uint32_t k = 0; k < kPointFeatures; ++k) {
      for (uint32_t b = 0; b < kBorders; ++b) most[k] += points.borders[uint64_t{k} * kBorders + b] < 1e38f;
    }
    const auto share = [&](const uint8_t* b, uint32_t k) { return static_cast<float>(b[k]) / std::max(1.0f, most[k]); };
    const auto walls = [&](const uint8_t* b) {
      return 0.4f * share(b, F_RAYS + 2) + 0.2f * share(b, F_PAIRS + 1) + 0.2f * share(b, F_COUNTS + 4) +
             0.2f * share(b, F_RAYS + 1);
    };
    const auto steep = [](float x) { return sigmoid(25.0f * (x - 0.85f)); };
    points.score_by([&](const SceneData&, const uint8_t* b) { return steep(walls(b)); });
    auto found = candidates(points);
    by_density("geometry", found);
    points.score_by([&](const SceneData&, const uint8_t* b) {
      const float made_of = 0.4f * share(b, F_KINDS_FAR + 5) + 0.3f * share(b, F_HYDROPATHY + 1) +
                            0.15f * share(b, F_KINDS_FAR + 13) + 0.15f * (1.0f - share(b, F_KINDS_FAR + 8));
      return steep(0.8f * walls(b) + 0.25f * made_of);
    });
    found = candidates(points);
    by_density("geometry+chemistry", found);
    say("unlearned scores");
    std::vector<uint32_t> features;
    for (uint32_t k = 0; k < kPointFeatures; ++k) {
      const bool chemistry = k >= F_KINDS_NEAR && k < F_OTHER_CHAINS;
      if (!chemistry) features.push_back(k);
    }
    points.score(points.train(features, false));
    std::printf("average precision of points by geometry %.4f\n", points.average_precision());
    found = candidates(points);
    by_density("learned-geometry", found);
    say("learned geometry");
  }

  std::vector<EntrySites> candidates(const Points& points) const {
    std::vector<EntrySites> found(entries_.size());
    parallel(found.size(), [&](size_t e) { found[e] = find_candidates(points.scenes[e], options_.rules()); });
    return found;
  }

  void by_density(const std::string& name, const std::vector<EntrySites>& found) const {
    std::vector<std::vector<Site>> sites;
    SiteRules rules = options_.rules();
    rules.least_probability = 0.0f;
    for (const EntrySites& one : found) {
      std::vector<float> score;
      for (const Candidate& candidate : one.candidates) score.push_back(candidate.density);
      sites.push_back(in_order(one, score, {1, 0}, rules));
    }
    report(name, sites);
  }

  void report(const std::string& name, const std::vector<std::vector<Site>>& sites) const {
    std::map<std::string, std::pair<std::vector<const Entry*>, std::vector<const std::vector<Site>*>>> sets;
    for (size_t e = 0; e < sites.size(); ++e) {
      auto& group = sets[entries_[e].set + "." + entries_[e].mode];
      group.first.push_back(&entries_[e]);
      group.second.push_back(&sites[e]);
    }
    for (auto& [set, group] : sets) {
      print(name + " " + set, evaluate(group.first, group.second));
      FILE* file = std::fopen((out_ + "/" + name + "." + set + ".csv").c_str(), "w");
      std::fprintf(file, "id,rank,score,x,y,z,probability\n");
      for (size_t i = 0; i < group.first.size(); ++i) {
        const Entry& entry = *group.first[i];
        uint32_t rank = 0;
        for (const Site& site : *group.second[i]) {
          std::fprintf(file, "%s,%u,%.5f,%.3f,%.3f,%.3f,%.5f\n", entry.id.c_str(), ++rank,
                       static_cast<double>(site.score), site.centre.x + entry.origin[0],
                       site.centre.y + entry.origin[1], site.centre.z + entry.origin[2],
                       static_cast<double>(site.probability));
        }
      }
      std::fclose(file);
    }
  }

  /// Aligning takes a minute; the same data has the same folds.
  void assign_or_read_folds() {
    const std::string path = out_ + "/folds.txt";
    size_t count = 0;
    if (std::ifstream in(path); in >> count && count == entries_.size()) {
      std::string set, mode, id;
      for (Entry& entry : entries_) in >> entry.fold >> set >> mode >> id;
      return;
    }
    const uint32_t families = assign_folds(entries_, options_.count("folds"));
    std::printf("%zu entries, %u families\n", entries_.size(), families);
    std::ofstream to(path);
    to << entries_.size() << "\n";
    for (const Entry& entry : entries_) {
      to << entry.fold << " " << entry.set << " " << entry.mode << " " << entry.id << "\n";
    }
    say("folds");
  }

  void say(const char* text) const {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - started_;
    std::printf("[%6.1f s] %s\n", passed.count(), text);
    std::fflush(stdout);
  }

  std::string out_;
  TrainOptions options_;
  std::vector<Entry> entries_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace aatgs::lbs::train

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "Usage: lbs_train DATA OUT [name=value ...]\n");
    return 2;
  }
  try {
    aatgs::lbs::train::TrainOptions options;
    for (int i = 3; i < argc; ++i) options.set(argv[i]);
    aatgs::lbs::train::Run(argv[1], argv[2], options).all();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
