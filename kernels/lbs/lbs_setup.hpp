// From a setup to an instance: what is refused, and where everything lies.
#pragma once
#include <cstdint>

#include "lbs/lbs_state.hpp"

namespace aatgs::lbs {

using Setup = SetupView<LbsSetup>;

inline bool is_forest(const Setup& setup, uint32_t part, uint32_t features) {
  const uint64_t words = setup.count<uint32_t>(part);
  if (words < kForestHeaderWords) return false;
  const uint32_t* w = setup.part<uint32_t>(part);
  if (w[1] == 0 || w[1] > 10 || w[0] > 1u << 16 || words != forest_words(w[0], w[1])) return false;
  const uint32_t leaves = 1u << w[1];
  for (uint32_t t = 0; t < w[0]; ++t) {
    const auto* nodes = reinterpret_cast<const uint16_t*>(w + kForestHeaderWords + uint64_t{t} * (leaves / 2 + leaves));
    for (uint32_t i = 0; i + 1 < leaves; ++i) {
      if ((nodes[i] & 255u) >= features) return false;
    }
  }
  return true;
}

/// Null, or what is wrong with a batch of `words` words.
inline const char* check_batch(const uint32_t* batch, uint64_t words) {
  if (words < kInputHeaderWords || batch[0] != kInputMagic) return "part 5, the batch, must begin with its header";
  if (words != input_words(batch[1], batch[2])) return "part 5, the batch, must be as long as its header says";
  uint64_t atoms = 0;
  const auto* boxes = reinterpret_cast<const Box*>(batch + kInputHeaderWords);
  for (uint32_t s = 0; s < batch[1]; ++s) {
    if (boxes[s].first_atom != atoms || boxes[s].atoms == 0) return "part 5, the batch, must list its atoms in order";
    atoms += boxes[s].atoms;
  }
  return atoms == batch[2] ? nullptr : "part 5, the batch, must list all its atoms";
}

inline const char* check_setup(const Setup& setup) {
  if (setup->max_atoms == 0 || setup->max_atoms > 1u << 24) return "maxAtoms must be between 1 and 2^24";
  if (setup->max_structures == 0 || setup->max_structures > 1u << 16)
    return "maxStructures must be between 1 and 65536";
  if (!(setup->points_per_atom > 0.0f && setup->points_per_atom <= static_cast<float>(kDirections)))
    return "pointsPerAtom must be above 0 and at most 40";
  if (setup.count<float>(PART_BORDERS) != uint64_t{kPointFeatures} * kBorders)
    return "part 0, the borders, is not of this version's features";
  if (!is_forest(setup, PART_POINTS, kPointFeatures)) return "part 1, the point model, is no forest of its features";
  if (setup.count<float>(PART_SITE_BORDERS) != uint64_t{kSiteFeatures} * kBorders)
    return "part 2, the site borders, is not of this version's features";
  if (!is_forest(setup, PART_SITE, kSiteFeatures)) return "part 3, the site model, is no forest of its features";
  if (setup.count<uint8_t>(PART_RULES) != sizeof(SiteRules) + sizeof(Calibration))
    return "part 4, the rules, must hold ten numbers";
  const uint64_t words = setup.count<uint32_t>(PART_BATCH);
  if (words == 0) return nullptr;
  const uint32_t* batch = setup.part<uint32_t>(PART_BATCH);
  if (const char* problem = check_batch(batch, words)) return problem;
  if (batch[1] > setup->max_structures || batch[2] > setup->max_atoms) return "part 5, the batch, is over the limits";
  return nullptr;
}

inline Forest lay_out_forest(Arena& arena, const Setup& setup, LbsPart part) {
  Forest forest = Forest::of(setup.part<uint32_t>(part));
  const uint32_t* words = arena.constant(setup.count<uint32_t>(part), setup.part<uint32_t>(part));
  forest.words = words ? words + kForestHeaderWords : nullptr;
  return forest;
}

inline void lay_out_state(Arena& arena, const Setup& setup, LbsState& state) {
  const uint64_t atoms = setup->max_atoms, structures = setup->max_structures;
  // A few more, for single atoms and small peptides, which are all surface.
  const uint64_t points = static_cast<uint64_t>(setup->points_per_atom * static_cast<float>(atoms)) + 4096;
  const uint64_t cells = atoms + kSpareCells * structures;
  state.max_atoms = setup->max_atoms;
  state.max_structures = setup->max_structures;
  state.max_points = static_cast<uint32_t>(points);
  LbsModel& model = state.model;
  model.borders = arena.constant(setup.count<float>(PART_BORDERS), setup.part<float>(PART_BORDERS));
  model.points = lay_out_forest(arena, setup, PART_POINTS);
  model.site_borders = arena.constant(setup.count<float>(PART_SITE_BORDERS), setup.part<float>(PART_SITE_BORDERS));
  model.site = lay_out_forest(arena, setup, PART_SITE);
  std::memcpy(&model.rules, setup.part<uint8_t>(PART_RULES), sizeof model.rules);
  std::memcpy(&model.calibration, setup.part<uint8_t>(PART_RULES) + sizeof model.rules, sizeof model.calibration);
  Directions directions;
  fill_directions(directions);
  state.directions = arena.constant(1, &directions);
  state.first_words = static_cast<uint32_t>(setup.count<uint32_t>(PART_BATCH));
  state.first_batch = state.first_words ? arena.constant(state.first_words, setup.part<uint32_t>(PART_BATCH)) : nullptr;

  state.progress = arena.state<Progress>(1);
  state.input = arena.state<uint32_t>(input_words(setup->max_structures, setup->max_atoms));
  state.results = arena.state<StructureResult>(structures, "results");

  state.cells.grids = arena.scratch<Grid>(structures);
  state.cells.starts = arena.scratch<uint32_t>(cells + 1);
  state.cells.fill = arena.scratch<uint32_t>(cells);
  state.cells.order = arena.scratch<uint32_t>(atoms);
  state.cells.sorted = arena.scratch<Atom>(atoms);
  state.owners = arena.scratch<uint32_t>(atoms);
  state.chunks = arena.scratch<uint32_t>(cells / kScanChunk + 2);
  state.burial = arena.scratch<AtomBurial>(atoms);
  state.exposed = arena.scratch<uint64_t>(atoms);
  state.starts = arena.scratch<uint32_t>(atoms + 1);
  state.points = arena.scratch<Point>(points);
  state.bytes = arena.scratch<uint8_t>(points * kPointFeatures);
  state.rays = arena.scratch<float>(points);
  state.score = arena.scratch<float>(points);
  state.density = arena.scratch<float>(points);
  state.climb = arena.scratch<uint32_t>(points);
  state.peaks = arena.scratch<uint32_t>(points);
  state.members = arena.scratch<uint32_t>(points);
  state.site_of = arena.scratch<uint32_t>(points);
  state.candidates = arena.scratch<Candidate>(structures * kMaxSites);
  state.site_features = arena.scratch<float>(structures * kMaxSites * kSiteFeatures);
  state.atom_score = arena.scratch<float>(atoms);
  state.atom_site = arena.scratch<uint32_t>(atoms);
  arena.block_shared(kVolumeSide * kVolumeSide * kVolumeSide);
}

}  // namespace aatgs::lbs
