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

/// Best first; a site within `apart` of a better one is dropped. For one thread: there are few candidates. Listed sites
/// name their candidate as their peak until they are measured.
AATGS_FN void list_sites(const Job& job, uint32_t structure, const Candidate* candidates, const uint32_t* order,
                         uint32_t n) {
  const LbsState& state = job.state;
  const SiteRules& rules = state.model.rules;
  StructureResult& result = state.results[structure];
  uint32_t sites = 0;
  for (uint32_t k = 0; k < n && sites < kListedSites; ++k) {
    const Candidate& site = candidates[order[k]];
    bool clear = true;
    for (uint32_t i = 0; i < sites && clear; ++i) {
      const ListedSite& other = result.list[i];
      clear = norm(site.centre - Vec{other.x, other.y, other.z}) >= rules.apart;
    }
    const float probability = sigmoid(state.model.calibration.slope * site.score + state.model.calibration.offset);
    if (!clear || (sites > 0 && probability < rules.least_probability)) continue;
    ListedSite& listed = result.list[sites++];
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
    listed.other_chains = state.site_features[(uint64_t{structure} * kMaxSites + order[k]) * kSiteFeatures + S_CHAINS];
    listed.peak = order[k];
  }
  result.sites = sites;
  result.points = job.points_of(structure).count();
  result.first_point = 0;
  result.reserved = 0;
}

template <class Block>
AATGS_FN void find_sites(Block& block, const Job& job, uint32_t structure) {
  const LbsState& state = job.state;
  const ScoredPoints points = job.scored();
  Candidate* candidates = state.candidates + uint64_t{structure} * kMaxSites;
  float* features = state.site_features + uint64_t{structure} * kMaxSites * kSiteFeatures;
  uint32_t* order = block.template shared<uint32_t>();
  const SiteWork work{job.surface, points,        state.peaks, job.points_of(structure),
                      candidates,  state.site_of, state.climb, state.members};
  const uint32_t n = find_candidates(block, work, order, features);
  block.for_each(n, [&](uint32_t i) {
    const float* f = features + i * kSiteFeatures;
    uint8_t bytes[kSiteFeatures];
    for (uint32_t k = 0; k < kSiteFeatures; ++k) bytes[k] = cut(state.model.site_borders + k * kBorders, f[k]);
    candidates[i].score = state.model.site.margin(bytes);
  });
  block.barrier();
  block.for_each(n, [&](uint32_t i) {
    uint32_t before = 0;
    for (uint32_t j = 0; j < n; ++j) {
      before += candidates[j].score > candidates[i].score || (candidates[j].score == candidates[i].score && j < i);
    }
    order[before] = i;
  });
  block.barrier();
  block.leader([&] { list_sites(job, structure, candidates, order, n); });
}

/// What users read of a listed site besides its place.
template <class Block>
AATGS_FN void measure_site(Block& block, const Job& job, uint32_t structure, uint32_t i) {
  const LbsState& state = job.state;
  StructureResult& result = state.results[structure];
  if (i >= result.sites) return;
  ListedSite& listed = result.list[i];
  const Candidate& site = state.candidates[uint64_t{structure} * kMaxSites + listed.peak];
  const uint32_t* members = state.members + site.first;
  const Grid& grid = state.cells.grids[structure];
  const float volume = volume_of(block, job.scene(), grid, members, site, block.template shared<uint8_t>());
  block.for_each(site.points, [&](uint32_t k) { state.site_of[members[k]] = i + 1; });
  const auto sum = [&](auto of) {
    return block.template sum<float>(site.points, [&](uint32_t k) { return of(members[k]); });
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
    const Vec at_peak = at(job.surface.points[site.peak]);
    float hydropathy = 0.0f, near = 0.0f;
    for_near(state.cells, grid, at_peak, 8.0f, [&](uint32_t place) {
      const Vec v = at(state.cells.sorted[place]) - at_peak;
      const float d2 = dot(v, v);
      if (d2 >= 64.0f) return;
      const float w = 1.0f - d2 / 64.0f;
      hydropathy += w * hydropathy_of(state.cells.sorted[place].residue());
      near += w;
    });
    listed.hydropathy = near > 0.0f ? hydropathy / near : 0.0f;
    listed.peak = site.peak - job.points_of(structure).first;
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
  team.for_each_block(range.structures(), [&](auto& block, uint32_t s) { find_sites(block, job, range.first + s); });
  team.barrier();
  // A block a site: one structure alone has many.
  team.for_each_block(range.structures() * kListedSites, [&](auto& block, uint32_t i) {
    measure_site(block, job, range.first + i % range.structures(), i / range.structures());
  });
  team.barrier();
  team.for_each(range.atoms(), [&](uint32_t i) { mark_atom(job, range.first_atom + i); });
  team.barrier();
}

}  // namespace aatgs::lbs
