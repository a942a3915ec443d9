// What the trainer can be told, as name=value; the defaults made the model that ships.
#pragma once
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>

#include "boost.hpp"
#include "lbs/lbs_sites.hpp"

namespace aatgs::lbs::train {

struct TrainOptions {
  std::map<std::string, double> values = {
      {"folds", 5},          // of the cross-validation
      {"near", 2.6},         // points this close to a ligand's atom are positive, A
      {"far", 5.5},          // points further than this from all ligands are negative, A
      {"negatives", 1200},   // of an entry, at most
      {"positives", 400},    // of an entry, at most
      {"trees", 250},        // of the point model
      {"depth", 6},        {"rate", 0.08},   {"lambda", 20},
      {"hessian", 20},     {"columns", 0.3},      // share of features a tree sees
      {"rows", 0.5},         // share of rows a tree sees
      {"site_trees", 150},   // of the site model
      {"site_depth", 4},   {"least", 0.01},       // rules of sites, see SiteRules
      {"density", 4.5},    {"climb", 3.5},   {"settle_near", 6},
      {"settle_far", 8},   {"apart", 3},     {"least_probability", 0.001},
      {"path", 1},           // whether to score the way there, too: geometry, chemistry, learning
  };

  double operator[](const std::string& name) const { return values.at(name); }
  float real(const std::string& name) const { return static_cast<float>(values.at(name)); }
  uint32_t count(const std::string& name) const { return static_cast<uint32_t>(values.at(name)); }

  void set(const std::string& assignment) {
    const auto equals = assignment.find('=');
    const std::string name = assignment.substr(0, equals);
    if (equals == std::string::npos || !values.count(name)) throw std::runtime_error("no such option: " + assignment);
    values[name] = std::atof(assignment.c_str() + equals + 1);
  }
  SiteRules rules() const {
    return {real("least"), real("density"),           real("climb"), real("settle_near"), real("settle_far"),
            real("apart"), real("least_probability"), 0.0f};
  }
  BoostOptions points() const {
    return {count("trees"),  count("depth"),  real("rate"), real("lambda"),
            real("hessian"), real("columns"), real("rows"), 1};
  }
  BoostOptions sites() const { return {count("site_trees"), count("site_depth"), 0.05f, 5.0f, 5.0f, 0.3f, 0.6f, 2}; }
};

}  // namespace aatgs::lbs::train
