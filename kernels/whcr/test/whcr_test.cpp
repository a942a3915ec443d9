// What the step promises: proper colourings, and the same bits however the work is cut or shared.
#include <cstdio>
#include <functional>
#include <string>

#include "test/expect.hpp"
#include "whcr/test/graphs.hpp"
#include "whcr/whcr_population.hpp"

namespace aatgs::whcr::test {
namespace {

constexpr uint32_t kConverged = static_cast<uint32_t>(Status::CONVERGED);
constexpr uint32_t kIdle = static_cast<uint32_t>(Status::IDLE);

WhcrSetup setup_for(uint32_t max_colors, uint32_t population, WhcrDynamic dynamic = WhcrDynamic::AUTO) {
  WhcrSetup setup{};
  setup.max_colors = max_colors;
  setup.population = dynamic == WhcrDynamic::SPARSE ? 1 : population;
  setup.dynamic = static_cast<uint32_t>(dynamic);
  setup.moves_per_substep = dynamic == WhcrDynamic::SPARSE ? 8 : 100;
  setup.moves_per_generation = 300;
  return setup;
}

bool proper(const CsrGraph& graph, const std::vector<uint32_t>& color, uint32_t colors) {
  for (const uint32_t c : color) {
    if (c >= colors) return false;
  }
  return count_conflicts(graph, color) == 0;
}

struct Case {
  const char* name;
  CsrGraph graph;
  uint32_t max_colors, colors, target;
  WhcrDynamic dynamic;
  uint32_t levels = 0;

