// What the trainer reads: entries.txt and entries.bin of packages/lbs/training/dataset.ts.
#pragma once
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "lbs/lbs_geometry.hpp"
#include "lbs/lbs_input.hpp"

namespace aatgs::lbs::train {

struct Ligand {
  bool strict, p2rank, real;
  std::vector<Vec> atoms;
  Vec centre() const {
    Vec sum{0, 0, 0};
    for (const Vec& a : atoms) sum = sum + a;
    return (1.0f / static_cast<float>(atoms.size())) * sum;
  }
};

struct Entry {
  std::string set, id, mode;
  std::vector<std::string> sequences;
  std::vector<Ligand> ligands;
  double origin[3];
  std::vector<uint32_t> words;  // as staged
  uint32_t fold = 0;

  uint32_t atoms() const { return words[2]; }
  Batch batch() const { return {words.data(), 1, words[2]}; }
};

inline std::vector<Entry> read_entries(const std::string& folder) {
  std::ifstream text(folder + "/entries.txt");
  std::ifstream bin(folder + "/entries.bin", std::ios::binary);
  if (!text || !bin) throw std::runtime_error("cannot read the data set in " + folder);
  std::vector<Entry> entries;
  std::string line;
  while (std::getline(text, line)) {
    std::istringstream in(line);
    std::string kind;
    in >> kind;
    if (kind == "entry") {
      Entry entry;
      uint32_t ligands;
      std::string sequences, one;
      in >> entry.set >> entry.id >> entry.mode >> ligands >> sequences;
      std::istringstream parts(sequences);
      while (std::getline(parts, one, '/')) entry.sequences.push_back(one);
      uint32_t header[kInputHeaderWords];
      bin.read(reinterpret_cast<char*>(header), sizeof header);
      entry.words.resize(input_words(header[1], header[2]));
      std::memcpy(entry.words.data(), header, sizeof header);
      bin.read(reinterpret_cast<char*>(entry.words.data() + kInputHeaderWords),
               static_cast<std::streamsize>(4 * entry.words.size() - sizeof header));
      if (!bin) throw std::runtime_error("entries.bin ends early");
      entries.push_back(std::move(entry));
    } else if (kind == "ligand") {
      Ligand ligand;
      uint32_t strict, p2rank, real, n;
      in >> strict >> p2rank >> real >> n;
      ligand.strict = strict;
      ligand.p2rank = p2rank;
      ligand.real = real;
      ligand.atoms.resize(n);
      for (Vec& a : ligand.atoms) in >> a.x >> a.y >> a.z;
      entries.back().ligands.push_back(std::move(ligand));
    } else {
      for (double& o : entries.back().origin) in >> o;
    }
  }
  return entries;
}

}  // namespace aatgs::lbs::train
