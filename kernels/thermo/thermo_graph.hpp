// A graph on its way from the setup to the sweeps: as given, in independent sets, and in slices for bit-packed spins.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "aatgs/module.hpp"
#include "thermo/thermo_packed.hpp"
#include "thermo/thermo_state.hpp"

namespace aatgs::thermo {

using Setup = SetupView<ThermoSetup>;

/// The graph as given, in the caller's numbering.
struct GivenGraph {
  uint32_t n;
  const uint32_t* offsets;
  const uint32_t* neighbours;
  const int32_t* weights;
  const int32_t* fields;

  explicit GivenGraph(const Setup& setup)
      : n(setup->sites),
        offsets(setup.part<uint32_t>(1)),
        neighbours(setup.part<uint32_t>(2)),
        weights(setup.part<int32_t>(3)),
        fields(setup.part<int32_t>(4)) {}

  int64_t reach(uint32_t v) const {
    int64_t sum = std::llabs(fields[v]);
    for (uint32_t a = offsets[v]; a < offsets[v + 1]; ++a) sum += std::llabs(weights[a]);
    return sum;
  }
};

/// The graph renumbered by independent sets, found greedily from the highest degree down.
struct OrderedGraph {
  std::vector<uint32_t> classes, offsets, positive, neighbours, label;
  std::vector<int32_t> weights, fields;
  uint32_t bytes = 1;

  explicit OrderedGraph(const GivenGraph& given) {
    order_sites(given);
    std::vector<uint32_t> place(given.n);
    for (uint32_t i = 0; i < given.n; ++i) place[label[i]] = i;
    offsets.push_back(0);
    for (uint32_t i = 0; i < given.n; ++i) {
      const uint32_t v = label[i];
      for (const bool above : {true, false}) {
        for (uint32_t a = given.offsets[v]; a < given.offsets[v + 1]; ++a) {
          if (given.weights[a] == 0 || (given.weights[a] > 0) != above) continue;
          neighbours.push_back(place[given.neighbours[a]]);
          weights.push_back(given.weights[a]);
          if (std::abs(given.weights[a]) != 1) bytes = std::max(bytes, 2u);
        }
        if (above) positive.push_back(static_cast<uint32_t>(neighbours.size()));
      }
      offsets.push_back(static_cast<uint32_t>(neighbours.size()));
      fields.push_back(given.fields[v]);
      const int64_t reach = given.reach(v);
      bytes = std::max(bytes, reach > 32767 ? 4u : reach > 127 ? 2u : 1u);
    }
  }

 private:
  void order_sites(const GivenGraph& given) {
    std::vector<uint32_t> by_degree(given.n);
    std::iota(by_degree.begin(), by_degree.end(), 0u);
    const auto degree = [&](uint32_t v) { return given.offsets[v + 1] - given.offsets[v]; };
    std::stable_sort(by_degree.begin(), by_degree.end(), [&](uint32_t a, uint32_t b) { return degree(a) > degree(b); });
    std::vector<uint32_t> color(given.n, ~0u), user;
    uint32_t colors = 0;
    for (const uint32_t v : by_degree) {
      user.resize(colors + 1, ~0u);
      for (uint32_t a = given.offsets[v]; a < given.offsets[v + 1]; ++a) {
        const uint32_t other = color[given.neighbours[a]];
        if (other != ~0u) user[other] = v;
      }
      uint32_t c = 0;
      while (c < colors && user[c] == v) ++c;
      color[v] = c;
      colors = std::max(colors, c + 1);
    }
    classes.assign(colors + 1, 0);
    for (const uint32_t c : color) classes[c + 1]++;
    for (uint32_t c = 0; c < colors; ++c) classes[c + 1] += classes[c];
    std::vector<uint32_t> next(classes.begin(), classes.end() - 1);
    label.resize(given.n);
    // In each set the highest degrees first: lanes that work together then have about as many neighbours.
    for (const uint32_t v : by_degree) label[next[color[v]]++] = v;
  }
};

/// The graph for bit-packed sweeps: sites in slices of 32, and in pieces with their arcs side by side.
struct SlicedGraph {
  std::vector<Slice> slices;
  std::vector<Piece> pieces;
  std::vector<uint32_t> class_pieces, degrees, arcs;
  uint32_t arc_count = 0;

