// The figures of eval.py: shares of ligands found among the first n + k sites.
#pragma once
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "scene.hpp"

namespace aatgs::lbs::train {

struct Site {
  Vec centre;
  float score;        // rank by this, descending
  float probability;
};

struct Rates {
  uint32_t structures = 0, ligands = 0, sites = 0;
  double top_n = 0, top_n2 = 0, any = 0, dcc_n = 0, dcc_n2 = 0, dcc12_n2 = 0, first = 0;
};

inline float dca(const Ligand& ligand, Vec p) {
  float best = 1e9f;
  for (const Vec& a : ligand.atoms) {
    const float d = norm(a - p);
    if (d < best) best = d;
  }
  return best;
}

/// Sites must be in order of rank.
inline Rates evaluate(const std::vector<const Entry*>& entries, const std::vector<const std::vector<Site>*>& sites) {
  Rates r;
  for (size_t e = 0; e < entries.size(); ++e) {
    std::vector<const Ligand*> wanted;
    for (const Ligand& ligand : entries[e]->ligands) {
      if (ligand.strict) wanted.push_back(&ligand);
    }
    if (wanted.empty()) continue;
    const auto& found = *sites[e];
    const size_t n = wanted.size();
    r.structures += 1;
    r.sites += static_cast<uint32_t>(found.size());
    bool first = false;
    for (const Ligand* ligand : wanted) {
      size_t by_dca = 1e9, by_dcc = 1e9, by_dcc12 = 1e9;
      const Vec centre = ligand->centre();
      for (size_t i = found.size(); i-- > 0;) {
        if (dca(*ligand, found[i].centre) <= 4.0f) by_dca = i;
        const float d = norm(centre - found[i].centre);
        if (d <= 4.0f) by_dcc = i;
        if (d <= 12.0f) by_dcc12 = i;
      }
      r.ligands += 1;
      r.top_n += by_dca < n;
      r.top_n2 += by_dca < n + 2;
      r.any += by_dca < found.size();
      r.dcc_n += by_dcc < n;
      r.dcc_n2 += by_dcc < n + 2;
      r.dcc12_n2 += by_dcc12 < n + 2;
      first = first || by_dca == 0;
    }
    r.first += first;
  }
  for (double* rate : {&r.top_n, &r.top_n2, &r.any, &r.dcc_n, &r.dcc_n2, &r.dcc12_n2}) *rate *= 100.0 / r.ligands;
  r.first *= 100.0 / r.structures;
  return r;
}

inline void print(const std::string& name, const Rates& r) {
  std::printf(
      "%-34s %4u structures %4u ligands %5.1f sites | DCA n %5.1f n+2 %5.1f any %5.1f | DCC n %5.1f n+2 %5.1f 12A "
      "%5.1f "
      "| P@1 %5.1f\n",
      name.c_str(), r.structures, r.ligands, static_cast<double>(r.sites) / r.structures, r.top_n, r.top_n2, r.any,
      r.dcc_n, r.dcc_n2, r.dcc12_n2, r.first);
  std::fflush(stdout);
}

}  // namespace aatgs::lbs::train
