// From scored points to sites. Points above a threshold climb to the nearest point where the score is denser (quick shift,
// Vedaldi and Soatto 2008); those that find none within reach are peaks, and every peak with the points that climb to it
// is a candidate. A second forest ranks candidates from what their points say together.
#pragma once
#include <cstdint>

#include "aatgs/atomic.hpp"
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
inline constexpr uint32_t kMaxSites = 256;
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
  uint32_t first, points;  // its points: where they begin in the list of members, and how many there are
  uint32_t filled;  // of them, while the list is being made
  float density;
  float sum2, sum;
  float strongest;
  uint32_t strong;
  Vec centre;
  float spread;
  float score;  // log odds of the site model
};

struct ScoredPoints {
  SiteRules rules;
  const float* score;  // by point: of the point model, 0 to 1
  const uint8_t* bytes;  // by point: kPointFeatures
  float* density;  // by point
  uint32_t* climb;  // by point: where it climbs to; itself for a peak, kNoSite below the threshold; then spare room
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

/// The points of one structure on their way to candidates.
struct SiteWork {
  const Surface& surface;
  const ScoredPoints& points;
  const uint32_t* peaks;  // by point: its peak
  PointRange range;
  Candidate* candidates;  // room for kMaxSites
  uint32_t* number;  // by point, zero: of a peak its candidate, from 1
  uint32_t* spare;  // by point
  uint32_t* members;  // by point: the points of the first candidate in rising order, then those of the next