  WhcrSetup setup(uint32_t population) const {
    WhcrSetup setup = setup_for(max_colors, population, dynamic);
    setup.levels = levels;
    return setup;
  }
};

/// Hard enough that a search does not end in the substeps a test gives it, on every path of the code.
std::vector<Case> hard_cases() {
  return {{"dense table", random_graph(120, 50, 1, 1), 30, 14, 14, WhcrDynamic::TABLE},
          {"sparse table", random_graph(400, 5, 1, 2), 12, 5, 5, WhcrDynamic::TABLE},
          {"repair", random_graph(400, 5, 1, 3), 12, 5, 5, WhcrDynamic::REPAIR},
          {"mixed", random_graph(120, 50, 1, 1), 30, 14, 14, WhcrDynamic::MIXED},
          {"annealed", random_graph(120, 50, 1, 1), 30, 14, 14, WhcrDynamic::ANNEALED},
          {"annealed and sparse", random_graph(400, 5, 1, 2), 12, 5, 5, WhcrDynamic::ANNEALED},
          {"weighted", random_graph(120, 50, 1, 1), 30, 14, 14, WhcrDynamic::WEIGHTED},
          {"weighted and sparse", random_graph(400, 5, 1, 2), 12, 5, 5, WhcrDynamic::WEIGHTED},
          {"descent", random_graph(120, 50, 1, 1), 40, 40, 14, WhcrDynamic::AUTO},
          {"descent by repair", random_graph(300, 10, 1, 4), 30, 30, 8, WhcrDynamic::REPAIR},
          {"rounds", random_graph(400, 5, 1, 3), 12, 5, 5, WhcrDynamic::SPARSE},
          {"rounds with a hierarchy", random_graph(400, 5, 1, 3), 12, 5, 5, WhcrDynamic::SPARSE, 4},
          {"descent of huge graphs", random_graph(400, 20, 1, 4), 60, 60, 12, WhcrDynamic::SPARSE, 3},
          {"core", hubs(900, 120, 50, 1), 60, 60, 14, WhcrDynamic::SPARSE},
          {"core, and not enough colours", hubs(900, 120, 50, 1), 60, 14, 14, WhcrDynamic::SPARSE}};
}

void any_number_of_threads() {
  for (const Case& c : hard_cases()) {
    for (const uint32_t population : {1u, 5u}) {
      std::vector<uint8_t> first;
      for (const uint32_t threads : {1u, 2u, 3u}) {
        // The last one keeps its working memory in the arena, as a device with too little shared memory would.
        Instance instance(c.graph, c.setup(population), threads, {}, threads == 3 ? 0 : 1 << 30);
        instance.reset(7, c.colors, c.target, WhcrInit::RANDOM);
        const auto telemetry = instance.run(40);
        EXPECT(telemetry.best_conflicts == count_conflicts(c.graph, instance.best()));
        EXPECT(population == 1 || c.dynamic == WhcrDynamic::SPARSE || telemetry.generation > 0);
        if (first.empty()) first = instance.snapshot();
        EXPECT(first == instance.snapshot());
      }
    }
  }
}

bool whole_is_regular(const Case& c) { return c.name == std::string("mixed, regular"); }

/// As many as on a GPU: styles of a portfolio make different numbers of moves, and generations grow.
void many_members() {
  const std::vector<Case> cases = {{"mixed", random_graph(60, 50, 1, 1), 20, 8, 8, WhcrDynamic::MIXED},
                                   {"mixed, regular", queen_torus(8), 20, 8, 8, WhcrDynamic::MIXED},
                                   {"annealed", random_graph(60, 50, 1, 1), 20, 8, 8, WhcrDynamic::ANNEALED},
                                   {"generations", random_graph(40, 50, 1, 1), 20, 5, 5, WhcrDynamic::TABLE},
                                   {"couples soon alike", random_graph(6, 100, 1, 1), 5, 4, 4, WhcrDynamic::TABLE}};
  for (const Case& c : cases) {
    WhcrSetup setup = c.setup(c.graph.n() == 6 ? 2 * kManyCouples : c.dynamic == WhcrDynamic::TABLE ? 4 : 20);
    setup.moves_per_substep = setup.moves_per_generation = c.dynamic == WhcrDynamic::TABLE ? 1 : 100;
    const uint32_t substeps = c.dynamic == WhcrDynamic::TABLE ? 3300 : 40;
    Instance whole(c.graph, setup, 1);
    Instance parts(c.graph, setup, 3);
    whole.reset(9, c.colors, c.target, WhcrInit::RANDOM);
    parts.reset(9, c.colors, c.target, WhcrInit::RANDOM);
    const auto telemetry = whole.run(substeps);
    for (uint32_t i = 0; i < substeps; i += substeps / 10) parts.run(substeps / 10);
    EXPECT(telemetry.generation == substeps);
    EXPECT(telemetry.best_conflicts == count_conflicts(c.graph, whole.best()));
    EXPECT(whole.snapshot() == parts.snapshot());
    // On a regular graph a walk under learnt weights makes a part of the others' moves.
    const uint64_t all = uint64_t{substeps} * setup.moves_per_substep * setup.population;
    EXPECT(whole_is_regular(c) ? telemetry.moves < all : telemetry.moves == all);
  }
}

void lengths_of_generations() {
  const auto length = [](uint32_t generation) { return generation_length(1, generation); };
  EXPECT(length(0) == 1 && length(999) == 1 && length(1000) == 2 && length(2999) == 2 && length(3000) == 4);
  EXPECT(length(7000) == 8 && generation_length(0, 7000) == 1);
}

void any_cut_into_configs() {
  for (const Case& c : hard_cases()) {
    Instance whole(c.graph, c.setup(4), 1);
    Instance parts(c.graph, c.setup(4), 2);
    whole.reset(9, c.colors, c.target, WhcrInit::GREEDY);
    parts.reset(9, c.colors, c.target, WhcrInit::GREEDY);
    whole.run(30);
    for (uint32_t i = 0; i < 30; ++i) parts.run(1);
    EXPECT(whole.snapshot() == parts.snapshot());
  }
}

void snapshot_and_go_on() {
  for (const Case& c : hard_cases()) {
    Instance straight(c.graph, c.setup(3), 1);
    Instance resumed(c.graph, c.setup(3), 1);
    straight.reset(3, c.colors, c.target, WhcrInit::RANDOM);
    straight.run(11);
    const auto saved = straight.snapshot();
    straight.run(20);
    resumed.reset(99, c.colors, c.target, WhcrInit::GREEDY);
    resumed.run(5);
    resumed.restore(saved);
    resumed.run(20);
    EXPECT(straight.snapshot() == resumed.snapshot());
  }
}

void known_answers() {
  struct Known {
    CsrGraph graph;
    uint32_t colors;
    WhcrDynamic dynamic;
  };
  const std::vector<Known> known = {
      {queen(5), 5, WhcrDynamic::AUTO},
      {queen(6), 7, WhcrDynamic::AUTO},
      {queen(7), 7, WhcrDynamic::AUTO},
      {mycielski(4), 4, WhcrDynamic::AUTO},
      {mycielski(6), 6, WhcrDynamic::AUTO},
      {random_graph(200, 30, 4, 5), 4, WhcrDynamic::AUTO},
      {grid(30), 3, WhcrDynamic::REPAIR},
      {random_graph(200, 30, 8, 6), 12, WhcrDynamic::REPAIR},
      {queen(5), 5, WhcrDynamic::SPARSE},
      {queen(6), 7, WhcrDynamic::SPARSE},
      {mycielski(6), 6, WhcrDynamic::SPARSE},
      {grid(30), 2, WhcrDynamic::SPARSE},
      {random_graph(200, 30, 8, 6), 12, WhcrDynamic::SPARSE},
      {hubs(900, 120, 50, 1), 19, WhcrDynamic::SPARSE},
      {hubs(2000, 14, 100, 1), 14, WhcrDynamic::SPARSE},
      {CsrGraph::from_edges(9, {}), 1, WhcrDynamic::SPARSE},
      {CsrGraph::from_edges(1, {}), 1, WhcrDynamic::AUTO},
      {CsrGraph::from_edges(9, {}), 1, WhcrDynamic::REPAIR},
  };
  for (const Known& k : known) {
    for (const WhcrInit init : {WhcrInit::RANDOM, WhcrInit::GREEDY}) {
      WhcrSetup setup = setup_for(40, 2, k.dynamic);
      setup.moves_per_generation = 3000;
      Instance instance(k.graph, setup, 1);
      auto telemetry = instance.reset(1, 40, k.colors, init);
      for (int i = 0; i < 2000 && !(telemetry.header.status & kConverged); ++i) telemetry = instance.run(5);
      EXPECT(telemetry.header.status & kConverged);
      EXPECT(telemetry.best_colors <= k.colors && telemetry.best_conflicts == 0);
      EXPECT(proper(k.graph, instance.best(), telemetry.best_colors));
    }
  }
}

void idle_when_done() {
  const CsrGraph graph = queen(5);
  Instance instance(graph, setup_for(10, 2), 1);
  instance.reset(1, 5, 5, WhcrInit::RANDOM);
  auto telemetry = instance.run(1000);
  EXPECT(telemetry.header.status == kConverged);
  const auto done = instance.snapshot();
  telemetry = instance.run(10);
  EXPECT(telemetry.header.status == (kConverged | kIdle));
  EXPECT(instance.snapshot() == done);
}

void given_colorings() {
  const CsrGraph graph = queen(5);
  Instance solver(graph, setup_for(10, 2), 1);
  solver.reset(1, 5, 5, WhcrInit::RANDOM);
  solver.run(1000);
  const std::vector<uint32_t> solved = solver.best();
  EXPECT(proper(graph, solved, 5));

  Instance instance(graph, setup_for(10, 1), 1);
  auto telemetry = instance.reset(2, 5, 5, WhcrInit::INPUT, solved);
  EXPECT(telemetry.header.status == kConverged && instance.best() == solved);

  // Six names, one of them unused: a repair leaves the names alone.
  std::vector<uint32_t> gap = solved;
  for (uint32_t& c : gap) c += c >= 2;
  telemetry = instance.reset(2, 6, 6, WhcrInit::INPUT, gap);
  EXPECT(telemetry.best_colors == 5 && instance.best() == gap);

  std::vector<uint32_t> partial = solved;
  partial[3] = partial[17] = 0xffffffffu;
  telemetry = instance.reset(2, 5, 5, WhcrInit::INPUT, partial);
  EXPECT(proper(graph, instance.best(), 5));

  std::vector<uint32_t> broken = solved;
  std::swap(broken[0], broken[1]);
  telemetry = instance.reset(2, 5, 5, WhcrInit::INPUT, broken);
  EXPECT(telemetry.conflicts > 0 && telemetry.conflicts == count_conflicts(graph, broken));
  telemetry = instance.run(1000);
  EXPECT(proper(graph, instance.best(), 5));
}

void first_config_starts_by_itself() {
  const CsrGraph graph = queen(5);
  WhcrSetup setup = setup_for(10, 2);
  setup.colors = 6;
  setup.target_colors = 5;
  setup.seed = 4;
  Instance implicit(graph, setup, 1);
  Instance explicitly(graph, setup, 1);
  explicitly.reset(4, 6, 5, WhcrInit::RANDOM);
  implicit.run(20);
  explicitly.run(20);
  EXPECT(implicit.snapshot() == explicitly.snapshot());
}

void colors_change_in_band() {
  const CsrGraph graph = random_graph(150, 50, 1, 8);
  Instance instance(graph, setup_for(40, 2), 1);
  instance.reset(1, 32, 32, WhcrInit::RANDOM);
  auto telemetry = instance.run(200);
  EXPECT(telemetry.best_colors != 0 && telemetry.best_colors <= 32);
  telemetry = instance.set_colors(26, 26);
  EXPECT(telemetry.colors == 26 && telemetry.header.status == 0);
  telemetry = instance.run(500);
  EXPECT(telemetry.best_colors <= 26 && proper(graph, instance.best(), 26));
  const uint32_t reached = telemetry.best_colors;
  telemetry = instance.set_colors(40, 5);
  EXPECT(telemetry.colors == reached - 1);
  telemetry = instance.run(5);
  EXPECT(telemetry.best_conflicts == 0 && proper(graph, instance.best(), telemetry.best_colors));
  telemetry = instance.set_colors(0, 0);
  EXPECT(telemetry.header.status == kConverged);
}

void priorities_are_heard() {
  const CsrGraph graph = random_graph(120, 50, 1, 1);
  std::vector<uint8_t> high(120, 0);
  for (uint32_t v = 0; v < 60; ++v) high[v] = 200;
  Instance plain(graph, setup_for(14, 1), 1);
  Instance even(graph, setup_for(14, 1), 1, std::vector<uint8_t>(120, 7));
  Instance steered(graph, setup_for(14, 1), 1, high);
  for (Instance* instance : {&plain, &even, &steered}) {
    instance->reset(1, 14, 14, WhcrInit::RANDOM);
    instance->run(3);
  }
  EXPECT(plain.best() == even.best());
  EXPECT(plain.best() != steered.best());
}

void bad_setups_are_refused() {
  const auto refused = [](CsrGraph graph, const std::function<void(CsrGraph&, WhcrSetup&)>& spoil, const char* word) {
    WhcrSetup setup = setup_for(10, 2);
    spoil(graph, setup);
    try {
      Instance instance(graph, setup, 1);
    } catch (const std::runtime_error& error) {
      return std::string(error.what()).find(word) != std::string::npos;
    }
    return false;
  };
  EXPECT(refused(queen(5), [](auto&, auto& s) { s.max_colors = 0; }, "maxColors"));
  EXPECT(refused(queen(5), [](auto&, auto& s) { s.population = 0; }, "population"));
  EXPECT(refused(queen(5), [](auto&, auto& s) { s.colors = 11; }, "colors"));
  EXPECT(refused(queen(5), [](auto&, auto& s) { s.dynamic = 7; }, "dynamic"));
  EXPECT(refused(queen(5), [](auto&, auto& s) { s.dynamic = 3; }, "population"));
  EXPECT(refused(queen(5), [](auto&, auto& s) { s.levels = 13; }, "levels"));
  EXPECT(refused(queen(5), [](auto&, auto& s) { s.beliefs = 2; }, "beliefs"));
  EXPECT(refused(queen(5), [](auto&, auto& s) { s.init = 2; }, "init"));
  EXPECT(refused(queen(5), [](auto&, auto& s) { s.vertices = 26; }, "offsets"));
  EXPECT(refused(queen(5), [](auto& g, auto&) { g.offsets[3] = 0; }, "fall"));
  EXPECT(refused(queen(5), [](auto& g, auto&) { g.neighbours.pop_back(); }, "neighbours"));
  EXPECT(refused(queen(5), [](auto& g, auto&) { g.neighbours[0] = 25; }, "not a vertex"));
  EXPECT(refused(queen(5), [](auto& g, auto&) { g.neighbours[0] = 0; }, "own neighbour"));
  EXPECT(refused(grid(150), [](auto&, auto& s) { s.dynamic = 1; }, "TABLE"));
}

}  // namespace
}  // namespace aatgs::whcr::test

int main() {
  using namespace aatgs::whcr::test;
  any_number_of_threads();
  many_members();
  lengths_of_generations();
  any_cut_into_configs();
  snapshot_and_go_on();
  known_answers();
  idle_when_done();
  given_colorings();
  first_config_starts_by_itself();
  colors_change_in_band();
  priorities_are_heard();
  bad_setups_are_refused();
  return aatgs::test::summary("whcr");
}
