// One entry with everything the step's own functions make of it.
#pragma once
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "aatgs/team.hpp"
#include "dataset.hpp"
#include "lbs/lbs_sites.hpp"

namespace aatgs::lbs::train {

/// A team of one thread.
struct SerialTeam : SerialScope {
  bool cancelled() const { return false; }
};

template <class F>
void parallel(size_t n, F f) {
  std::atomic<size_t> next{0};
  std::vector<std::thread> threads;
  for (uint32_t w = 0; w < std::max(1u, std::thread::hardware_concurrency()); ++w) {
    threads.emplace_back([&] {
      for (size_t i = next++; i < n; i = next++) f(i);
    });
  }
  for (auto& thread : threads) thread.join();
}

inline const Directions& directions() {
  static const Directions made = [] {
    Directions d;
    fill_directions(d);
    return d;
  }();
  return made;
}

struct SceneData {
  const Entry* entry = nullptr;
  Range range{};
  Grid grid{};
  std::vector<uint32_t> starts, fill, order, owners, chunks, point_starts;
  std::vector<Atom> sorted;
  std::vector<uint64_t> exposed;
  std::vector<Point> points;
  std::vector<AtomBurial> burial;
  Cells cells{};
  Surface surface{};
  // Of every point.
  std::vector<uint8_t> bytes;  // kPointFeatures each
  std::vector<int8_t> label;   // 1, 0, or -1: left out
  std::vector<float> score;

  void build(const Entry& from) {
    entry = &from;
    const Batch batch = from.batch();
    const uint32_t n = from.atoms();
    range = {0, 1, 0, n};
    starts.resize(range.cells() + 1);
    fill.resize(range.cells());
    order.resize(n);
    owners.resize(n);
    sorted.resize(n);
    exposed.resize(n);
    point_starts.resize(n + 1);
    chunks.resize(n + kSpareCells + 1);
    points.resize(uint64_t{n} * 12 + 1000);
    cells = {&grid, starts.data(), fill.data(), order.data(), sorted.data()};
    SerialTeam team;
    sort_into_cells(team, batch, range, cells, owners.data(), chunks.data());
    surface = {&directions(), exposed.data(), point_starts.data(), points.data(), static_cast<uint32_t>(points.size())};
    points.resize(make_surface(team, batch, range, cells, owners.data(), surface, chunks.data()));
    surface.points = points.data();
    burial.resize(n);
    for (uint32_t i = 0; i < n; ++i) burial[i] = burial_of(cells, grid, at(batch.atoms[i]));
  }
  uint32_t count() const { return static_cast<uint32_t>(points.size()); }
  Scene scene() const { return {entry->batch(), cells, surface, burial.data()}; }
  PointRange all() const { return {0, count()}; }

  /// Near a strict ligand: 1. Near any other, or between the distances: -1. Else 0.
  void make_labels(float near, float far) {
    label.assign(points.size(), 0);
    for (uint32_t i = 0; i < count(); ++i) {
      float strict = 1e9f, any = 1e9f;
      for (const Ligand& ligand : entry->ligands) {
        for (const Vec& a : ligand.atoms) {
          const Vec v = a - at(points[i]);
          const float d2 = dot(v, v);
          if (d2 < any) any = d2;
          if (ligand.strict && ligand.real && d2 < strict) strict = d2;
        }
      }
      label[i] = strict <= near * near ? 1 : (any <= far * far ? -1 : 0);
    }
  }
};

}  // namespace aatgs::lbs::train
