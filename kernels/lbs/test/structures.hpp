// Structures and models to test with: random coils of atoms, and forests of random splits.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "lbs/lbs_sites.hpp"

namespace aatgs::lbs::test {

/// A model as its setup's parts.
struct Model {
  std::vector<float> borders, site_borders;
  std::vector<uint32_t> points, site;
  std::vector<float> rules;
};

inline std::vector<uint32_t> random_forest(uint32_t trees, uint32_t depth, uint32_t features, std::mt19937& random) {
  const uint32_t leaves = 1u << depth;
  std::vector<uint32_t> words(forest_words(trees, depth), 0);
  words[0] = trees;
  words[1] = depth;
  std::uniform_real_distribution<float> uniform(-0.5f, 0.5f);
  for (uint32_t t = 0; t < trees; ++t) {
    uint32_t* tree = words.data() + kForestHeaderWords + uint64_t{t} * (leaves / 2 + leaves);
    auto* nodes = reinterpret_cast<uint16_t*>(tree);
    for (uint32_t i = 0; i + 1 < leaves; ++i) {
      nodes[i] = static_cast<uint16_t>(random() % features | (random() % kBorders) << 8);
    }
    auto* values = reinterpret_cast<float*>(tree + leaves / 2);
    for (uint32_t i = 0; i < leaves; ++i) values[i] = uniform(random);
  }
  return words;
}

/// Scores have no meaning, but every path of the step is taken.
inline Model random_model(uint32_t seed) {
  std::mt19937 random(seed);
  Model model;
  for (uint32_t k = 0; k < kPointFeatures; ++k) {
    for (uint32_t b = 0; b < kBorders; ++b) model.borders.push_back(0.2f * static_cast<float>(b));
  }
  for (uint32_t k = 0; k < kSiteFeatures; ++k) {
    for (uint32_t b = 0; b < kBorders; ++b) model.site_borders.push_back(0.5f * static_cast<float>(b));
  }
  model.points = random_forest(40, 5, kPointFeatures, random);
  model.site = random_forest(20, 3, kSiteFeatures, random);
  model.rules = {0.3f, 5, 4.5f, 4, 5, 3, 0.003f, 0, 1, 0};
  return model;
}

/// One structure's atoms.
struct Molecule {
  std::vector<Atom> atoms;
  std::vector<uint32_t> residues;
};

/// A coil that folds back into a ball: 1.5 A steps, five atoms a residue.
inline Molecule coil(uint32_t n, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  const float size = 2.2f * std::cbrt(static_cast<float>(n));
  Molecule molecule;
  Vec p{0, 0, 0};
  for (uint32_t i = 0; i < n; ++i) {
    Vec step{normal(random), normal(random), normal(random)};
    if (norm(p) > size) step = step - (2.0f / size) * p;
    p = p + (1.5f / std::max(0.1f, norm(step))) * step;
    const uint32_t kind = random() % kKinds, residue = (i / 5) % 20;
    const uint32_t radius = random() % 4;
    molecule.atoms.push_back({p.x, p.y, p.z, radius | kind << 4 | residue << 8 | 15u << 16});
    molecule.residues.push_back((i > n / 2 ? 1u << 24 : 0) | i / 5);
  }
  return molecule;
}

/// Structures as they are staged.
inline std::vector<uint32_t> batch_of(const std::vector<Molecule>& molecules) {
  uint32_t atoms = 0;
  for (const Molecule& molecule : molecules) atoms += static_cast<uint32_t>(molecule.atoms.size());
  const auto count = static_cast<uint32_t>(molecules.size());
  std::vector<uint32_t> words(input_words(count, atoms), 0);
  words[0] = kInputMagic;
  words[1] = count;
  words[2] = atoms;
  auto* boxes = reinterpret_cast<Box*>(words.data() + kInputHeaderWords);
  auto* list = reinterpret_cast<Atom*>(words.data() + kInputHeaderWords + 8 * count);
  uint32_t* residues = words.data() + kInputHeaderWords + 8 * count + 4 * atoms;
  uint32_t first = 0;
  for (uint32_t s = 0; s < count; ++s) {
    const Molecule& molecule = molecules[s];
    const auto n = static_cast<uint32_t>(molecule.atoms.size());
    Box box{first, n, {1e9f, 1e9f, 1e9f}, {-1e9f, -1e9f, -1e9f}};
    for (const Atom& atom : molecule.atoms) {
      const float xyz[3] = {atom.x, atom.y, atom.z};
      for (uint32_t k = 0; k < 3; ++k) {
        box.low[k] = std::min(box.low[k], xyz[k]);
        box.high[k] = std::max(box.high[k], xyz[k]);
      }
    }
    boxes[s] = box;
    std::copy(molecule.atoms.begin(), molecule.atoms.end(), list + first);
    std::copy(molecule.residues.begin(), molecule.residues.end(), residues + first);
    first += n;
  }
  return words;
}

}  // namespace aatgs::lbs::test