  AATGS_FN uint32_t* members_of(const Candidate& candidate) const { return members + candidate.first; }
  /// The candidate of a point, from 1; 0: none.
  AATGS_FN uint32_t number_of(uint32_t point) const { return peaks[point] == kNoSite ? 0 : number[peaks[point]]; }
};

/// The densest peaks, densest first, the lowest point first of equals; gives back how many. `count` is a word that the
/// block shares. Collective.
template <class Block>
AATGS_FN uint32_t list_peaks(Block& block, const SiteWork& work, uint32_t* count) {
  const PointRange range = work.range;
  uint32_t* list = work.spare + range.first;
  block.leader([&] { *count = 0; });
  block.barrier();
  block.for_each(range.count(), [&](uint32_t i) {
    if (work.peaks[range.first + i] == range.first + i) list[fetch_add(*count, 1)] = range.first + i;
  });
  block.barrier();
  const uint32_t found = *count;
  const float* density = work.points.density;
  block.for_each(found, [&](uint32_t i) {
    const uint32_t peak = list[i];
    uint32_t before = 0;
    for (uint32_t j = 0; j < found; ++j) {
      before += density[list[j]] > density[peak] || (density[list[j]] == density[peak] && list[j] < peak);
    }
    if (before >= kMaxSites) return;
    work.candidates[before] = Candidate{};
    work.candidates[before].peak = peak;
    work.candidates[before].density = density[peak];
    work.number[peak] = before + 1;
  });
  block.barrier();
  return found < kMaxSites ? found : kMaxSites;
}

/// The points of each of n candidates, in rising order whoever comes first. Collective.
template <class Block>
AATGS_FN void list_members(Block& block, const SiteWork& work, uint32_t n) {
  const PointRange range = work.range;
  const auto for_members = [&](auto f) {
    block.for_each(range.count(), [&](uint32_t i) {
      const uint32_t number = work.number_of(range.first + i);
      if (number != 0) f(range.first + i, work.candidates[number - 1]);
    });
    block.barrier();
  };
  for_members([](uint32_t, Candidate& candidate) { fetch_add(candidate.points, 1); });
  block.for_each(n, [&](uint32_t i) {
    uint32_t first = range.first;
    for (uint32_t j = 0; j < i; ++j) first += work.candidates[j].points;
    work.candidates[i].first = first;
  });
  block.barrier();
  for_members(
      [&](uint32_t q, Candidate& candidate) { work.spare[candidate.first + fetch_add(candidate.filled, 1)] = q; });
  for_members([&](uint32_t q, const Candidate& candidate) {
    const uint32_t* mates = work.spare + candidate.first;
    uint32_t before = 0;
    for (uint32_t j = 0; j < candidate.points; ++j) before += mates[j] < q;
    work.members[candidate.first + before] = q;
  });
}

/// Weighted mean of a site's points within `radius` of a place.
AATGS_FN Vec settle(const SiteWork& work, const Candidate& candidate, Vec from, float radius) {
  Vec sum{0, 0, 0};
  float weight = 0.0f;
  const uint32_t* members = work.members_of(candidate);
  for (uint32_t j = 0; j < candidate.points; ++j) {
    const Vec p = at(work.surface.points[members[j]]);
    const Vec v = p - from;
    const float d2 = dot(v, v);
    if (d2 > radius * radius) continue;
    const float w = work.points.score[members[j]] * work.points.score[members[j]];
    sum = sum + w * p;
    weight += w;
  }
  return weight > 0.0f ? (1.0f / weight) * sum : from;
}

/// What a candidate's points say together, but for the means of their features.
AATGS_FN void pool(const SiteWork& work, Candidate& candidate, float* f) {
  const SiteRules& rules = work.points.rules;
  const Vec first = settle(work, candidate, at(work.surface.points[candidate.peak]), rules.settle_near);
  candidate.centre = settle(work, candidate, first, rules.settle_far);
  float spread = 0.0f, others = 0.0f;
  const uint32_t* members = work.members_of(candidate);
  for (uint32_t j = 0; j < candidate.points; ++j) {
    const uint32_t q = members[j];
    const float s = work.points.score[q];
    const float w = s * s;
    candidate.strong += s > 0.5f;
    candidate.sum += s;
    candidate.sum2 += w;
    if (s > candidate.strongest) candidate.strongest = s;
    const Vec v = at(work.surface.points[q]) - candidate.centre;
    spread += w * dot(v, v);
    others += w * static_cast<float>(work.points.bytes[uint64_t{kPointFeatures} * q + F_OTHER_CHAINS]);
  }
  const float scale = candidate.sum2 > 0.0f ? 1.0f / candidate.sum2 : 0.0f;
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

/// Weighted mean of a feature of a candidate's points.
AATGS_FN float pooled_mean(const SiteWork& work, const Candidate& candidate, uint32_t feature) {
  float sum = 0.0f;
  const uint32_t* members = work.members_of(candidate);
  for (uint32_t j = 0; j < candidate.points; ++j) {
    const float s = work.points.score[members[j]];
    sum += s * s * static_cast<float>(work.points.bytes[uint64_t{kPointFeatures} * members[j] + feature]);
  }
  return candidate.sum2 > 0.0f ? sum * (1.0f / candidate.sum2) : 0.0f;
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

/// The candidates of a structure with their features (kSiteFeatures each); gives back how many. Leaves `number` zero.
/// Collective.
template <class Block>
AATGS_FN uint32_t find_candidates(Block& block, const SiteWork& work, uint32_t* count, float* features) {
  const uint32_t n = list_peaks(block, work, count);
  list_members(block, work, n);
  const auto of = [&](uint32_t i) { return features + uint64_t{i} * kSiteFeatures; };
  block.for_each(n, [&](uint32_t i) {
    work.number[work.candidates[i].peak] = 0;
    pool(work, work.candidates[i], of(i));
  });
  block.barrier();
  block.for_each(n * kPooled, [&](uint32_t j) {
    const uint32_t i = j / kPooled, k = j % kPooled;
    of(i)[S_POOLED + k] = pooled_mean(work, work.candidates[i], pooled_feature(k));
  });
  block.for_each(n, [&](uint32_t i) { compare(work.candidates, n, i, of(i)); });
  block.barrier();
  return n;
}

}  // namespace aatgs::lbs
