// What an instance holds: the models, the batch, its results, and working memory.
#pragma once
#include <cstdint>

#include "aatgs/module.hpp"
#include "lbs/lbs_layout.h"
#include "lbs/lbs_output.hpp"
#include "lbs/lbs_sites.hpp"
#include "lbs/lbs_volume.hpp"

namespace aatgs::lbs {

/// Parts of the setup, in this order.
enum LbsPart : uint32_t {
  PART_BORDERS,       // f32: kPointFeatures x kBorders
  PART_POINTS,        // forest of the point model
  PART_SITE_BORDERS,  // f32: kSiteFeatures x kBorders
  PART_SITE,          // forest of the site model
  PART_RULES,         // SiteRules, then Calibration
  PART_BATCH,         // optional: the batch an instance starts with
  kParts
};

/// Probability of a site: sigmoid(slope * score + offset).
struct Calibration {
  float slope, offset;
};

struct LbsModel {
  const float* borders;
  Forest points;
  const float* site_borders;
  Forest site;
  SiteRules rules;
  Calibration calibration;
};

/// How far the batch is.
struct Progress {
  uint32_t structures, atoms;
  uint32_t done;
  uint32_t loaded;  // whether the batch below is one; otherwise the setup's counts
};

struct LbsState {
  uint32_t max_atoms, max_structures, max_points;
  LbsModel model;
  const Directions* directions;
  const uint32_t* first_batch;  // null where the setup brought none
  uint32_t first_words;
  // State.
  Progress* progress;
  uint32_t* input;
  StructureResult* results;
  // Scratch.
  Cells cells;
  uint32_t* owners;  // atoms
  uint32_t* chunks;
  AtomBurial* burial;  // atoms
  uint64_t* exposed;
  uint32_t* starts;
  Point* points;
  uint8_t* bytes;
  float* rays;   // points: blocked rays within 12 A
  float* score;
  float* density;
  uint32_t* climb;
  uint32_t* peaks;
  uint32_t* members;      // points: those of each candidate, see SiteWork
  uint32_t* site_of;      // points: number of the site by its peak, from 1; 0: none
  Candidate* candidates;  // structures x kMaxSites
  float* site_features;   // structures x kMaxSites x kSiteFeatures
  float* atom_score;
  uint32_t* atom_site;
};

}  // namespace aatgs::lbs
