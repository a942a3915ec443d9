// Points of the solvent-accessible surface (Shrake and Rupley 1973): on every atom's sphere, radius plus probe, those
// directions that no other sphere covers. The lattice of directions turns with the molecule, and so do the points.
#pragma once
#include <cstdint>

#include "lbs/lbs_cells.hpp"

namespace aatgs::lbs {

inline constexpr float kProbe = 1.6f;
inline constexpr float kLargestSphere = 1.8f + kProbe;

struct alignas(16) Point {
  float x, y, z;
  uint32_t atom;
};
AATGS_FN Vec at(const Point& p) { return {p.x, p.y, p.z}; }

struct Surface {
  const Directions* directions;
  uint64_t* exposed;  // atoms: bit k: direction k is free
  uint32_t* starts;   // atoms + 1: first point of each
  Point* points;
  uint32_t capacity;
};

/// Directions of an atom that no neighbour covers.
AATGS_FN uint64_t exposed_directions(const Atom* atoms, const Box& box, const Grid& grid, const Cells& cells,
                                     const Directions& directions, uint32_t atom) {
  const Atom me = atoms[atom];
  const Frame frame = frame_of(atoms, box, atom);
  const float mine = me.radius() + kProbe;
  uint8_t covered[kDirections] = {};
  for_near(cells, grid, at(me), mine + kLargestSphere, [&](uint32_t place) {
    const Atom& other = cells.sorted[place];
    const Vec d = at(other) - at(me);
    const float d2 = dot(d, d);
    const float theirs = other.radius() + kProbe;
    if (d2 >= (mine + theirs) * (mine + theirs) || cells.order[place] == atom) return;
    // |mine u - d|^2 < theirs^2
    const Vec e = frame.in(d);
    const float limit = (d2 + mine * mine - theirs * theirs) / (2.0f * mine);
    for (uint32_t k = 0; k < kDirections; ++k) {
      covered[k] |= directions.x[k] * e.x + directions.y[k] * e.y + directions.z[k] * e.z > limit;
    }
  });
  uint64_t free = 0;
  for (uint32_t k = 0; k < kDirections; ++k) free |= static_cast<uint64_t>(!covered[k]) << k;
  return free;
}

AATGS_FN uint32_t bits_of(uint64_t word) {
  uint32_t n = 0;
  for (; word; word &= word - 1) ++n;
  return n;
}

/// Fills the surface of a range; gives back how many points there are, at most its capacity. Collective.
template <class Team>
AATGS_FN uint32_t make_surface(Team& team, const Batch& batch, const Range& range, const Cells& cells,
                               const uint32_t* owners, const Surface& surface, uint32_t* chunks) {
  const uint32_t a0 = range.first_atom;
  team.for_each(range.atoms(), [&](uint32_t i) {
    const uint32_t atom = a0 + i;
    const uint32_t s = owners[atom];
    const uint64_t free =
        exposed_directions(batch.atoms, batch.boxes[s], cells.grids[s], cells, *surface.directions, atom);
    surface.exposed[atom] = free;
    surface.starts[atom] = bits_of(free);
  });
  team.barrier();
  exclusive_scan(team, surface.starts + a0, range.atoms(), 0, chunks);
  const uint32_t total = surface.starts[a0 + range.atoms()];
  const uint32_t points = total < surface.capacity ? total : surface.capacity;
  team.barrier();
  team.for_each(range.atoms(), [&](uint32_t i) {
    const uint32_t atom = a0 + i;
    const Atom& me = batch.atoms[atom];
    const Frame frame = frame_of(batch.atoms, batch.boxes[owners[atom]], atom);
    const float mine = me.radius() + kProbe;
    uint32_t at_point = surface.starts[atom];
    for (uint32_t k = 0; k < kDirections; ++k) {
      if (!(surface.exposed[atom] >> k & 1) || at_point >= surface.capacity) continue;
      const Vec p =
          at(me) + mine * frame.out({surface.directions->x[k], surface.directions->y[k], surface.directions->z[k]});
      surface.points[at_point++] = {p.x, p.y, p.z, atom};
    }
  });
  team.barrier();
  if (total > surface.capacity) {
    // What follows looks points up by their atoms: ranges must end where the memory does.
    team.for_each(range.atoms() + 1, [&](uint32_t i) {
      if (surface.starts[a0 + i] > surface.capacity) surface.starts[a0 + i] = surface.capacity;
    });
    team.barrier();
  }
  return points;
}

/// Calls f(point) for every point that may lie within `radius` of p.
template <class F>
AATGS_FN void for_near_points(const Cells& cells, const Grid& grid, const Surface& surface, Vec p, float radius, F f) {
  const float reach = radius + kLargestSphere;
  for_near(cells, grid, p, reach, [&](uint32_t place) {
    const Vec d = at(cells.sorted[place]) - p;
    if (dot(d, d) > reach * reach) return;
    const uint32_t atom = cells.order[place];
    const uint32_t end = surface.starts[atom + 1];
    for (uint32_t q = surface.starts[atom]; q < end; ++q) f(q);
  });
}

}  // namespace aatgs::lbs
