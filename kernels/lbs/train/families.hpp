// Folds that never split a family: sequences are aligned locally (Smith and Waterman 1981, BLOSUM62, gaps 11 and 1), and
// those that score like homologues are joined, single linkage. An entry's chains join their families, too.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "dataset.hpp"

namespace aatgs::lbs::train {

/// Raw score of about 45 bits: chance does not get there in any data base.
inline constexpr int kFamilyScore = 110;

inline const int8_t* blosum62() {
  static const int8_t table[20 * 20] = {
      4,  -1, -2, -2, 0,  -1, -1, 0,  -2, -1, -1, -1, -1, -2, -1, 1,  0,  -3, -2, 0,  // A
      -1, 5,  0,  -2, -3, 1,  0,  -2, 0,  -3, -2, 2,  -1, -3, -2, -1, -1, -3, -2, -3,  // R
      -2, 0,  6,  1,  -3, 0,  0,  0,  1,  -3, -3, 0,  -2, -3, -2, 1,  0,  -4, -2, -3,  // N
      -2, -2, 1,  6,  -3, 0,  2,  -1, -1, -3, -4, -1, -3, -3, -1, 0,  -1, -4, -3, -3,  // D
      0,  -3, -3, -3, 9,  -3, -4, -3, -3, -1, -1, -3, -1, -2, -3, -1, -1, -2, -2, -1,  // C
      -1, 1,  0,  0,  -3, 5,  2,  -2, 0,  -3, -2, 1,  0,  -3, -1, 0,  -1, -2, -1, -2,  // Q
      -1, 0,  0,  2,  -4, 2,  5,  -2, 0,  -3, -3, 1,  -2, -3, -1, 0,  -1, -3, -2, -2,  // E
      0,  -2, 0,  -1, -3, -2, -2, 6,  -2, -4, -4, -2, -3, -3, -2, 0,  -2, -2, -3, -3,  // G
      -2, 0,  1,  -1, -3, 0,  0,  -2, 8,  -3, -3, -1, -2, -1, -2, -1, -2, -2, 2,  -3,  // H
      -1, -3, -3, -3, -1, -3, -3, -4, -3, 4,  2,  -3, 1,  0,  -3, -2, -1, -3, -1, 3,  // I
      -1, -2, -3, -4, -1, -2, -3, -4, -3, 2,  4,  -2, 2,  0,  -3, -2, -1, -2, -1, 1,  // L
      -1, 2,  0,  -1, -3, 1,  1,  -2, -1, -3, -2, 5,  -1, -3, -1, 0,  -1, -3, -2, -2,  // K
      -1, -1, -2, -3, -1, 0,  -2, -3, -2, 1,  2,  -1, 5,  0,  -2, -1, -1, -1, -1, 1,  // M
      -2, -3, -3, -3, -2, -3, -3, -3, -1, 0,  0,  -3, 0,  6,  -4, -2, -2, 1,  3,  -1,  // F
      -1, -2, -2, -1, -3, -1, -1, -2, -2, -3, -3, -1, -2, -4, 7,  -1, -1, -4, -3, -2,  // P
      1,  -1, 1,  0,  -1, 0,  0,  0,  -1, -2, -2, 0,  -1, -2, -1, 4,  1,  -3, -2, -2,  // S
      0,  -1, 0,  -1, -1, -1, -1, -2, -2, -1, -1, -1, -1, -2, -1, 1,  5,  -2, -2, 0,  // T
      -3, -3, -4, -4, -2, -2, -3, -2, -2, -3, -2, -3, -1, 1,  -4, -3, -2, 11, 2,  -3,  // W
      -2, -2, -2, -3, -2, -1, -2, -3, 2,  -1, -1, -2, -1, 3,  -3, -2, -2, 2,  7,  -1,  // Y
      0,  -3, -3, -3, -1, -2, -2, -3, -3, 3,  1,  -2, 1,  -1, -2, -2, 0,  -3, -1, 4};  // V
  return table;
}

inline std::vector<int8_t> encoded(const std::string& sequence) {
  static const std::string letters = "ARNDCQEGHILKMFPSTWYV";
  std::vector<int8_t> out;
  for (char c : sequence) {
    const auto i = letters.find(c);
    out.push_back(i == std::string::npos ? -1 : static_cast<int8_t>(i));
  }
  return out;
}

inline int align(const std::vector<int8_t>& a, const std::vector<int8_t>& b) {
  const int8_t* scores = blosum62();
  std::vector<int> h(b.size() + 1, 0), e(b.size() + 1, 0);
  int best = 0;
  for (const int8_t x : a) {
    int diagonal = 0, f = 0;
    for (size_t j = 1; j <= b.size(); ++j) {
      const int8_t y = b[j - 1];
      const int match = x < 0 || y < 0 ? -1 : scores[20 * x + y];
      e[j] = std::max(e[j] - 1, h[j] - 12);
      f = std::max(f - 1, h[j - 1] - 12);
      const int value = std::max({0, diagonal + match, e[j], f});
      diagonal = h[j];
      h[j] = value;
      best = std::max(best, value);
    }
  }
  return best;
}

/// Gives every entry its fold; gives back the number of families.
inline uint32_t assign_folds(std::vector<Entry>& entries, uint32_t folds) {
  std::map<std::string, uint32_t> index;
  for (const Entry& entry : entries) {
    for (const auto& sequence : entry.sequences) index.emplace(sequence, static_cast<uint32_t>(index.size()));
  }
  std::vector<std::vector<int8_t>> sequences(index.size());
  for (const auto& [text, i] : index) sequences[i] = encoded(text);
  std::vector<uint32_t> parent(index.size());
  std::iota(parent.begin(), parent.end(), 0u);
  const auto root = [&](uint32_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  std::vector<std::vector<uint32_t>> hits(sequences.size());
  std::vector<std::thread> threads;
  const uint32_t workers = std::max(1u, std::thread::hardware_concurrency());
  for (uint32_t w = 0; w < workers; ++w) {
    threads.emplace_back([&, w] {
      for (uint32_t i = w; i < sequences.size(); i += workers) {
        for (uint32_t j = 0; j < i; ++j) {
          if (align(sequences[i], sequences[j]) >= kFamilyScore) hits[i].push_back(j);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (uint32_t i = 0; i < hits.size(); ++i) {
    for (uint32_t j : hits[i]) parent[root(i)] = root(j);
  }
  for (const Entry& entry : entries) {
    const uint32_t first = root(index.at(entry.sequences[0]));
    for (const auto& sequence : entry.sequences) parent[root(index.at(sequence))] = first;
  }
  // The largest families first, each to the fold with the fewest entries.
  std::map<uint32_t, std::vector<Entry*>> families;
  for (Entry& entry : entries) families[root(index.at(entry.sequences[0]))].push_back(&entry);
  std::vector<std::vector<Entry*>> ordered;
  for (auto& [_, members] : families) ordered.push_back(members);
  std::stable_sort(ordered.begin(), ordered.end(), [](auto& a, auto& b) { return a.size() > b.size(); });
  std::vector<size_t> load(folds, 0);
  for (auto& members : ordered) {
    const auto fold = std::min_element(load.begin(), load.end()) - load.begin();
    for (Entry* entry : members) entry->fold = static_cast<uint32_t>(fold);
    load[static_cast<size_t>(fold)] += members.size();
  }
  return static_cast<uint32_t>(families.size());
}

}  // namespace aatgs::lbs::train
