// A small model's step by a block has the bits of the step by a thread; the block is emulated on the CPU.
#include "active_inference/test/emulation.hpp"
// The above comes first.
#include <cstdio>
#include <vector>

#include "active_inference/ai_small_block.hpp"
#include "active_inference/ai_tables.hpp"
#include "test/expect.hpp"

namespace aatgs::active_inference::test {
namespace {

struct Shape {
  const char* name;
  uint32_t states[2], controls[2];
  std::vector<uint32_t> outcomes;
  uint32_t length, without = 0;  // every so manyth policy is left out
  uint32_t flags = 0;
};

/// Agents of one model, each on both paths.
class Bench {
 public:
  explicit Bench(const Shape& shape) : shape_(shape) {
    make_model();
    make_policies();
    make_rows(by_block_);
    make_rows(by_thread_);
    fill_small(view_, tables_);
  }

  void run() {
    by_block_.small = by_thread_.small = shape_.states[0] == 4 ? 42 : 23;
    SmallRoom room;
    // Shared memory begins with anything.
    for (size_t i = 0; i < sizeof room / 4; ++i) reinterpret_cast<uint32_t*>(&room)[i] = 0x7fc00000u;
    for (uint32_t step = 0; step < kSteps; ++step) {
      std::vector<uint32_t> seen, forced, actions(kAgents * 2);
      for (uint32_t agent = 0; agent < kAgents; ++agent) {
        for (uint32_t n : shape_.outcomes) seen.push_back(below(5) == 0 ? kNotObserved : below(n));
        for (uint32_t f = 0; f < 2; ++f) forced.push_back(below(3) > 0 ? kNotObserved : below(shape_.controls[f]));
      }
      const Given given{seen.data(), step == 1 ? forced.data() : nullptr, actions.data()};
      emulated::block.run([&](uint32_t) {
        for (uint32_t agent = 0; agent < kAgents; ++agent) {
          // Once in shared memory the model stays there.
          const bool fresh = step == 0 && agent == 0;
          EXPECT(small_step(fresh ? by_block_ : room.view, fresh, run_, agent, 5, given, 0, room));
          __syncthreads();
        }
      });
      for (uint32_t agent = 0; agent < kAgents; ++agent) step_of_thread(agent, given);
      for (uint32_t i = 0; i < kAgents * 2; ++i) EXPECT(actions[i] == by_thread_.actions.base[i]);
      compare(&View<float>::prior);
      compare(&View<float>::beliefs);
      compare(&View<float>::values);
      compare(&View<float>::posterior);
      compare(&View<float>::marginals);
      compare(&View<float>::energies);
      compare(&View<float>::actions);
      compare(&View<float>::observations);
      compare(&View<float>::clock);
    }
    std::printf("%s: %u policies\n", shape_.name, view_.options.policies);
  }

 private:
  static constexpr uint32_t kAgents = 3, kSteps = 3;

  void step_of_thread(uint32_t id, const Given& given) {
    std::vector<float> room(kSmallPolicies);
    Agent<Alone, float> agent(by_thread_, id, {room.data(), 1});
    const auto modalities = static_cast<uint32_t>(shape_.outcomes.size());
    for (uint32_t m = 0; m < modalities; ++m) {
      by_thread_.observations[id][m] = static_cast<const uint32_t*>(given.observations)[id * modalities + m];
    }
    small_step(agent);
    act(agent, 5);
    for (uint32_t f = 0; given.forced && f < 2; ++f) {
      if (given.forced[id * 2 + f] != kNotObserved) by_thread_.actions[id][f] = given.forced[id * 2 + f];
    }
    by_thread_.clock[id][ACTED] = 1;
    by_thread_.clock[id][STEPS] += 1;
  }

  template <class T>
  void compare(Rows<T> View<float>::* rows) {
    const Rows<T>&one = by_block_.*rows, &other = by_thread_.*rows;
    EXPECT(std::memcmp(one.base, other.base, uint64_t{kAgents} * one.width * sizeof(T)) == 0);
  }

  uint32_t below(uint32_t n) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>((state_ >> 33) % n);
  }
  void distribution(float* to, uint32_t n) {
    float sum = 0;
    for (uint32_t i = 0; i < n; ++i) sum += to[i] = below(3) == 0 ? 0.0f : static_cast<float>(below(1000) + 1);
    if (sum == 0) to[0] = sum = 1;
    for (uint32_t i = 0; i < n; ++i) to[i] /= sum;
  }
  Rows<float> rows(uint64_t width, bool each = true) {
    numbers_.emplace_back(width * (each ? kAgents : 1));
    return {numbers_.back().data(), static_cast<uint32_t>(width), each ? 1u : 0u};
  }
  Rows<uint32_t> integers(uint32_t width) {
    integers_.emplace_back(uint64_t{width} * kAgents);
    return {integers_.back().data(), width, 1};
  }

