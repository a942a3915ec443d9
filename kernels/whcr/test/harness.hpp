// Runs the module through its C ABI on a team of threads, without an engine: one call, one config.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "aatgs/module.h"
#include "whcr/whcr_layout.h"

extern "C" const AatgsModule* aatgs_module(void);

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

class Instance {
 public:
  Instance(const CsrGraph& graph, WhcrSetup setup, uint32_t threads, const std::vector<uint8_t>& priorities = {},
           uint64_t shared_limit = uint64_t{1} << 30)
      : module_(aatgs_module()), threads_(threads), n_(graph.n()) {
    setup.vertices = setup.vertices ? setup.vertices : graph.n();
    const AatgsSpan parts[3] = {{graph.offsets.data(), graph.offsets.size() * 4},
                                {graph.neighbours.data(), graph.neighbours.size() * 4},
                                {priorities.data(), priorities.size()}};
    const AatgsSetup given{{&setup, sizeof setup}, parts, priorities.empty() ? 2u : 3u};
    const AatgsTarget target{0, threads, shared_limit};
    AatgsError error{};
    if (module_->plan(&given, &target, &plan_, &error)) throw std::runtime_error(error.message);
    arena_ = zeroed(plan_.constant_bytes + plan_.mutable_bytes + plan_.scratch_bytes);
    state_.resize(module_->state_bytes);
    module_->bind(&given, &target, &plan_, reinterpret_cast<uint64_t>(arena_.get()), arena_.get(), state_.data());
    shared_ = zeroed(AATGS_TEAM_SHARED_BYTES(threads));
    scratch_ = zeroed(AATGS_TEAM_SCRATCH_BYTES);
    for (uint32_t rank = 0; rank < threads; ++rank) {
      // Not zeroed memory: a block must not count on its content.
      block_shared_.push_back(zeroed(plan_.block_shared_bytes));
      std::memset(block_shared_.back().get(), 0xa5, plan_.block_shared_bytes);
      teams_.push_back({rank, threads, shared_.get(), scratch_.get(), block_shared_[rank].get(), &cancel_, 100, 0});
    }
  }

  WhcrTelemetry execute(WhcrConfig config) {
    WhcrTelemetry telemetry{};
    std::vector<std::thread> others;
    for (uint32_t rank = 1; rank < threads_; ++rank) {
      others.emplace_back([&, rank] { module_->run_host(&teams_[rank], &config, state_.data(), &telemetry); });
    }
    module_->run_host(&teams_[0], &config, state_.data(), &telemetry);
    for (auto& thread : others) thread.join();
    return telemetry;
  }
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

  std::vector<uint32_t> best() const {
    for (uint32_t i = 0; i < plan_.region_count; ++i) {
      const AatgsRegion& region = plan_.regions[i];
      if (std::strcmp(region.name, "best") != 0) continue;
      std::vector<uint32_t> color(n_);
      std::memcpy(color.data(), arena_.get() + region.offset, n_ * 4);
      return color;
    }
    throw std::runtime_error("no region named best");
  }
  /// Everything a snapshot holds.
  std::vector<uint8_t> snapshot() const {
    const uint8_t* begin = arena_.get() + plan_.constant_bytes;
    return {begin, begin + plan_.mutable_bytes};
  }
  void restore(const std::vector<uint8_t>& bytes) {
    std::memcpy(arena_.get() + plan_.constant_bytes, bytes.data(), bytes.size());
  }
  const AatgsPlan& plan() const { return plan_; }

 private:
  struct Free {
    void operator()(uint8_t* pointer) const { std::free(pointer); }
  };
  using Memory = std::unique_ptr<uint8_t, Free>;
  static Memory zeroed(uint64_t bytes) {
    const uint64_t rounded = (bytes + 255) / 256 * 256 + 256;
    auto* pointer = static_cast<uint8_t*>(std::aligned_alloc(256, rounded));
    std::memset(pointer, 0, rounded);
    return Memory(pointer);
  }

  const AatgsModule* module_;
  uint32_t threads_;
  uint32_t n_;
  uint32_t cancel_ = 0;
  AatgsPlan plan_{};
  Memory arena_, shared_, scratch_;
  std::vector<Memory> block_shared_;
  std::vector<uint8_t> state_;
  std::vector<AatgsHostTeam> teams_;
};

}  // namespace aatgs::whcr::test
