// The module's instances as its tests use them, and graphs.
#pragma once
#include <utility>

#include "test/step_rig.hpp"
#include "whcr/whcr_layout.h"

namespace aatgs::whcr::test {

/// A graph in compressed rows, both directions of every edge.
struct CsrGraph {
  std::vector<uint32_t> offsets, neighbours;
  uint32_t n() const { return static_cast<uint32_t>(offsets.size() - 1); }

  static CsrGraph from_edges(uint32_t n, const std::vector<std::pair<uint32_t, uint32_t>>& edges) {
    CsrGraph graph;
    graph.offsets.assign(n + 1, 0);
    for (const auto& [a, b] : edges) graph.offsets[a + 1]++, graph.offsets[b + 1]++;
    for (uint32_t v = 0; v < n; ++v) graph.offsets[v + 1] += graph.offsets[v];
    graph.neighbours.resize(edges.size() * 2);
    std::vector<uint32_t> next(graph.offsets.begin(), graph.offsets.end() - 1);
    for (const auto& [a, b] : edges) graph.neighbours[next[a]++] = b, graph.neighbours[next[b]++] = a;
    return graph;
  }
};

/// Conflicting edges, counted from nothing but the graph and the colouring.
inline uint64_t count_conflicts(const CsrGraph& graph, const std::vector<uint32_t>& color) {
  uint64_t twice = 0;
  for (uint32_t v = 0; v < graph.n(); ++v) {
    for (uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) twice += color[v] == color[graph.neighbours[a]];
  }
  return twice / 2;
}

class Instance : public aatgs::test::StepRig<WhcrSetup, WhcrConfig, WhcrTelemetry> {
 public:
  Instance(const CsrGraph& graph, WhcrSetup setup, uint32_t threads, const std::vector<uint8_t>& priorities = {},
           uint64_t shared_limit = uint64_t{1} << 30)
      : StepRig(complete(setup, graph), parts(graph, priorities), threads, shared_limit) {}

  WhcrTelemetry run(uint32_t substeps) {
    WhcrConfig config{};
    config.substeps = substeps;
    return execute(config);
  }
  WhcrTelemetry reset(uint64_t seed, uint32_t colors, uint32_t target, WhcrInit init,
                      const std::vector<uint32_t>& input = {}) {
    WhcrConfig config{};
    config.header.phase = static_cast<uint32_t>(WhcrPhase::RESET);
    config.header.seed = seed;
    config.header.input = reinterpret_cast<uint64_t>(input.data());
    config.header.input_bytes = input.size() * 4;
    config.colors = colors;
    config.target_colors = target;
    config.init = static_cast<uint32_t>(init);
    return execute(config);
  }
  WhcrTelemetry set_colors(uint32_t colors, uint32_t target) {
    WhcrConfig config{};
    config.header.phase = static_cast<uint32_t>(WhcrPhase::SET_COLORS);
    config.colors = colors;
    config.target_colors = target;
    return execute(config);
  }

  std::vector<uint32_t> best() const { return region<uint32_t>("best"); }

 private:
  static WhcrSetup complete(WhcrSetup setup, const CsrGraph& graph) {
    setup.vertices = setup.vertices ? setup.vertices : graph.n();
    return setup;
  }
  static std::vector<AatgsSpan> parts(const CsrGraph& graph, const std::vector<uint8_t>& priorities) {
    using aatgs::test::span_of;
    std::vector<AatgsSpan> all = {span_of(graph.offsets), span_of(graph.neighbours)};
    if (!priorities.empty()) all.push_back(span_of(priorities));
    return all;
  }
};

}  // namespace aatgs::whcr::test