  void make_model() {
    Structure& model = view_.model;
    model.factor_count = 2;
    model.group_count = model.component_count = 1;
    const uint32_t joint = shape_.states[0] * shape_.states[1];
    for (uint32_t f = 0, b_at = 0; f < 2; ++f) {
      factors_[f] = {};
      factors_[f].states = factors_[f].parents = shape_.states[f];
      factors_[f].controls = shape_.controls[f];
      factors_[f].at = model.states;
      factors_[f].control_at = model.controls;
      factors_[f].b_at = b_at;
      model.states += shape_.states[f];
      model.controls += shape_.controls[f];
      b_at += shape_.controls[f] * shape_.states[f] * shape_.states[f];
      model.b_size = b_at;
    }
    for (uint32_t n : shape_.outcomes) {
      modalities_.push_back({n, model.outcomes, static_cast<uint32_t>(model.a_size), 0, model.modality_joint});
      model.outcomes += n;
      model.a_size += joint * n;
      model.modality_joint += joint;
    }
    model.modality_count = static_cast<uint32_t>(modalities_.size());
    group_.joint = model.joint = joint;
    model.factors = factors_;
    model.modalities = modalities_.data();
    model.groups = &group_;
    model.components = &component_;
    Options<float>& options = view_.options;
    options.flags = static_cast<uint32_t>(AiFlag::STATE_GAIN) | static_cast<uint32_t>(AiFlag::UTILITY) | shape_.flags;
    options.iterations = 16;
    options.policy_length = shape_.length;
    options.preference_steps = shape_.length;
    options.gamma = 1.5f;
    options.alpha = 3;
    view_.parameters[SET_A] = rows(model.a_size, false);
    for (const Modality& m : modalities_) {
      for (uint32_t j = 0; j < joint; ++j) {
        distribution(view_.parameters[SET_A].base + m.a_at + j * m.outcomes, m.outcomes);
      }
    }
    view_.parameters[SET_B] = rows(model.b_size, false);
    for (const Factor& factor : factors_) {
      for (uint32_t i = 0; i < factor.controls * factor.states; ++i) {
        distribution(view_.parameters[SET_B].base + factor.b_at + i * factor.states, factor.states);
      }
    }
    view_.parameters[SET_D] = rows(model.states, false);
    for (const Factor& factor : factors_) distribution(view_.parameters[SET_D].base + factor.at, factor.states);
    view_.log_a = rows(model.a_size, false);
    view_.gain_a = rows(model.modality_joint, false);
    Alone alone;
    tables_of_a(alone, view_, 0);
    view_.log_c = rows(uint64_t{model.outcomes} * shape_.length, false);
    for (uint32_t i = 0; i < model.outcomes * shape_.length; ++i) {
      view_.log_c.base[i] = static_cast<float>(below(4000)) / 1000.0f - 2.0f;
    }
  }

  void make_policies() {
    const uint32_t pairs = shape_.controls[0] * shape_.controls[1];
    uint32_t policies = 0;
    for (uint32_t first = 0, p = 0; first < pairs; ++first) {
      const auto node = [&](uint32_t depth, uint32_t leaf, uint32_t pair) {
        nodes_.push_back({depth, leaf});
        node_actions_.push_back(pair / shape_.controls[1]);
        node_actions_.push_back(pair % shape_.controls[1]);
      };
      const bool last = shape_.length == 1;
      node(0, last ? policies : kNoLeaf, first);
      for (uint32_t second = 0; second < (last ? 1 : pairs); ++second, ++p) {
        if (shape_.without > 0 && p % shape_.without == 1) continue;
        if (!last) node(1, policies, second);
        policy_first_.push_back(first / shape_.controls[1]);
        policy_first_.push_back(first % shape_.controls[1]);
        ++policies;
      }
    }
    component_.nodes = static_cast<uint32_t>(nodes_.size());
    view_.model.nodes = nodes_.data();
    view_.model.node_actions = node_actions_.data();
    view_.model.policy_first = policy_first_.data();
    view_.options.policies = policies;
    view_.parameters[SET_E] = rows(policies, false);
    distribution(view_.parameters[SET_E].base, policies);
  }

  void make_rows(View<float>& view) {
    view = view_;
    const Structure& model = view.model;
    view.agents = kAgents;
    view.interleave = 1;
    view.small_tables = &tables_;
    view.beliefs = rows(model.states);
    view.prior = rows(model.states);
    view.values = rows(view.options.policies);
    view.posterior = rows(view.options.policies);
    view.marginals = rows(model.controls);
    view.energies = rows(kEnergies);
    view.actions = integers(2);
    view.observations = integers(model.modality_count);
    view.clock = integers(kClock);
  }

  Shape shape_;
  uint64_t state_ = 11;
  View<float> view_{}, by_block_{}, by_thread_{};
  SmallTables tables_{};
  Run run_{1, 0, 0};
  Factor factors_[2];
  Group group_{};
  Component component_{};
  std::vector<Modality> modalities_;
  std::vector<Node> nodes_;
  std::vector<uint32_t> node_actions_, policy_first_;
  std::vector<std::vector<float>> numbers_;
  std::vector<std::vector<uint32_t>> integers_;
};

}  // namespace
}  // namespace aatgs::active_inference::test

int main() {
  using aatgs::active_inference::AiFlag;
  using aatgs::active_inference::test::Bench;
  Bench({"4 x 2, two steps", {4, 2}, {4, 1}, {4, 3, 2}, 2}).run();
  Bench({"4 x 2, one step", {4, 2}, {3, 2}, {4}, 1}).run();
  Bench({"4 x 2, sixty-four policies", {4, 2}, {4, 2}, {2, 2, 3, 4}, 2}).run();
  Bench({"2 x 3, some policies", {2, 3}, {1, 5}, {3, 4}, 2, 4}).run();
  Bench({"2 x 3, actions drawn", {2, 3}, {2, 3}, {3, 3}, 2, 0, static_cast<uint32_t>(AiFlag::STOCHASTIC)}).run();
  return aatgs::test::summary("active inference of small models by a block");
}
