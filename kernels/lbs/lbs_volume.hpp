// The free space of a site: cubes within 2 A of its points and outside all atoms.
#pragma once
#include <cstdint>

#include "aatgs/atomic.hpp"
#include "lbs/lbs_sites.hpp"

namespace aatgs::lbs {

inline constexpr uint32_t kVolumeSide = 32;  // cubes along an edge
inline constexpr float kVolumeReach = 2.0f;

/// Cubic angstroms. `cubes` is block memory of kVolumeSide^3 bytes. Collective.
template <class Block>
AATGS_FN float volume_of(Block& block, const Scene& scene, const Grid& grid, const uint32_t* members,
                         const Candidate& site, uint8_t* cubes) {
  constexpr uint32_t n = kVolumeSide;
  const float size = site.spread < 8.0f ? 1.0f : 2.0f;
  const float half = 0.5f * size * static_cast<float>(n);
  const Vec low{site.centre.x - half, site.centre.y - half, site.centre.z - half};
  block.barrier();
  block.for_each(n * n * n, [&](uint32_t i) { cubes[i] = 0; });
  block.barrier();
  block.for_each(site.points, [&](uint32_t i) {
    const Vec p = at(scene.surface.points[members[i]]) - low;
    const auto first = [&](float x) {
      const float f = floorf((x - kVolumeReach) / size);
      return f < 0.0f ? 0u : f >= static_cast<float>(n) ? n : static_cast<uint32_t>(f);
    };
    const auto last = [&](float x) {
      const float f = floorf((x + kVolumeReach) / size);
      return f < 0.0f ? 0u : f >= static_cast<float>(n) ? n - 1 : static_cast<uint32_t>(f);
    };
    for (uint32_t z = first(p.z); z <= last(p.z) && z < n; ++z) {
      for (uint32_t y = first(p.y); y <= last(p.y) && y < n; ++y) {
        for (uint32_t x = first(p.x); x <= last(p.x) && x < n; ++x) {
          const Vec c{size * (static_cast<float>(x) + 0.5f), size * (static_cast<float>(y) + 0.5f),
                      size * (static_cast<float>(z) + 0.5f)};
          const Vec v = c - p;
          if (dot(v, v) <= kVolumeReach * kVolumeReach) put<uint8_t>(cubes[(z * n + y) * n + x], 1);
        }
      }
    }
  });
  block.barrier();
  const uint32_t free = block.template sum<uint32_t>(n * n * n, [&](uint32_t i) -> uint32_t {
    if (!cubes[i]) return 0;
    const Vec c = low + Vec{size * (static_cast<float>(i % n) + 0.5f), size * (static_cast<float>(i / n % n) + 0.5f),
                            size * (static_cast<float>(i / n / n) + 0.5f)};
    bool inside = false;
    for_near(scene.cells, grid, c, 1.8f, [&](uint32_t place) {
      const Atom& atom = scene.cells.sorted[place];
      const Vec v = at(atom) - c;
      inside = inside || dot(v, v) < atom.radius() * atom.radius();
    });
    return inside ? 0 : 1;
  });
  return static_cast<float>(free) * size * size * size;
}

}  // namespace aatgs::lbs
