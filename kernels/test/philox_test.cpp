// Philox4x32-10 against the known answers of its authors' library (Random123), and the shape of what we derive from it.
#include <cmath>

#include "aatgs/philox.hpp"
#include "check.hpp"

using namespace aatgs;

namespace {

void check_block(PhiloxBlock counter, uint32_t key0, uint32_t key1, PhiloxBlock expected) {
  const PhiloxBlock got = philox4x32(counter, key0, key1);
  for (int i = 0; i < 4; ++i) CHECK_EQ(got.x[i], expected.x[i]);
}

}  // namespace

TEST(known_answers) {
  check_block({{0, 0, 0, 0}}, 0, 0, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
  check_block({{~0u, ~0u, ~0u, ~0u}}, ~0u, ~0u, {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}});
  check_block({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0,
              {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}});
}

TEST(random_maps_seed_iteration_and_entity_to_key_and_counter) {
  const uint64_t seed = 0x299f31d0a4093822u, iteration = 0x0370734413198a2eu;
  Random random(seed, iteration, 0x85a308d3);
  for (uint32_t block = 0; block < 3; ++block) {
    const PhiloxBlock expected = philox4x32({{block, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0);
    for (uint32_t word : expected.x) CHECK_EQ(random.next(), word);
  }
  // Each part of the key alone must change the stream.
  const uint32_t base = Random(1, 1, 1).next();
  CHECK(Random(2, 1, 1).next() != base);
  CHECK(Random(1 + (uint64_t{1} << 32), 1, 1).next() != base);
  CHECK(Random(1, 2, 1).next() != base);
  CHECK(Random(1, 1 + (uint64_t{1} << 32), 1).next() != base);
  CHECK(Random(1, 1, 2).next() != base);
}

TEST(uniform_stays_in_range_and_has_its_moments) {
  CHECK_EQ(uniform_float(0), 0.0f);
  CHECK_EQ(uniform_float(~0u), 1.0f - 0x1p-24f);
  CHECK_EQ(uniform_double(0, 0), 0.0);
  CHECK_EQ(uniform_double(~0u, ~0u), 1.0 - 0x1p-53);
  const int n = 200000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double u = Random(7, static_cast<uint64_t>(i), 3).uniform();
    sum += u;
    squares += u * u;
  }
  const double mean = sum / n, variance = squares / n - mean * mean;
  // Five standard errors: 1/sqrt(12 n) for the mean, sqrt(1/180 n) for the variance.
  CHECK(std::abs(mean - 0.5) < 5 * std::sqrt(1.0 / (12.0 * n)));
  CHECK(std::abs(variance - 1.0 / 12) < 5 * std::sqrt(1.0 / (180.0 * n)));
}

TEST(normal_has_its_moments_and_stays_finite) {
  // The largest draw comes from the smallest word: the logarithm must not see zero.
  CHECK(std::isfinite(standard_normal(0, 0)));
  CHECK(std::abs(standard_normal(0, 0) - std::sqrt(48 * std::log(2.0))) < 1e-4);
  CHECK_EQ(standard_normal(~0u, 0), 0.0f);
  const int n = 200000;
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
  Random random(11, 0, 0);
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    m1 += x / n;
    m2 += x * x / n;
    m3 += x * x * x / n;
    m4 += x * x * x * x / n;
  }
  CHECK(std::abs(m1) < 5 / std::sqrt(n));
  CHECK(std::abs(m2 - 1) < 5 * std::sqrt(2.0 / n));
  CHECK(std::abs(m3) < 5 * std::sqrt(15.0 / n));
  CHECK(std::abs(m4 - 3) < 5 * std::sqrt(96.0 / n));
}

TEST(below_covers_its_range_evenly) {
  CHECK_EQ(uniform_below(~0u, 1), 0u);
  CHECK_EQ(uniform_below(~0u, ~0u), ~0u - 1);
  CHECK_EQ(uniform_below(0, 17), 0u);
  for (const uint32_t bound : {2u, 3u, 16u, 100u}) {
    const uint32_t n = 100000;
    std::vector<uint32_t> counts(bound);
    Random random(5, bound, 9);
    for (uint32_t i = 0; i < n; ++i) {
      const uint32_t value = random.below(bound);
      if (CHECK(value < bound)) ++counts[value];
    }
    const double expected = double(n) / bound;
    double chi_square = 0;
    for (uint32_t count : counts) chi_square += (count - expected) * (count - expected) / expected;
    const double freedom = bound - 1;
    // Mean `freedom`, variance 2 * freedom; five standard deviations either way (too even is as wrong as too uneven).
    CHECK(chi_square < freedom + 5 * std::sqrt(2 * freedom) + 5);
    CHECK(freedom < 30 || chi_square > freedom - 5 * std::sqrt(2 * freedom));
  }
}
