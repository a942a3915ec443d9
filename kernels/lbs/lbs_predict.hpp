// The prediction of a range of structures, phase by phase.
#pragma once
#include <cstdint>

#include "lbs/lbs_state.hpp"
#include "lbs/lbs_volume.hpp"

namespace aatgs::lbs {

/// Everything a phase needs to know.
struct Job {
  LbsState& state;
  Batch batch;
  Range range;
  Surface surface;
  uint32_t points;  // of the whole range

  AATGS_FN Scene scene() const { return {batch, state.cells, surface, state.burial}; }
  AATGS_FN ScoredPoints scored() const {
    return {state.model.rules, state.score, state.bytes, state.density, state.climb};
  }
  AATGS_FN uint32_t owner(uint32_t point) const { return state.owners[surface.points[point].atom]; }
  AATGS_FN const Grid& grid(uint32_t point) const { return state.cells.grids[owner(point)]; }
  AATGS_FN PointRange points_of(uint32_t structure) const {
    const Box& box = batch.boxes[structure];
    return {surface.starts[box.first_atom], surface.starts[box.first_atom + box.atoms]};
  }
};

AATGS_FN void score_point(const Job& job, uint32_t q) {
  const LbsState& state = job.state;
  const uint32_t s = job.owner(q);
  float f[kPointFeatures];
  describe(job.scene(), state.cells.grids[s], job.batch.boxes[s], job.surface.points[q], f);
  uint8_t* bytes = state.bytes + uint64_t{kPointFeatures} * q;
  for (uint32_t k = 0; k < kPointFeatures; ++k) bytes[k] = cut(state.model.borders + k * kBorders, f[k]);
  state.score[q] = sigmoid(state.model.points.margin(bytes));
  state.rays[q] = f[F_RAYS + 2];
}

/// Best first; a site within `apart` of a better one is dropped. For one thread: there are few candidates.
AATGS_FN void list_sites(const Job& job, uint32_t structure, const Candidate* candidates, uint32_t n) {
  const LbsState& state = job.state;
  const SiteRules& rules = state.model.rules;
  StructureResult& result = state.results[structure];
  const PointRange range = job.points_of(structure);
  result.sites = 0;
  result.points = range.count();
  result.first_point = 0;
  result.reserved = 0;
  uint64_t used[kMaxSites / 64] = {};
  while (result.sites < kListedSites) {
    uint32_t best = n;
    for (uint32_t i = 0; i < n; ++i) {
      if (used[i / 64] >> i % 64 & 1) continue;
      if (best == n || candidates[i].score > candidates[best].score) best = i;
    }
    if (best == n) break;
    used[best / 64] |= uint64_t{1} << best % 64;
    const Candidate& site = candidates[best];
    bool clear = true;
    for (uint32_t i = 0; i < result.sites && clear; ++i) {
      const ListedSite& other = result.list[i];
      clear = norm(site.centre - Vec{other.x, other.y, other.z}) >= rules.apart;
    }
    const float probability = sigmoid(state.model.calibration.slope * site.score + state.model.calibration.offset);
    if (!clear || (result.sites > 0 && probability < rules.least_probability)) continue;
    ListedSite& listed = result.list[result.sites++];
    listed = {};
    listed.x = site.centre.x;
    listed.y = site.centre.y;
    listed.z = site.centre.z;
    listed.score = site.score;
    listed.probability = probability;
    listed.sum2 = site.sum2;
    listed.strongest = site.strongest;
    listed.spread = site.spread;
    listed.points = site.points;
    listed.other_chains = state.site_features[(uint64_t{structure} * kMaxSites + best) * kSiteFeatures + S_CHAINS];
    listed.peak = site.peak;
  }
}

template <class Block>
AATGS_FN void find_sites(Block& block, const Job& job, uint32_t structure) {
  const LbsState& state = job.state;
  const PointRange range = job.points_of(structure);
  const ScoredPoints points = job.scored();
  Candidate* candidates = state.candidates + uint64_t{structure} * kMaxSites;
  float* features = state.site_features + uint64_t{structure} * kMaxSites * kSiteFeatures;
  const uint32_t n = list_peaks(block, points, state.peaks, range, candidates);
  block.for_each(n, [&](uint32_t i) {
    pool(job.surface, points, state.peaks, range, candidates[i], features + i * kSiteFeatures);
  });
  block.barrier();
  block.for_each(n, [&](uint32_t i) {
    float* f = features + i * kSiteFeatures;
    compare(candidates, n, i, f);
    uint8_t bytes[kSiteFeatures];
    for (uint32_t k = 0; k < kSiteFeatures; ++k) bytes[k] = cut(state.model.site_borders + k * kBorders, f[k]);
    candidates[i].score = state.model.site.margin(bytes);
  });
  block.barrier();
  block.leader([&] { list_sites(job, structure, candidates, n); });
  block.barrier();
}

/// What users read of a listed site besides its place.
template <class Block>
AATGS_FN void measure_sites(Block& block, const Job& job, uint32_t structure) {
  const LbsState& state = job.state;
  StructureResult& result = state.results[structure];
  const PointRange range = job.points_of(structure);
  const Scene scene = job.scene();
  for (uint32_t i = 0; i < result.sites; ++i) {
    ListedSite& listed = result.list[i];
    Candidate site{};
    site.peak = listed.peak;
    site.centre = {listed.x, listed.y, listed.z};
    site.spread = listed.spread;
    const float volume = volume_of(block, scene, state.cells.grids[structure], state.peaks, range, site,
                                   block.template shared<uint8_t>());
    block.for_each(range.count(), [&](uint32_t k) {
      if (state.peaks[range.first + k] == listed.peak) state.site_of[range.first + k] = i + 1;
    });
    const auto sum = [&](auto of) {
      return block.template sum<float>(range.count(), [&](uint32_t k) {
        const uint32_t q = range.first + k;
        return state.peaks[q] == listed.peak ? of(q) : 0.0f;
      });
    };
    const auto weight_of = [&](uint32_t q) { return state.score[q] * state.score[q]; };
    const float area = sum([&](uint32_t q) {
      const float r = job.batch.atoms[job.surface.points[q].atom].radius() + kProbe;
      return 12.5663706f * r * r / static_cast<float>(kDirections);
    });
    const float weight = sum(weight_of);
    const float rays = sum([&](uint32_t q) { return weight_of(q) * state.rays[q]; });
    block.leader([&] {
      listed.volume = volume;
      listed.area = area;
      listed.enclosure = weight > 0.0f ? rays / (weight * static_cast<float>(kRays)) : 0.0f;
    });
    block.barrier();
  }
  block.for_each(result.sites, [&](uint32_t i) {
    ListedSite& listed = result.list[i];
    const Vec at_peak = at(job.surface.points[listed.peak]);
    float sum = 0.0f, weight = 0.0f;
    for_near(state.cells, state.cells.grids[structure], at_peak, 8.0f, [&](uint32_t place) {
      const Vec v = at(state.cells.sorted[place]) - at_peak;
      const float d2 = dot(v, v);
      if (d2 >= 64.0f) return;
      const float w = 1.0f - d2 / 64.0f;
      sum += w * hydropathy_of(state.cells.sorted[place].residue());
      weight += w;
    });
    listed.hydropathy = weight > 0.0f ? sum / weight : 0.0f;
    listed.peak -= range.first;
  });
}

/// The highest score within 4 A of an atom, and the site it belongs to.
AATGS_FN void mark_atom(const Job& job, uint32_t atom) {
  const LbsState& state = job.state;
  const Vec p = at(job.batch.atoms[atom]);
  float best = 0.0f;
  uint32_t site = 0;
  for_near_points(state.cells, state.cells.grids[state.owners[atom]], job.surface, p, 4.0f, [&](uint32_t q) {
    const Vec v = at(job.surface.points[q]) - p;
    if (dot(v, v) > 16.0f || state.score[q] <= best) return;
    best = state.score[q];
    site = state.site_of[q];
  });
  state.atom_score[atom] = best;
  state.atom_site[atom] = site;
}

/// All phases; the job's surface and points are filled on the way. Collective.
template <class Team>
AATGS_FN void predict(Team& team, Job& job) {
  LbsState& state = job.state;
  const Range& range = job.range;
  sort_into_cells(team, job.batch, range, state.cells, state.owners, state.chunks);
  job.points = make_surface(team, job.batch, range, state.cells, state.owners, job.surface, state.chunks);
  team.for_each(range.atoms(), [&](uint32_t i) {
    const uint32_t atom = range.first_atom + i;
    state.burial[atom] = burial_of(state.cells, state.cells.grids[state.owners[atom]], at(job.batch.atoms[atom]));
  });
  team.barrier();
  if (team.cancelled()) return;
  team.for_each(job.points, [&](uint32_t q) { score_point(job, q); });
  team.barrier();
  if (team.cancelled()) return;
  team.for_each(job.points, [&](uint32_t q) {
    find_density(job.scene(), job.grid(q), job.scored(), q);
    state.site_of[q] = 0;
  });
  team.barrier();
  team.for_each(job.points, [&](uint32_t q) { find_climb(job.scene(), job.grid(q), job.scored(), q); });
  team.barrier();
  team.for_each(job.points, [&](uint32_t q) { state.peaks[q] = peak_of(state.climb, q); });
  team.barrier();
  team.for_each_block(range.structures(), [&](auto& block, uint32_t s) {
    find_sites(block, job, range.first + s);
    measure_sites(block, job, range.first + s);
  });
  team.barrier();
  team.for_each(range.atoms(), [&](uint32_t i) { mark_atom(job, range.first_atom + i); });
  team.barrier();
}

}  // namespace aatgs::lbs
