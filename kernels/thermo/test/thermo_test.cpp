// What the step promises: the Boltzmann distribution, and the same bits however the work is cut or shared.
#include <algorithm>
#include <cstdio>
#include <thread>

#include "test/expect.hpp"
#include "thermo/test/models.hpp"

namespace aatgs::thermo::test {
namespace {

/// A sanitizer is there for memory and threads and makes each sample a hundred times slower: fewer of them.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
/// Ladders and samples of the tests of whole distributions: 20,000 samples a rung where it is quick.
constexpr uint32_t kLadders = kSanitized ? 4 : 50, kSamples = kSanitized ? 100 : 400;

constexpr uint32_t kConverged = static_cast<uint32_t>(Status::CONVERGED);
constexpr uint32_t kIdle = static_cast<uint32_t>(Status::IDLE);

ThermoSetup setup_for(ThermoModel model, uint32_t samples, uint32_t ladders = 1) {
  ThermoSetup setup{};
  setup.model = static_cast<uint32_t>(model);
  setup.states = 3;
  setup.ladders = ladders;
  setup.systems = 1;
  setup.members = 1;
  setup.sweeps_per_round = 1;
  setup.capacity = setup.samples = samples;
  setup.sample_every = 1;
  setup.burn_in = 200;
  setup.anneal = 20;
  setup.adapt = 1;
  setup.target = -1e300;
  setup.seed = 5;
  return setup;
}

struct Case {
  const char* name;
  Model model;
  ThermoSetup setup;
};

/// Every path of the code: widths of local fields, models, cluster moves, a pack that is not full.
std::vector<Case> cases() {
  const std::vector<double> betas = {0.05, 0.1, 0.2, 0.3, 0.4};
  std::vector<Case> all = {
      {"unit", random_graph(60, 20, 1, 1, betas), setup_for(ThermoModel::ISING, 30, 8)},
      {"16 bits", random_graph(60, 20, 90, 2, betas), setup_for(ThermoModel::ISING, 30)},
      {"32 bits", random_graph(60, 90, 1000000, 3, {1e-7, 2e-7}), setup_for(ThermoModel::ISING, 30)},
      {"potts", random_graph(60, 20, 3, 4, betas), setup_for(ThermoModel::POTTS, 30)},
      {"dense", random_graph(150, 95, 2, 6, {0.005, 0.01, 0.02, 0.05}), setup_for(ThermoModel::ISING, 30, 8)},
      {"dense, 32 bits", random_graph(70, 80, 1000, 6, {1e-5, 1e-4}), setup_for(ThermoModel::ISING, 30, 3)},
      {"clusters", torus(8, 5, betas), setup_for(ThermoModel::ISING, 30, 4)},
      {"square", {}, setup_for(ThermoModel::SQUARE, 10, 2)},
      {"lattice", {}, setup_for(ThermoModel::LATTICE, 10, 2 * 40)},
      {"layer", {}, setup_for(ThermoModel::LATTICE, 10, 7)},
  };
  for (uint32_t v = 0; v < 60; ++v) all[1].model.fields[v] = static_cast<int32_t>(v % 7) - 3;
  all[6].setup.cluster_every = 1;
  all[7].model.betas = {0.3, 0.4, 0.45};
  all[7].setup.sites = 64;
  all[7].setup.sweeps_per_round = 2;
  for (const bool solid : {true, false}) {
    Case& c = all[solid ? 8 : 9];
    c.model.betas = {0.3, 0.5, 0.8};
    c.setup.width = 8, c.setup.height = solid ? 6 : 12, c.setup.depth = solid ? 4 : 1;
    c.setup.sites = c.setup.width * c.setup.height * c.setup.depth;
    c.setup.systems = solid ? 40 : 7;
    c.model.offsets.resize((solid ? 2u : 1u) * 3 * c.setup.sites);
    std::mt19937 random(7);
    for (uint32_t& word : c.model.offsets) word = static_cast<uint32_t>(random());
  }
  return all;
}

void any_number_of_threads() {
  for (const Case& c : cases()) {
    std::vector<uint8_t> first;
    for (const uint32_t threads : {1u, 2u, 3u}) {
      Instance instance(c.model, c.setup, threads);
      instance.run(220);
      if (first.empty()) first = instance.snapshot();
      EXPECT(first == instance.snapshot());
    }
  }
}

void any_cut_into_configs() {
  for (const Case& c : cases()) {
    Instance whole(c.model, c.setup), parts(c.model, c.setup);
    whole.run(225);
    for (uint32_t i = 0; i < 225; ++i) parts.run(1);
    EXPECT(whole.snapshot() == parts.snapshot());
  }
}

void snapshot_and_go_on() {
  for (const Case& c : cases()) {
    Instance straight(c.model, c.setup), resumed(c.model, c.setup);
    straight.run(213);
    const auto saved = straight.snapshot();
    straight.run(9);
    resumed.run(77);
    resumed.restore(saved);
    resumed.run(9);
    EXPECT(straight.snapshot() == resumed.snapshot());
  }
}

/// So many rounds of all members at once, which wait for each other inside their steps.
void run_together(const std::vector<std::unique_ptr<Instance>>& all, uint32_t rounds) {
  const size_t replicas = all[0]->region<int64_t>("energies").size();
  // Aligned to 256 bytes, as buffers of a context are.
  std::vector<std::vector<int64_t>> boxes(all.size(), std::vector<int64_t>(64 + 2 * replicas));
  std::vector<uint64_t> addresses;
  for (const auto& box : boxes) addresses.push_back((reinterpret_cast<uint64_t>(box.data()) + 255) / 256 * 256);
  std::vector<std::thread> running;
  for (size_t m = 0; m < all.size(); ++m) {
    running.emplace_back([&, m] {
      // In two configs, which the others need not have cut alike.
      for (const uint32_t part : {static_cast<uint32_t>(m) + 3, rounds - 3 - static_cast<uint32_t>(m)}) {
        ThermoConfig config{};
        config.header.phase = static_cast<uint32_t>(ThermoPhase::TOGETHER);
        config.substeps = part;
        config.energies = addresses[m];
        config.incoming = reinterpret_cast<uint64_t>(addresses.data());
        all[m]->execute(config);
      }
    });
  }
  for (auto& thread : running) thread.join();
}

/// Instances that share the replicas of the same ladders, and only tell each other energies, go the way of one alone.
void members_go_the_way_of_one() {
  for (const Case& c : cases()) {
    if (c.setup.cluster_every) continue;
    for (const uint32_t members : kSanitized ? std::vector<uint32_t>{3} : std::vector<uint32_t>{2, 3}) {
      Case mine = c;
      mine.setup.burn_in = 40;
      const bool square = c.setup.model == static_cast<uint32_t>(ThermoModel::SQUARE);
      if (c.setup.model < static_cast<uint32_t>(ThermoModel::SQUARE)) mine.setup.ladders = 64;
      Instance alone(mine.model, mine.setup);
      std::vector<std::unique_ptr<Instance>> all;
      for (uint32_t m = 0; m < members; ++m) {
        mine.setup.members = members, mine.setup.member = m;
        all.push_back(std::make_unique<Instance>(mine.model, mine.setup, m + 1));
      }
      alone.run(60);
      std::vector<std::vector<int64_t>> energies(members,
                                                 std::vector<int64_t>(alone.region<int64_t>("energies").size()));
      const auto step = [&](Instance& instance, ThermoPhase phase, std::vector<int64_t>* shared) {
        ThermoConfig config{};
        config.header.phase = static_cast<uint32_t>(phase);
        config.energies = shared ? reinterpret_cast<uint64_t>(shared->data()) : 0;
        instance.execute(config);
      };
      for (uint32_t round = 0; round < 30; ++round) {
        for (uint32_t m = 0; m < members; ++m) step(*all[m], ThermoPhase::SWEEP, &energies[m]);
        for (uint32_t m = 0; m < members; ++m) {
          for (uint32_t other = 0; other < members; ++other) {
            if (other != m) step(*all[m], ThermoPhase::GATHER, &energies[other]);
          }
          step(*all[m], ThermoPhase::EXCHANGE, nullptr);
        }
      }
      run_together(all, 30);
      const auto expected = alone.region<Entry>("series");
      std::vector<int64_t> moments(expected.size());
      for (const auto& instance : all) {
        for (const char* name : {"energies", "replicas", "walkers", "betas", "pairs"})
          EXPECT(instance->region<uint8_t>(name) == alone.region<uint8_t>(name));
        const auto series = instance->region<Entry>("series");
        for (size_t i = 0; i < series.size(); ++i) {
          EXPECT(series[i].energy == expected[i].energy);
          moments[i] += series[i].moment;
        }
      }
      for (size_t i = 0; i < expected.size(); ++i) EXPECT(moments[i] == expected[i].moment);
      if (square) EXPECT(all[0]->region<uint32_t>("square").size() < alone.region<uint32_t>("square").size());
    }
  }
}

void the_energy_kept_is_the_energy() {
  for (const Case& c : cases()) {
    if (c.setup.model >= static_cast<uint32_t>(ThermoModel::SQUARE)) continue;
    const uint32_t states = c.setup.model == static_cast<uint32_t>(ThermoModel::POTTS) ? 3 : 2;
    Instance instance(c.model, c.setup);
    const auto telemetry = instance.complete();
    auto best = instance.region<int32_t>("best");
    std::vector<int> digits(best.begin(), best.end());
    if (states == 2) {
      for (int& digit : digits) digit = (digit + 1) / 2;
    }
    EXPECT(static_cast<double>(evaluate(c.model, digits, states).energy) == telemetry.best_energy);
    EXPECT(telemetry.samples == c.setup.samples && telemetry.header.status == kConverged);
    const auto done = instance.snapshot();
    EXPECT(instance.run(10).header.status == (kConverged | kIdle));
    EXPECT(instance.snapshot() == done);
  }
}

/// The whole distribution of (energy, magnetisation) at every rung.
void the_distribution_is_exact() {
  const std::vector<double> betas = {0.1, 0.25, 0.45, 0.7};
  std::vector<Case> all = {
      {"Ising", random_graph(9, 40, 1, 11, betas), setup_for(ThermoModel::ISING, kSamples, kLadders)},
      {"Ising with fields", random_graph(9, 50, 2, 12, betas), setup_for(ThermoModel::ISING, kSamples, kLadders)},
      {"SEO", random_graph(9, 40, 1, 13, betas), setup_for(ThermoModel::ISING, kSamples, kLadders)},
      {"clusters", torus(3, 14, betas), setup_for(ThermoModel::ISING, kSamples, kLadders)},
      {"Potts", random_graph(7, 50, 1, 15, betas), setup_for(ThermoModel::POTTS, kSamples, kLadders)},
  };
  for (uint32_t v = 0; v < 9; ++v) all[1].model.fields[v] = static_cast<int32_t>(v % 5) - 2;
  all[2].setup.scheme = static_cast<uint32_t>(ThermoScheme::SEO);
  all[3].setup.cluster_every = 1;
  for (Case& c : all) {
    c.setup.adapt = 0;
    c.setup.sample_every = 40;
    const uint32_t states = c.setup.model == static_cast<uint32_t>(ThermoModel::POTTS) ? 3 : 2;
    Instance instance(c.model, c.setup);
    instance.complete();
    for (uint32_t k = 0; k < betas.size(); ++k) {
      const double score = chi_square_score(instance.samples(k), enumerate(c.model, states, betas[k]));
      std::printf("%s, rung %u: chi-square %.2f standard deviations from its mean\n", c.name, k, score);
      // Both sides: a fit that is too good is as wrong as a bad one.
      EXPECT(score < 4.5 && score > -4.0);
    }
  }
}

/// Where all sites are joined alike, the distribution is one of the magnetisation alone: Curie and Weiss, with a field.
void the_dense_distribution_is_exact() {
  const uint32_t n = 64;
  const int32_t coupling = 5, field = 3;
  std::vector<Bond> bonds;
  for (uint32_t a = 0; a < n; ++a) {
    for (uint32_t b = a + 1; b < n; ++b) bonds.push_back({a, b, coupling});
  }
  Model model = Model::graph(n, bonds, {0.001, 0.002, 0.003, 0.0035});
  model.fields.assign(n, field);
  ThermoSetup setup = setup_for(ThermoModel::ISING, kSamples, kLadders);
  setup.adapt = 0;
  setup.sample_every = 40;
  Instance instance(model, setup);
  instance.complete();
  for (uint32_t k = 0; k < model.betas.size(); ++k) {
    Distribution exact;
    double total = 0, ways = 1;
    for (uint32_t up = 0; up <= n; ++up) {
      const int64_t m = 2 * static_cast<int64_t>(up) - n, energy = -coupling * (m * m - n) / 2 - field * m;
      total += exact[{energy, m}] = ways * std::exp(-model.betas[k] * static_cast<double>(energy));
      ways *= static_cast<double>(n - up) / (up + 1);
    }
    for (auto& [key, p] : exact) p /= total;
    const double score = chi_square_score(instance.samples(k), exact);
    std::printf("dense, rung %u: chi-square %.2f standard deviations from its mean\n", k, score);
    EXPECT(score < 4.5 && score > -4.0);
  }
}

/// Exchanges keep the joint distribution: energies of neighbouring rungs are independent, each exactly distributed.
void exchanges_keep_the_joint_distribution() {
  const std::vector<double> betas = {0.3, 0.6};
  for (const ThermoScheme scheme : {ThermoScheme::DEO, ThermoScheme::SEO}) {
    ThermoSetup setup = setup_for(ThermoModel::ISING, kSamples, 64);
    setup.scheme = static_cast<uint32_t>(scheme);
    setup.sample_every = 30;
    const Model model = random_graph(6, 60, 1, 21, betas);
    Instance instance(model, setup);
    instance.complete();
    Distribution energies[2], joint;
    for (int k = 0; k < 2; ++k) {
      for (const auto& [key, p] : enumerate(model, 2, betas[k])) energies[k][{key.first, 0}] += p;
    }
    for (const auto& [hot, p] : energies[0]) {
      for (const auto& [cold, q] : energies[1]) joint[{hot.first, cold.first}] = p * q;
    }
    const auto hot = instance.samples(0), cold = instance.samples(1);
    std::vector<Entry> pairs;
    for (size_t i = 0; i < hot.size(); ++i) pairs.push_back({hot[i].energy, cold[i].energy});
    const double score = chi_square_score(pairs, joint);
    std::printf("joint distribution of two rungs: chi-square %.2f standard deviations from its mean\n", score);
    EXPECT(score < 4.5 && score > -4.0);
  }
}

/// The reason for even-odd exchanges in turn: on a long ladder random ones diffuse, these travel.
void deterministic_exchanges_travel_further() {
  std::vector<double> betas;
  for (uint32_t k = 0; k < 60; ++k) betas.push_back(0.1 + 0.01 * k);
  uint32_t trips[2];
  for (const ThermoScheme scheme : {ThermoScheme::DEO, ThermoScheme::SEO}) {
    ThermoSetup setup = setup_for(ThermoModel::ISING, 2000, 2);
    setup.scheme = static_cast<uint32_t>(scheme);
    Instance instance(torus(6, 9, betas), setup);
    trips[setup.scheme] = instance.complete().round_trips;
  }
  std::printf("round trips: DEO %u, SEO %u\n", trips[0], trips[1]);
  EXPECT(trips[0] > 2 * trips[1]);
}

/// Energies of the 64 x 64 torus: B. Kaufman, Phys. Rev. 76, 1949.
void the_square_lattice_is_exact() {
  const std::vector<std::pair<double, double>> exact = {{3.5, -0.66012173096329},
                                                        {3.0, -0.81730959250245},
                                                        {2.7, -0.96353219444905},
                                                        {2.5, -1.1060829924721},
                                                        {2.4, -1.204231725762}};
  Model model;
  for (const auto& [temperature, energy] : exact) model.betas.push_back(1 / temperature);
  ThermoSetup setup = setup_for(ThermoModel::SQUARE, 100, kSanitized ? 4 : 16);
  setup.sites = 64;
  setup.adapt = 0;
  setup.sample_every = 60;
  setup.burn_in = 1500;
  setup.anneal = 1000;
  Instance instance(model, setup);
  instance.complete();
  for (uint32_t k = 0; k < exact.size(); ++k) {
    double sum = 0, squares = 0, count = 0;
    for (const Entry& entry : instance.samples(k)) {
      const double e = static_cast<double>(entry.energy) / 4096;
      sum += e, squares += e * e, count += 1;
    }
    const double mean = sum / count, error = std::sqrt((squares / count - mean * mean) / count);
    std::printf("T = %.2f: e = %.6f +- %.6f, exact %.6f\n", exact[k].first, mean, error, exact[k].second);
    EXPECT(std::abs(mean - exact[k].second) < 4 * error + 5e-5);
  }
}

/// Ensembles of spin glasses: each system against the same couplings as a graph, by exact enumeration of neither but by
/// what is known exactly: where a share p of the bonds is +1 and tanh(beta) = 2p - 1, the energy of d dimensions averaged
/// over disorder is -d tanh(beta) a site, whatever the size (H. Nishimori, Prog. Theor. Phys. 66, 1981).
void the_energy_on_the_nishimori_line_is_exact() {
  for (const uint32_t depth : {1u, 8u}) {
    const uint32_t systems = 256, side = 8, sites = side * side * depth, dimensions = depth > 1 ? 3 : 2;
    const double share = depth > 1 ? 0.75 : 0.85, beta = std::atanh(2 * share - 1);
    std::mt19937 random(depth);
    Model model;
    model.betas = {0.2, 0.6 * beta, beta};
    model.offsets.assign(uint64_t{systems} / 32 * 3 * sites, 0);  // the second part: here the couplings
    for (uint32_t& word : model.offsets) {
      for (uint32_t b = 0; b < 32; ++b) word |= static_cast<uint32_t>(random() >= share * 4294967296.0) << b;
    }
    ThermoSetup setup = setup_for(ThermoModel::LATTICE, 40, 2 * systems);
    setup.sites = sites, setup.width = setup.height = side, setup.depth = depth, setup.systems = systems;
    setup.adapt = 0, setup.sample_every = 4, setup.sweeps_per_round = 2, setup.burn_in = 400, setup.anneal = 200;
    Instance instance(model, setup, 2);
    instance.complete();
    const auto entries = instance.samples(2);
    std::vector<double> means(systems);
    for (size_t i = 0; i < entries.size(); ++i)
      means[i % (2 * systems) / 2] += static_cast<double>(entries[i].energy) / (80.0 * sites);
    double sum = 0, squares = 0;
    for (const double mean : means) sum += mean, squares += mean * mean;
    const double mean = sum / systems, error = std::sqrt((squares / systems - mean * mean) / systems);
    const double exact = -static_cast<double>(dimensions) * std::tanh(beta);
    std::printf("Nishimori line, %u dimensions: e = %.5f +- %.5f, exact %.5f\n", dimensions, mean, error, exact);
    EXPECT(std::abs(mean - exact) < 4 * error);
  }
}

void the_ladder_adapts() {
  const std::vector<double> uneven = {0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 1.5};
  ThermoSetup setup = setup_for(ThermoModel::ISING, 500, 4);
  setup.burn_in = 4300;
  Instance instance(torus(10, 3, uneven), setup);
  const auto telemetry = instance.complete();
  struct Pair {
    uint64_t tried, made;
  };
  const auto pairs = instance.region<Pair>("pairs");
  double least = 1, most = 0;
  for (uint32_t k = 0; k < 7; ++k) {
    uint64_t tried = 0, made = 0;
    for (uint32_t l = 0; l < 4; ++l) tried += pairs[l * 7 + k].tried, made += pairs[l * 7 + k].made;
    const double share = static_cast<double>(made) / static_cast<double>(tried);
    least = std::min(least, share), most = std::max(most, share);
  }
  EXPECT(least > 0.05 && most - least < 0.25);
  EXPECT(telemetry.round_trips > 10);
}

void bad_setups_are_refused() {
  const auto refused = [](const auto& spoil, const char* word) {
    Model model = torus(4, 1, {0.1, 0.2});
    ThermoSetup setup = setup_for(ThermoModel::ISING, 10, 2);
    spoil(model, setup);
    try {
      Instance instance(model, setup);
    } catch (const std::runtime_error& error) {
      return std::string(error.what()).find(word) != std::string::npos;
    }
    return false;
  };
  EXPECT(refused([](auto&, auto& s) { s.model = 7; }, "model"));
  EXPECT(refused([](auto&, auto& s) { s.ladders = 0; }, "ladders"));
  EXPECT(refused([](auto&, auto& s) { s.samples = 11; }, "capacity"));
  EXPECT(refused([](auto&, auto& s) { s.sample_every = 0; }, "sampleEvery"));
  EXPECT(refused([](auto& m, auto&) { m.betas = {0.2, 0.1}; }, "rise"));
  EXPECT(refused([](auto& m, auto&) { m.betas = {-0.2, 0.1}; }, "beta"));
  EXPECT(refused([](auto& m, auto&) { m.neighbours[0] = 99; }, "not a site"));
  EXPECT(refused([](auto& m, auto&) { m.neighbours[0] = 0; }, "own neighbour"));
  EXPECT(refused([](auto& m, auto&) { m.weights.pop_back(); }, "weights"));
  EXPECT(refused([](auto& m, auto&) { m.weights[0] = 1 << 30; }, "2^30"));
  EXPECT(refused([](auto& m, auto&) { m.fields.pop_back(); }, "sites"));
  EXPECT(refused([](auto&, auto& s) { s.cluster_every = 1, s.ladders = 1; }, "ladders"));
  EXPECT(refused([](auto&, auto& s) { s.members = 2, s.member = 2; }, "member"));
  EXPECT(refused([](auto&, auto& s) { s.members = 2; }, "packs"));
  EXPECT(refused([](auto&, auto& s) { s.members = 2, s.ladders = 64, s.cluster_every = 1; }, "cluster"));
  EXPECT(refused([](auto&, auto& s) { s.model = 1, s.states = 1; }, "states"));
  EXPECT(refused([](auto&, auto& s) { s.model = 2, s.sites = 100; }, "64"));
}

}  // namespace
}  // namespace aatgs::thermo::test

int main() {
  using namespace aatgs::thermo::test;
  any_number_of_threads();
  any_cut_into_configs();
  snapshot_and_go_on();
  members_go_the_way_of_one();
  the_energy_kept_is_the_energy();
  the_distribution_is_exact();
  the_dense_distribution_is_exact();
  exchanges_keep_the_joint_distribution();
  deterministic_exchanges_travel_further();
  the_square_lattice_is_exact();
  the_energy_on_the_nishimori_line_is_exact();
  the_ladder_adapts();
  bad_setups_are_refused();
  return aatgs::test::summary("thermo");
}
