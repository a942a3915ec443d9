// From scored points to sites. Points above a threshold climb to the nearest point where the score is denser (quick shift,
// Vedaldi and Soatto 2008); those that find none within reach are peaks, and every peak with the points that climb to it
// is a candidate. A second forest ranks candidates from what their points say together.
#pragma once
#include <cstdint>

#include "lbs/lbs_features.hpp"
#include "lbs/lbs_model.hpp"

namespace aatgs::lbs {

/// Lengths in angstroms, and thresholds; part of the model file.
struct SiteRules {
  float least_score;  // points below this score belong to no site
  float density_radius;  // of the sum of squared scores around a point
  float climb;  // how far a point looks for a denser one
  float settle_near;  // centre: mean of the site's points around the peak, then around that mean
  float settle_far;
  float apart;  // a site closer to a better one is dropped
  float least_probability;  // and so is one below this, but for the first
  float reserved;
};

/// Most candidates of a structure.
inline constexpr uint32_t kMaxSites = 128;
inline constexpr uint32_t kNoSite = 0xffffffff;

/// What the site model sees.
enum SiteFeature : uint32_t {
  S_DENSITY = 0,  // density of the peak
  S_SUM2,  // sum of squared scores
  S_SUM,  // sum of scores
  S_MAX,  // highest score
  S_POINTS,  // points
  S_STRONG,  // points above one half
  S_SPREAD,  // root mean square distance from the centre, weighted
  S_RANK,  // candidates of the structure with a denser peak
  S_OF_BEST,  // density, of the densest peak's
  S_OF_ALL,  // squared scores, of all candidates' together
  S_CANDIDATES,  // candidates of the structure
  S_NEXT,  // distance to the nearest denser peak
  S_AROUND,  // squared scores of other candidates' points within 12 A of the centre
  S_CHAINS,  // share of atoms within 8 A of the points that belong to other chains
  S_POOLED,  // then the weighted means of kPooled features of the points
};
inline constexpr uint32_t kPooled = 27;
inline constexpr uint32_t kSiteFeatures = S_POOLED + kPooled;

AATGS_FN uint32_t pooled_feature(uint32_t k) {
  constexpr uint32_t table[kPooled] = {
      F_COUNTS + 2,     F_COUNTS + 3,      F_COUNTS + 4,     F_COUNTS + 5,    F_ASYMMETRY + 1, F_ASYMMETRY + 2,
      F_RAYS,           F_RAYS + 1,        F_RAYS + 2,       F_PAIRS,         F_PAIRS + 1,     F_HYDROPATHY,
      F_HYDROPATHY + 1, F_ATOM_BURIAL + 1, F_ATOM_EXPOSED,   F_KINDS_FAR + 3, F_KINDS_FAR + 4, F_KINDS_FAR + 5,
      F_KINDS_FAR + 8,  F_KINDS_FAR + 11,  F_KINDS_FAR + 13, F_RESIDUES + 7,  F_RESIDUES + 8,  F_RESIDUES + 17,
      F_RESIDUES + 18,  F_CENTRE,          F_ATOMS};
  return table[k];
}

/// A candidate on its way to a site.
struct Candidate {
  uint32_t peak;
  float density;
  float sum2, sum;
  float strongest;
  uint32_t points, strong;
  Vec centre;
  float spread;
  float score;  // log odds of the site model
};

struct ScoredPoints {
  SiteRules rules;
  const float* score;  // by point: of the point model, 0 to 1
  const uint8_t* bytes;  // by point: kPointFeatures
  float* density;  // by point
  uint32_t* climb;  // by point: where it climbs to, then its peak; itself for a peak, kNoSite below the threshold
};

AATGS_FN void find_density(const Scene& scene, const Grid& grid, const ScoredPoints& points, uint32_t self) {
  points.density[self] = 0.0f;
  if (points.score[self] < points.rules.least_score) return;
  const Vec p = at(scene.surface.points[self]);
  const float radius = points.rules.density_radius;
  float sum = 0.0f;
  for_near_points(scene.cells, grid, scene.surface, p, radius, [&](uint32_t q) {
    const Vec v = at(scene.surface.points[q]) - p;
    const float d2 = dot(v, v);
    if (d2 >= radius * radius) return;
    const float s = points.score[q];
    sum += s * s * (1.0f - d2 / (radius * radius));
  });
  points.density[self] = sum;
}

AATGS_FN void find_climb(const Scene& scene, const Grid& grid, const ScoredPoints& points, uint32_t self) {
  if (points.score[self] < points.rules.least_score) {
    points.climb[self] = kNoSite;
    return;
  }
  const Vec p = at(scene.surface.points[self]);
  const float mine = points.density[self];
  float nearest = points.rules.climb * points.rules.climb;
  uint32_t to = self;
  for_near_points(scene.cells, grid, scene.surface, p, points.rules.climb, [&](uint32_t q) {
    const float theirs = points.density[q];
    if (theirs < mine || (theirs == mine && q >= self)) return;
    const Vec v = at(scene.surface.points[q]) - p;
    const float d2 = dot(v, v);
    if (d2 < nearest || (d2 == nearest && to != self && q < to)) {
      nearest = d2;
      to = q;
    }
  });
  points.climb[self] = to;
}

/// The peak a point belongs to.
AATGS_FN uint32_t peak_of(const uint32_t* climb, uint32_t point) {
  uint32_t at_point = point;
  while (at_point != kNoSite && climb[at_point] != at_point) at_point = climb[at_point];
  return at_point;
}

/// The points of one structure.
struct PointRange {
  uint32_t first, last;
  AATGS_FN uint32_t count() const { return last - first; }
};

/// The densest peaks of a structure, densest first; gives back how many. `peaks[q]` is the peak of point q. Collective.
template <class Block>
AATGS_FN uint32_t list_peaks(Block& block, const ScoredPoints& points, const uint32_t* peaks, PointRange range,
                             Candidate* candidates) {
  float bound = 1e30f;
  uint32_t bound_point = 0, n = 0;
  for (; n < kMaxSites; ++n) {
    // The densest after the last one; of equals the lowest point first.
    const auto next = block.template argmin<float>(range.count(), [&](uint32_t i) {
      const uint32_t q = range.first + i;
      if (peaks[q] != q) return 1.0f;
      const float density = points.density[q];
      const bool after = density < bound || (density == bound && q > bound_point);
      return after ? -density : 1.0f;
    });
    if (next.index >= range.count() || next.value > 0.0f) break;
    bound = -next.value;
    bound_point = range.first + static_cast<uint32_t>(next.index);
    block.leader([&] {
      candidates[n] = Candidate{};
      candidates[n].peak = bound_point;
      candidates[n].density = bound;
    });
  }
  block.barrier();
  return n;
}

/// Weighted mean of a site's points within `radius` of a place.
AATGS_FN Vec settle(const Surface& surface, const ScoredPoints& points, const uint32_t* peaks, PointRange range,
                    uint32_t peak, Vec from, float radius) {
  Vec sum{0, 0, 0};
  float weight = 0.0f;
  for (uint32_t q = range.first; q < range.last; ++q) {
    if (peaks[q] != peak) continue;
    const Vec p = at(surface.points[q]);
    const Vec v = p - from;
    const float d2 = dot(v, v);
    if (d2 > radius * radius) continue;
    const float w = points.score[q] * points.score[q];
    sum = sum + w * p;
    weight += w;
  }
  return weight > 0.0f ? (1.0f / weight) * sum : from;
}

/// What a candidate's points say together.
AATGS_FN void pool(const Surface& surface, const ScoredPoints& points, const uint32_t* peaks, PointRange range,
                   Candidate& candidate, float* f) {
  const Vec first = settle(surface, points, peaks, range, candidate.peak, at(surface.points[candidate.peak]),
                           points.rules.settle_near);
  candidate.centre = settle(surface, points, peaks, range, candidate.peak, first, points.rules.settle_far);
  for (uint32_t k = 0; k < kPooled; ++k) f[S_POOLED + k] = 0.0f;
  float spread = 0.0f, others = 0.0f;
  for (uint32_t q = range.first; q < range.last; ++q) {
    if (peaks[q] != candidate.peak) continue;
    const float s = points.score[q];
    const float w = s * s;
    const uint8_t* bytes = points.bytes + uint64_t{kPointFeatures} * q;
    candidate.points += 1;
    candidate.strong += s > 0.5f;
    candidate.sum += s;
    candidate.sum2 += w;
    if (s > candidate.strongest) candidate.strongest = s;
    const Vec v = at(surface.points[q]) - candidate.centre;
    spread += w * dot(v, v);
    others += w * static_cast<float>(bytes[F_OTHER_CHAINS]);
    for (uint32_t k = 0; k < kPooled; ++k) f[S_POOLED + k] += w * static_cast<float>(bytes[pooled_feature(k)]);
  }
  const float scale = candidate.sum2 > 0.0f ? 1.0f / candidate.sum2 : 0.0f;
  for (uint32_t k = 0; k < kPooled; ++k) f[S_POOLED + k] *= scale;
  candidate.spread = sqrtf(spread * scale);
  f[S_DENSITY] = candidate.density;
  f[S_SUM2] = candidate.sum2;
  f[S_SUM] = candidate.sum;
  f[S_MAX] = candidate.strongest;
  f[S_POINTS] = static_cast<float>(candidate.points);
  f[S_STRONG] = static_cast<float>(candidate.strong);
  f[S_SPREAD] = candidate.spread;
  f[S_CHAINS] = others * scale;
}

/// The features that compare a candidate with the others.
AATGS_FN void compare(const Candidate* candidates, uint32_t n, uint32_t self, float* f) {
  float all = 0.0f, next = 50.0f, around = 0.0f;
  const Candidate& mine = candidates[self];
  for (uint32_t j = 0; j < n; ++j) {
    all += candidates[j].sum2;
    if (j == self) continue;
    const float d = norm(candidates[j].centre - mine.centre);
    if (j < self && d < next) next = d;
    if (d < 12.0f) around += candidates[j].sum2;
  }
  f[S_RANK] = static_cast<float>(self);
  f[S_OF_BEST] = candidates[0].density > 0.0f ? mine.density / candidates[0].density : 0.0f;
  f[S_OF_ALL] = all > 0.0f ? mine.sum2 / all : 0.0f;
  f[S_CANDIDATES] = static_cast<float>(n);
  f[S_NEXT] = next;
  f[S_AROUND] = around;
}

}  // namespace aatgs::lbs
