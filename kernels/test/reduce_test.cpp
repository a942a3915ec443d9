// Float sums: the fixed tree against a second, naive writing of its rule, and every team width against the tree.
#include <bit>
#include <cmath>

#include "aatgs/philox.hpp"
#include "check.hpp"
#include "team_rig.hpp"

using namespace aatgs;
using namespace aatgs::test;

namespace {

constexpr uint64_t kPass = uint64_t{kTile} * kPassTiles;
const uint64_t kSizes[] = {0,     1,     2,     255,       256,   257,       1000,
                           65535, 65536, 65537, kPass - 1, kPass, kPass + 1, 2 * kPass + 300};

/// Values of mixed sign and size, so that any other order of additions rounds differently.
template <class T>
T value_at(uint64_t i) {
  const uint32_t mixed = static_cast<uint32_t>((i + 1) * 0x9E3779B97F4A7C15u >> 29);
  return (static_cast<T>(mixed & 0xffff) - T{30000}) / static_cast<T>(1 + (mixed >> 24));
}

/// The rule of reduce_tree.hpp, word for word: pad with zeros, fold in halves.
template <class T>
std::vector<T> fold_all(std::vector<T> values) {
  values.resize((values.size() + kTile - 1) / kTile * kTile);
  std::vector<T> folded;
  for (size_t tile = 0; tile < values.size(); tile += kTile) {
    for (uint32_t half = kTile / 2; half > 0; half /= 2) {
      for (uint32_t i = 0; i < half; ++i) values[tile + i] += values[tile + i + half];
    }
    folded.push_back(values[tile]);
  }
  return folded;
}
template <class T>
T naive_sum(uint64_t n) {
  T total{0};
  for (uint64_t pass = 0; pass < n; pass += kPass) {
    std::vector<T> values;
    for (uint64_t i = pass; i < n && i < pass + kPass; ++i) values.push_back(value_at<T>(i));
    total += fold_all(fold_all(fold_all(values)))[0];
  }
  return total;
}

template <class T>
bool same_bits(T a, T b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

template <class T>
void check_widths() {
  for (const uint64_t n : kSizes) {
    const T expected = tree_sum<T>(n, value_at<T>);
    for (uint32_t threads = 1; threads <= 5; ++threads) {
      TeamRig rig(threads);
      rig.run([&](HostTeam& team) { CHECK(same_bits(team.sum<T>(n, value_at<T>), expected)); });
    }
  }
}

}  // namespace

TEST(tree_sum_follows_its_rule) {
  for (const uint64_t n : kSizes) {
    CHECK(same_bits(tree_sum<float>(n, value_at<float>), naive_sum<float>(n)));
    CHECK(same_bits(tree_sum<double>(n, value_at<double>), naive_sum<double>(n)));
  }
}

TEST(tree_sum_is_a_good_sum) {
  for (const uint64_t n : kSizes) {
    long double exact = 0, size = 0;
    for (uint64_t i = 0; i < n; ++i) {
      exact += value_at<float>(i);
      size += std::abs(value_at<float>(i));
    }
    CHECK(std::abs(tree_sum<float>(n, value_at<float>) - exact) <= 30 * 0x1p-24L * size);
  }
}

TEST(order_matters_for_these_values) {
  // Otherwise the bit comparisons of this file would prove nothing.
  float forward = 0;
  for (uint64_t i = 0; i < 1000; ++i) forward += value_at<float>(i);
  CHECK(!same_bits(forward, tree_sum<float>(1000, value_at<float>)));
}

TEST(float_sum_has_the_same_bits_for_every_width) { check_widths<float>(); }
TEST(double_sum_has_the_same_bits_for_every_width) { check_widths<double>(); }

TEST(sums_inside_blocks_and_groups_are_tree_sums) {
  TeamRig rig(3);
  const float expected = tree_sum<float>(70000, value_at<float>);
  rig.run([&](HostTeam& team) {
    team.for_each_block(4u, [&](auto& block, uint32_t) {
      CHECK(same_bits(block.template sum<float>(70000u, value_at<float>), expected));
      block.for_each_group(2u, [&](auto& group, uint32_t) {
        CHECK(same_bits(group.template sum<float>(70000u, value_at<float>), expected));
      });
    });
  });
}
