// Vectors, frames, and directions on the sphere.
#pragma once
#include <cmath>
#include <cstdint>

#include "lbs/lbs_input.hpp"

namespace aatgs::lbs {

struct Vec {
  float x, y, z;
};
AATGS_FN Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
AATGS_FN Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
AATGS_FN Vec operator*(float s, Vec a) { return {s * a.x, s * a.y, s * a.z}; }
AATGS_FN float dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
AATGS_FN Vec cross(Vec a, Vec b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
AATGS_FN float norm(Vec a) { return sqrtf(dot(a, a)); }
AATGS_FN Vec at(const Atom& a) { return {a.x, a.y, a.z}; }

/// Directions of surface points on one atom's sphere, and of the rays that feel for walls. Both turn with the molecule.
inline constexpr uint32_t kDirections = 40;
inline constexpr uint32_t kRays = 30;  // fifteen axes, both ways

struct Directions {
  float x[kDirections], y[kDirections], z[kDirections];
  float ray_x[kRays / 2], ray_y[kRays / 2], ray_z[kRays / 2];
};

/// Points of a Fibonacci lattice on the sphere; for the rays on the upper half.
inline void fill_directions(Directions& d) {
  const double golden = 3.14159265358979323846 * (3.0 - std::sqrt(5.0));
  for (uint32_t i = 0; i < kDirections; ++i) {
    const double z = 1.0 - (2.0 * i + 1.0) / kDirections;
    const double r = std::sqrt(1.0 - z * z);
    d.x[i] = static_cast<float>(r * std::cos(golden * i));
    d.y[i] = static_cast<float>(r * std::sin(golden * i));
    d.z[i] = static_cast<float>(z);
  }
  for (uint32_t i = 0; i < kRays / 2; ++i) {
    const double z = 1.0 - (i + 0.5) / (kRays / 2);
    const double r = std::sqrt(1.0 - z * z);
    d.ray_x[i] = static_cast<float>(r * std::cos(golden * i));
    d.ray_y[i] = static_cast<float>(r * std::sin(golden * i));
    d.ray_z[i] = static_cast<float>(z);
  }
}

/// Axes that turn with the molecule.
struct Frame {
  Vec a, b, c;
  AATGS_FN Vec out(Vec v) const { return v.x * a + (v.y * b + v.z * c); }
  AATGS_FN Vec in(Vec v) const { return {dot(v, a), dot(v, b), dot(v, c)}; }
};

/// Of an atom: from itself and the two that follow it in its structure.
AATGS_FN Frame frame_of(const Atom* atoms, const Box& box, uint32_t atom) {
  Frame frame{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  if (box.atoms < 3) return frame;
  const uint32_t last = box.first_atom + box.atoms - 3;
  const uint32_t i = atom < last ? atom : last;
  const Vec u = at(atoms[i + 1]) - at(atoms[i]);
  const Vec v = at(atoms[i + 2]) - at(atoms[i]);
  const float length = norm(u);
  const Vec w = cross(u, v);
  const float area = norm(w);
  if (length < 1e-3f || area < 1e-3f) return frame;
  frame.a = (1.0f / length) * u;
  frame.c = (1.0f / area) * w;
  frame.b = cross(frame.c, frame.a);
  return frame;
}

}  // namespace aatgs::lbs
