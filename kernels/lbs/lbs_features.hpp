// What a surface point is described by: how buried it is, how the walls around it stand, and what they are made of.
#pragma once
#include <cstdint>

#include "lbs/lbs_surface.hpp"

namespace aatgs::lbs {

inline constexpr uint32_t kCountRadii = 6;
inline constexpr float kReach = 12.0f;
/// Half-width of a ray: what is closer to its axis blocks it.
inline constexpr float kRayWidth2 = 4.0f;

/// Places of the features in a point's list.
enum PointFeature : uint32_t {
  F_COUNTS = 0,                      // atoms within 4, 5, 6, 8, 10, 12 A
  F_ASYMMETRY = F_COUNTS + 6,        // length of the mean direction to them, 6, 10, 12 A
  F_TURN = F_ASYMMETRY + 3,          // angle between the near and the far one
  F_RAYS = F_TURN + 1,               // rays blocked within 6, 9, 12 A
  F_PAIRS = F_RAYS + 3,              // axes blocked both ways within 8, 12 A
  F_RAY_MEAN = F_PAIRS + 2,          // mean free way, up to 12 A
  F_KINDS_NEAR = F_RAY_MEAN + 1,     // atoms by kind, weight 1 - d/6
  F_KINDS_FAR = F_KINDS_NEAR + 15,   // their shares, weight 1 - d/10
  F_RESIDUES = F_KINDS_FAR + 15,     // atoms by residue, weight 1 - d/8
  F_HYDROPATHY = F_RESIDUES + 21,    // mean over 6 and 10 A (Kyte and Doolittle 1982)
  F_OTHER_CHAINS = F_HYDROPATHY + 2, // share of atoms of other chains, weight 1 - d/8
  F_ATOM_BURIAL = F_OTHER_CHAINS + 1,// mean neighbours within 10 and 15 A of the atoms within 6 A
  F_ATOM_EXPOSED = F_ATOM_BURIAL + 2,// their mean exposure, and the own atom's
  F_ATOMS = F_ATOM_EXPOSED + 2,      // atoms of the structure
  F_CENTRE = F_ATOMS + 1,            // distance from its centroid
  kPointFeatures = F_CENTRE + 1
};

/// Neighbours of an atom, for all points around it.
struct AtomBurial {
  float within10, within15;
};

AATGS_FN AtomBurial burial_of(const Cells& cells, const Grid& grid, Vec p) {
  uint32_t near = 0, far = 0;
  for_near(cells, grid, p, 15.0f, [&](uint32_t place) {
    const Vec d = at(cells.sorted[place]) - p;
    const float d2 = dot(d, d);
    near += d2 < 100.0f;
    far += d2 < 225.0f;
  });
  return {static_cast<float>(near), static_cast<float>(far)};
}

AATGS_FN float hydropathy_of(uint32_t residue) {
  constexpr int8_t table[kResidues] = {18,  -45, -35, -35, 25, -35, -35, -4,  -32, 45, 38,
                                       -39, 19,  28,  -16, -8, -7,  -9,  -13, 42,  0};
  return 0.1f * static_cast<float>(table[residue < kResidues ? residue : kResidues - 1]);
}

struct Scene {
  Batch batch;
  const Cells& cells;
  const Surface& surface;
  const AtomBurial* burial;  // by atom
};

/// The features of one point.
AATGS_FN void describe(const Scene& scene, const Grid& grid, const Box& box, const Point& point, float* f) {
  for (uint32_t k = 0; k < kPointFeatures; ++k) f[k] = 0.0f;
  const Vec p = at(point);
  const Frame frame = frame_of(scene.batch.atoms, box, point.atom);
  const Directions& directions = *scene.surface.directions;
  float ahead[16], behind[16], axis_x[16], axis_y[16], axis_z[16];
  for (uint32_t k = 0; k < 16; ++k) {
    ahead[k] = behind[k] = 144.0f;
    // In the molecule's frame, so that every neighbour needs no turning.
    const Vec axis =
        k < kRays / 2 ? frame.out({directions.ray_x[k], directions.ray_y[k], directions.ray_z[k]}) : Vec{0, 0, 0};
    axis_x[k] = axis.x;
    axis_y[k] = axis.y;
    axis_z[k] = axis.z;
  }
  const uint32_t chain = scene.batch.residues[point.atom] >> 24;
  Vec mean6{0, 0, 0}, mean10{0, 0, 0}, mean12{0, 0, 0};
  float weight6 = 0, weight8 = 0, weight10 = 0, others = 0;
  uint32_t counts[kCountRadii] = {};
  for_near(scene.cells, grid, p, kReach, [&](uint32_t place) {
    const Atom& atom = scene.cells.sorted[place];
    const Vec v = at(atom) - p;
    const float d2 = dot(v, v);
    if (d2 >= kReach * kReach) return;
    counts[0] += d2 < 16.0f;
    counts[1] += d2 < 25.0f;
    counts[2] += d2 < 36.0f;
    counts[3] += d2 < 64.0f;
    counts[4] += d2 < 100.0f;
    counts[5] += 1;
    const float d = sqrtf(d2);
    const Vec u = (1.0f / (d > 0.1f ? d : 0.1f)) * v;
    mean12 = mean12 + u;
    for (uint32_t k = 0; k < 16; ++k) {
      const float t = axis_x[k] * v.x + axis_y[k] * v.y + axis_z[k] * v.z;
      const float hit = d2 - t * t < kRayWidth2 ? d2 : 144.0f;
      const float front = t > 0.0f ? hit : 144.0f;
      const float back = t > 0.0f ? 144.0f : hit;
      ahead[k] = front < ahead[k] ? front : ahead[k];
      behind[k] = back < behind[k] ? back : behind[k];
    }
    if (d2 >= 100.0f) return;
    mean10 = mean10 + u;
    const float hydropathy = hydropathy_of(atom.residue());
    const float w10 = 1.0f - d / 10.0f;
    weight10 += w10;
    f[F_KINDS_FAR + atom.kind()] += w10;
    f[F_HYDROPATHY + 1] += w10 * hydropathy;
    if (d2 >= 64.0f) return;
    const float w8 = 1.0f - d / 8.0f;
    weight8 += w8;
    f[F_RESIDUES + atom.residue()] += w8;
    const uint32_t number = scene.cells.order[place];
    if (scene.batch.residues[number] >> 24 != chain) others += w8;
    if (d2 >= 36.0f) return;
    mean6 = mean6 + u;
    const float w6 = 1.0f - d / 6.0f;
    weight6 += w6;
    f[F_KINDS_NEAR + atom.kind()] += w6;
    f[F_HYDROPATHY] += w6 * hydropathy;
    f[F_ATOM_BURIAL] += w6 * scene.burial[number].within10;
    f[F_ATOM_BURIAL + 1] += w6 * scene.burial[number].within15;
    f[F_ATOM_EXPOSED] += w6 * static_cast<float>(scene.surface.starts[number + 1] - scene.surface.starts[number]);
  });
  for (uint32_t k = 0; k < kCountRadii; ++k) f[F_COUNTS + k] = static_cast<float>(counts[k]);
  const float length6 = norm(mean6), length10 = norm(mean10), length12 = norm(mean12);
  const auto share = [](float part, float of) { return of > 0.0f ? part / of : 0.0f; };
  f[F_ASYMMETRY] = share(length6, static_cast<float>(counts[2]));
  f[F_ASYMMETRY + 1] = share(length10, static_cast<float>(counts[4]));
  f[F_ASYMMETRY + 2] = share(length12, static_cast<float>(counts[5]));
  f[F_TURN] = share(dot(mean6, mean12), length6 * length12);
  uint32_t blocked6 = 0, blocked9 = 0, blocked12 = 0, pairs8 = 0, pairs12 = 0;
  float way = 0.0f;
  for (uint32_t k = 0; k < kRays / 2; ++k) {
    blocked6 += (ahead[k] < 36.0f) + (behind[k] < 36.0f);
    blocked9 += (ahead[k] < 81.0f) + (behind[k] < 81.0f);
    blocked12 += (ahead[k] < 144.0f) + (behind[k] < 144.0f);
    pairs8 += ahead[k] < 64.0f && behind[k] < 64.0f;
    pairs12 += ahead[k] < 144.0f && behind[k] < 144.0f;
    way += sqrtf(ahead[k]) + sqrtf(behind[k]);
  }
  f[F_RAYS] = static_cast<float>(blocked6);
  f[F_RAYS + 1] = static_cast<float>(blocked9);
  f[F_RAYS + 2] = static_cast<float>(blocked12);
  f[F_PAIRS] = static_cast<float>(pairs8);
  f[F_PAIRS + 1] = static_cast<float>(pairs12);
  f[F_RAY_MEAN] = way / static_cast<float>(kRays);
  for (uint32_t k = 0; k < kKinds; ++k) f[F_KINDS_FAR + k] = share(f[F_KINDS_FAR + k], weight10);
  f[F_HYDROPATHY] = share(f[F_HYDROPATHY], weight6);
  f[F_HYDROPATHY + 1] = share(f[F_HYDROPATHY + 1], weight10);
  f[F_OTHER_CHAINS] = share(others, weight8);
  f[F_ATOM_BURIAL] = share(f[F_ATOM_BURIAL], weight6);
  f[F_ATOM_BURIAL + 1] = share(f[F_ATOM_BURIAL + 1], weight6);
  f[F_ATOM_EXPOSED] = share(f[F_ATOM_EXPOSED], weight6);
  f[F_ATOM_EXPOSED + 1] = static_cast<float>(scene.surface.starts[point.atom + 1] - scene.surface.starts[point.atom]);
  f[F_ATOMS] = static_cast<float>(box.atoms);
  f[F_CENTRE] = norm(p);
}

}  // namespace aatgs::lbs
