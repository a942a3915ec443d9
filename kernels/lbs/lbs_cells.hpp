// Cell lists: the atoms of every structure sorted by cubes of about 6 A. Deterministic: counts are sums of integers, and
// the atoms of a cell are put into the order of the file.
#pragma once
#include <cstdint>

#include "aatgs/atomic.hpp"
#include "lbs/lbs_geometry.hpp"

namespace aatgs::lbs {

inline constexpr float kCellSize = 6.0f;
/// Cells a structure may have besides one for each atom.
inline constexpr uint32_t kSpareCells = 64;

struct Grid {
  float low[3];
  float per_cell;  // 1 / size
  uint32_t n[3];
  uint32_t first_cell;

  AATGS_FN uint32_t along(uint32_t axis, float x) const {
    const float f = (x - low[axis]) * per_cell;
    const uint32_t i = f > 0.0f ? static_cast<uint32_t>(f < 1e6f ? f : 1e6f) : 0;
    return i < n[axis] ? i : n[axis] - 1;
  }
  AATGS_FN uint32_t cell(const Atom& a) const {
    return first_cell + (along(2, a.z) * n[1] + along(1, a.y)) * n[0] + along(0, a.x);
  }
};

AATGS_FN Grid grid_of(const Box& box, uint32_t structure) {
  Grid grid{};
  float size = kCellSize;
  for (;;) {
    uint64_t cells = 1;
    for (uint32_t k = 0; k < 3; ++k) {
      const float f = (box.high[k] - box.low[k]) / size;
      grid.n[k] = 1 + static_cast<uint32_t>(f < 1e6f ? f : 1e6f);
      cells *= grid.n[k];
      grid.low[k] = box.low[k];
    }
    if (cells <= uint64_t{box.atoms} + kSpareCells) break;
    size *= 1.25f;  // few atoms in a wide box
  }
  grid.per_cell = 1.0f / size;
  grid.first_cell = box.first_atom + kSpareCells * structure;
  return grid;
}

/// Turns counts into the sums before each, starting at `base`. `values` has n + 1 words; the last one gets the total.
inline constexpr uint32_t kScanChunk = 256;
template <class Team>
AATGS_FN void exclusive_scan(Team& team, uint32_t* values, uint32_t n, uint32_t base, uint32_t* chunks) {
  const uint32_t count = (n + kScanChunk - 1) / kScanChunk;
  const auto end_of = [n](uint32_t c) { return (c + 1) * kScanChunk < n ? (c + 1) * kScanChunk : n; };
  team.for_each(count, [&](uint32_t c) {
    uint32_t sum = 0;
    for (uint32_t i = c * kScanChunk; i < end_of(c); ++i) sum += values[i];
    chunks[c] = sum;
  });
  team.barrier();
  team.leader([&] {
    uint32_t sum = base;
    for (uint32_t c = 0; c < count; ++c) {
      const uint32_t mine = chunks[c];
      chunks[c] = sum;
      sum += mine;
    }
    values[n] = sum;
  });
  team.barrier();
  team.for_each(count, [&](uint32_t c) {
    uint32_t sum = chunks[c];
    for (uint32_t i = c * kScanChunk; i < end_of(c); ++i) {
      const uint32_t mine = values[i];
      values[i] = sum;
      sum += mine;
    }
  });
  team.barrier();
}

/// Atoms in cells, of all structures of a batch.
struct Cells {
  Grid* grids;  // structures
  uint32_t* starts;  // cells + 1: place of the first atom in `order`
  uint32_t* fill;  // cells
  uint32_t* order;  // atoms: the batch's number of the atom at a place
  Atom* sorted;  // atoms: the atom there
};

/// Calls f(place) for every place whose atom may lie within `radius` of (x, y, z).
template <class F>
AATGS_FN void for_near(const Cells& cells, const Grid& grid, Vec p, float radius, F f) {
  const uint32_t x0 = grid.along(0, p.x - radius), x1 = grid.along(0, p.x + radius);
  const uint32_t y0 = grid.along(1, p.y - radius), y1 = grid.along(1, p.y + radius);
  const uint32_t z0 = grid.along(2, p.z - radius), z1 = grid.along(2, p.z + radius);
  for (uint32_t z = z0; z <= z1; ++z) {
    for (uint32_t y = y0; y <= y1; ++y) {
      const uint32_t row = grid.first_cell + (z * grid.n[1] + y) * grid.n[0];
      const uint32_t end = cells.starts[row + x1 + 1];
      for (uint32_t i = cells.starts[row + x0]; i < end; ++i) f(i);
    }
  }
}

/// Which structures and atoms of the batch a config works on.
struct Range {
  uint32_t first, last;  // structures
  uint32_t first_atom, last_atom;  // atoms
  AATGS_FN uint32_t structures() const { return last - first; }
  AATGS_FN uint32_t atoms() const { return last_atom - first_atom; }
  AATGS_FN uint32_t first_cell() const { return first_atom + kSpareCells * first; }
  AATGS_FN uint32_t cells() const { return atoms() + kSpareCells * structures(); }
};

/// The structure an atom belongs to.
AATGS_FN uint32_t owner_of(const Box* boxes, const Range& range, uint32_t atom) {
  uint32_t low = range.first, high = range.last - 1;
  while (low < high) {
    const uint32_t middle = (low + high + 1) / 2;
    if (boxes[middle].first_atom <= atom) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

template <class Team>
AATGS_FN void sort_into_cells(Team& team, const Batch& batch, const Range& range, const Cells& cells, uint32_t* owners,
                              uint32_t* chunks) {
  const uint32_t c0 = range.first_cell();
  team.for_each(range.structures(), [&](uint32_t s) {
    cells.grids[range.first + s] = grid_of(batch.boxes[range.first + s], range.first + s);
  });
  team.for_each(range.cells() + 1, [&](uint32_t c) {
    cells.starts[c0 + c] = 0;
    if (c < range.cells()) cells.fill[c0 + c] = 0;
  });
  team.barrier();
  team.for_each(range.atoms(), [&](uint32_t i) {
    const uint32_t atom = range.first_atom + i;
    const uint32_t s = owner_of(batch.boxes, range, atom);
    owners[atom] = s;
    fetch_add(cells.starts[cells.grids[s].cell(batch.atoms[atom])], 1);
  });
  team.barrier();
  exclusive_scan(team, cells.starts + c0, range.cells(), range.first_atom, chunks);
  team.for_each(range.atoms(), [&](uint32_t i) {
    const uint32_t atom = range.first_atom + i;
    const uint32_t cell = cells.grids[owners[atom]].cell(batch.atoms[atom]);
    cells.order[cells.starts[cell] + fetch_add(cells.fill[cell], 1)] = atom;
  });
  team.barrier();
  team.for_each(range.cells(), [&](uint32_t c) {
    const uint32_t begin = cells.starts[c0 + c], end = cells.starts[c0 + c + 1];
    for (uint32_t i = begin + 1; i < end; ++i) {
      const uint32_t atom = cells.order[i];
      uint32_t j = i;
      for (; j > begin && cells.order[j - 1] > atom; --j) cells.order[j] = cells.order[j - 1];
      cells.order[j] = atom;
    }
    for (uint32_t i = begin; i < end; ++i) cells.sorted[i] = batch.atoms[cells.order[i]];
  });
  team.barrier();
}

}  // namespace aatgs::lbs