  static bool fits(const Setup& setup) {
    if (setup->model != static_cast<uint32_t>(ThermoModel::ISING)) return false;
    const GivenGraph given(setup);
    uint64_t arcs = 0;
    for (uint32_t v = 0; v < given.n; ++v) {
      if (given.fields[v] != 0 || given.reach(v) >= 1 << kDegreeBits) return false;
      arcs += static_cast<uint64_t>(given.reach(v));
    }
    // Couplings are repeated as often as they are large; more than four times is more work than bytes are, and so are more
    // than 16 a site: of each a word is gathered, and the digits of their number take more random words than a logarithm.
    return arcs <= uint64_t{4} * given.offsets[given.n] && arcs <= uint64_t{16} * given.n && arcs < 1u << kSumBits &&
           given.n < 1u << 24;
  }

  SlicedGraph(const OrderedGraph& graph, bool for_device) : for_device_(for_device) {
    const auto n = static_cast<uint32_t>(graph.label.size());
    for (uint32_t i = 0; i < n; ++i) {
      uint32_t degree = 0;
      for (uint32_t a = graph.offsets[i]; a < graph.offsets[i + 1]; ++a)
        degree += static_cast<uint32_t>(std::abs(graph.weights[a]));
      degrees.push_back(degree);
      arc_count += degree;
    }
    for (size_t c = 0; c + 1 < graph.classes.size(); ++c) {
      class_pieces.push_back(static_cast<uint32_t>(pieces.size()));
      const uint32_t begin = graph.classes[c], end = graph.classes[c + 1];
      const uint32_t reach = end - begin < kFewSites ? kShortReach : kLongReach;
      for (uint32_t first = begin; first < end; first += kLanes) {
        const uint32_t count = std::min(kLanes, end - first);
        for (uint32_t done = 0; done < count;) {
          Piece piece{static_cast<uint32_t>(slices.size()), first + done, count - done, 0, 0, 0};
          // Sites come by falling degree: the first one says how many lanes each gets.
          while (for_device_ && piece.share < 5 && degrees[piece.first] > reach << piece.share) ++piece.share;
          piece.count = std::min(piece.count, kLanes >> piece.share);
          add(graph, piece, n);
          done += piece.count;
        }
        add(first, count);
      }
    }
    class_pieces.push_back(static_cast<uint32_t>(pieces.size()));
  }

 private:
  /// Neighbours a lane looks at before others help it: fewer where a set is too small to keep a block's groups busy.
  static constexpr uint32_t kLongReach = 16, kShortReach = 8, kFewSites = 16 * kLanes;

  void add(uint32_t first, uint32_t count) {
    Slice slice{first, count, 0, 0, 0};
    uint32_t largest = 0;
    for (uint32_t i = first; i < first + count; ++i) {
      largest = std::max(largest, degrees[i]);
      slice.odd |= degrees[i] & 1u;
    }
    while (largest >> slice.planes) ++slice.planes;
    while ((1u << slice.digits) < largest) ++slice.digits;
    slices.push_back(slice);
  }

  void add(const OrderedGraph& graph, Piece piece, uint32_t nowhere) {
    uint32_t largest = 0;
    for (uint32_t i = piece.first; i < piece.first + piece.count; ++i) largest = std::max(largest, degrees[i]);
    const uint32_t lanes = 1u << piece.share;
    piece.most = ((largest + lanes - 1) / lanes + kArcs - 1) / kArcs * kArcs;
    piece.arcs = static_cast<uint32_t>(arcs.size());
    arcs.resize(arcs.size() + uint64_t{piece.most} * kLanes, nowhere << 1);
    uint32_t* own = arcs.data() + piece.arcs;
    for (uint32_t i = 0; i < piece.count; ++i) {
      uint32_t number = 0;
      for (uint32_t a = graph.offsets[piece.first + i]; a < graph.offsets[piece.first + i + 1]; ++a) {
        const int32_t weight = graph.weights[a];
        for (int32_t k = 0; k < std::abs(weight); ++k, ++number) {
          const uint32_t lane = i * lanes + number % lanes;
          own[arc_at(for_device_, number / lanes, lane)] = graph.neighbours[a] << 1 | (weight < 0);
        }
      }
    }
    pieces.push_back(piece);
  }

  bool for_device_;
};

}  // namespace aatgs::thermo
