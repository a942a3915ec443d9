// From log odds to probabilities that hold.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "lbs/lbs_state.hpp"

namespace aatgs::lbs::train {

/// Slope and offset (Platt 1999), by Newton's method.
inline Calibration calibrate(const std::vector<float>& margin, const std::vector<float>& label) {
  double a = 1, b = 0;
  for (int step = 0; step < 50; ++step) {
    double ga = 0, gb = 0, haa = 1e-9, hab = 0, hbb = 1e-9;
    for (size_t i = 0; i < margin.size(); ++i) {
      const double p = 1 / (1 + std::exp(-(a * margin[i] + b)));
      const double error = label[i] - p, w = p * (1 - p);
      ga += error * margin[i];
      gb += error;
      haa += w * margin[i] * margin[i];
      hab += w * margin[i];
      hbb += w;
    }
    const double det = haa * hbb - hab * hab;
    a += (hbb * ga - hab * gb) / det;
    b += (haa * gb - hab * ga) / det;
  }
  return {static_cast<float>(a), static_cast<float>(b)};
}

/// Expected calibration error over ten bins of equal width.
inline double calibration_error(const std::vector<float>& probability, const std::vector<float>& label) {
  double sum[10] = {}, hits[10] = {}, error = 0;
  for (size_t i = 0; i < probability.size(); ++i) {
    const int bin = std::clamp(static_cast<int>(probability[i] * 10), 0, 9);
    sum[bin] += probability[i];
    hits[bin] += label[i];
  }
  for (int bin = 0; bin < 10; ++bin) error += std::fabs(sum[bin] - hits[bin]);
  return error / static_cast<double>(std::max<size_t>(1, probability.size()));
}

}  // namespace aatgs::lbs::train
