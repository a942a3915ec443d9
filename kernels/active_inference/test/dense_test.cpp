// The code of tensor cores gives the beliefs, values and actions of a brute-force evaluation, for agents of their own models
// by a block each and for many agents of one; a thread block is emulated on the CPU.
#include "active_inference/test/emulation.hpp"
// The above comes first.
#include <cstdio>
#include <vector>

#include "active_inference/ai_dense_block.hpp"
#include "active_inference/ai_dense_many.hpp"
#include "test/expect.hpp"

namespace aatgs::active_inference::test {
namespace {

/// The only block, as a team.
struct OneBlock {
  uint32_t rank() const { return threadIdx.x; }
  uint32_t count() const { return kThreads; }
  void barrier() { __syncthreads(); }
  template <class N, class F>
  void for_each(N n, F f) {
    for (N i = rank(); i < n; i += kThreads) f(i);
  }
  template <class N, class F>
  void for_each_block(N n, F f) {
    for (N i = 0; i < n; ++i) {
      f(*this, i);
      __syncthreads();
    }
  }
  template <class F>
  void leader(F f) {
    if (rank() == 0) f();
  }
};

struct Shape {
  const char* name;
  uint32_t states, outcomes, controls, length, agents;
  bool own;  // models of their own, by a block; else one, for many
  uint32_t without = 0;  // every so manyth policy is left out
  bool inductive = false;
  uint32_t teams = 2;
};

class Bench {
 public:
  explicit Bench(const Shape& shape) : shape_(shape), copies_(shape.own ? shape.agents : 1) {
    make_model();
    make_policies();
    make_view();
  }

  void run() {
    const AatgsTarget target{true, 1, 232448};
    AatgsPlan plan{}, again{};
    Arena counting(target, plan);
    lay_out(counting);
    std::vector<uint64_t> memory((plan.constant_bytes + plan.mutable_bytes + plan.scratch_bytes) / 8 + 64);
    const uint64_t base = (reinterpret_cast<uint64_t>(memory.data()) + 255) / 256 * 256;
    Arena binding(target, again, plan, base, reinterpret_cast<void*>(base));
    lay_out(binding);
    const uint32_t words =
        shape_.own ? kMostTeams * TeamRoom(view_.model, shape_.length, view_.tree.kept, view_.tree.places).words
                   : static_cast<uint32_t>(many_shared_bytes(shape_.length) / sizeof(uint32_t));
    // Shared memory begins with anything.
    std::vector<uint32_t> shared(words + 64, 0x7fc00000u);
    auto* at = reinterpret_cast<uint32_t*>((reinterpret_cast<uint64_t>(shared.data()) + 127) / 128 * 128);
    const Given given{observations_.data(), nullptr, actions_.data()};
    const auto skips = [&](uint32_t id) { return id == shape_.agents / 2; };
    emulated::block.run([&](uint32_t) {
      OneBlock team;
      if (shape_.own) return block_steps(view_, 0, shape_.agents, 1, 1, false, given, skips, at);
      fill_nodes(team, view_);
      for_many_agents(
          team, view_, 0, shape_.agents, reinterpret_cast<Fragment*>(at),
          [&](uint32_t id) {
            if (!skips(id)) dense_infer(view_, id, 1, false, given, 0, last_move(view_, id));
          },
          [&](uint32_t id) {
            if (!skips(id)) dense_take(view_, id, 1, false, given, 0, dense_act(view_, id));
          });
    });
    uint32_t wrong = 0;
    for (uint32_t agent = 0; agent < shape_.agents; ++agent) {
      if (!skips(agent)) wrong += !fits(agent);
      EXPECT(view_.clock.base[agent * kClock + STEPS] == (skips(agent) ? 0 : 1));
    }
    EXPECT(wrong == 0);
    std::printf("%s: values within %.1e of %zu policies\n", shape_.name, worst_, policies_.size());
  }

 private:
  uint32_t below(uint32_t n) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>((state_ >> 33) % n);
  }
  void distribution(float* to, uint32_t n) {
    float sum = 0;
    for (uint32_t i = 0; i < n; ++i) {
      const float x = static_cast<float>(below(1000) + 1) / 1000.0f;
      to[i] = x * x * x * x;
      sum += to[i];
    }
    for (uint32_t i = 0; i < n; ++i) to[i] /= sum;
  }
  float* numbers(uint64_t n) {
    numbers_.emplace_back(n);
    return numbers_.back().data();
  }
  Rows<float> rows(uint32_t width, bool each = true) {
    return {numbers(uint64_t{width} * (each ? shape_.agents : 1)), width, each ? 1u : 0u};
  }
  Rows<uint32_t> integers(uint32_t width) {
    integers_.emplace_back(uint64_t{width} * shape_.agents);
    return {integers_.back().data(), width, 1};
  }

  void make_model() {
    const uint32_t n = shape_.states, outcomes = shape_.outcomes;
    view_.parameters[SET_A] = rows(n * outcomes, shape_.own);
    view_.parameters[SET_B] = rows(shape_.controls * n * n, shape_.own);
    view_.parameters[SET_D] = rows(n, false);
    view_.log_a = rows(n * outcomes, shape_.own);
    view_.gain_a = rows(n, shape_.own);
    view_.log_c = rows(shape_.length * outcomes, false);
    view_.paths = rows(kDepth * n, shape_.own);
    for (uint32_t c = 0; c < copies_; ++c) {
      for (uint32_t s = 0; s < n; ++s) {
        float* column = view_.parameters[SET_A].base + (c * n + s) * outcomes;
        distribution(column, outcomes);
        double gain = 0;
        for (uint32_t o = 0; o < outcomes; ++o) {
          const double log = std::log(static_cast<double>(column[o]));
          gain += column[o] * log;
          view_.log_a.base[(c * outcomes + o) * n + s] = static_cast<float>(log);
        }
        view_.gain_a.base[c * n + s] = static_cast<float>(gain);
      }
      for (uint32_t i = 0; i < shape_.controls * n; ++i) {
        distribution(view_.parameters[SET_B].base + (uint64_t{c} * shape_.controls * n + i) * n, n);
      }
      for (uint32_t i = 0; i < kDepth * n; ++i) view_.paths.base[c * kDepth * n + i] = below(3) == 0 ? 1.0f : 0.0f;
    }
    distribution(view_.parameters[SET_D].base, n);
    for (uint32_t i = 0; i < shape_.length * outcomes; ++i) {
      view_.log_c.base[i] = static_cast<float>(below(4000)) / 1000.0f - 2.0f;
    }
  }

  void make_policies() {
    uint32_t all = 1;
    for (uint32_t t = 0; t < shape_.length; ++t) all *= shape_.controls;
    for (uint32_t p = 0; p < all; ++p) {
      if (shape_.without > 0 && p % shape_.without == 1) continue;
      std::vector<uint32_t> policy(shape_.length);
      for (uint32_t t = shape_.length, rest = p; t-- > 0; rest /= shape_.controls) policy[t] = rest % shape_.controls;
      const auto number = static_cast<uint32_t>(policies_.size());
      uint32_t common = 0;
      while (number > 0 && policies_.back()[common] == policy[common]) ++common;
      for (uint32_t t = common; t < shape_.length; ++t) {
        nodes_.push_back({t, t + 1 == shape_.length ? number : kNoLeaf});
        node_actions_.push_back(policy[t]);
      }
      policy_first_.push_back(policy[0]);
      policies_.push_back(policy);
    }
  }

  void make_view() {
    const auto policies = static_cast<uint32_t>(policies_.size());
    Structure& model = view_.model;
    model.factor_count = model.modality_count = model.group_count = model.component_count = 1;
    model.states = shape_.states;
    model.outcomes = model.most_outcomes = shape_.outcomes;
    model.controls = shape_.controls;
    component_.nodes = static_cast<uint32_t>(nodes_.size());
    model.components = &component_;
    model.nodes = nodes_.data();
    model.node_actions = node_actions_.data();
    model.policy_first = policy_first_.data();
    view_.agents = shape_.agents;
    view_.interleave = 1;
    Options<float>& options = view_.options;
    options.flags = static_cast<uint32_t>(AiFlag::STATE_GAIN) | static_cast<uint32_t>(AiFlag::UTILITY) |
                    (shape_.inductive ? static_cast<uint32_t>(AiFlag::INDUCTIVE) : 0);
    options.policies = policies;
    options.policy_length = options.preference_steps = shape_.length;
    options.gamma = 1;
    options.induction_depth = kDepth;
    options.induction_epsilon = kEpsilon;
    view_.parameters[SET_E] = rows(policies, false);
    for (uint32_t p = 0; p < policies; ++p) view_.parameters[SET_E].base[p] = 1.0f / static_cast<float>(policies);
    for (Rows<float>* to : {&view_.beliefs, &view_.previous, &view_.prior}) *to = rows(shape_.states);
    view_.values = rows(policies);
    view_.posterior = rows(policies);
    view_.marginals = rows(shape_.controls);
    view_.energies = rows(kEnergies);
    view_.actions = integers(1);
    view_.observations = integers(1);
    view_.hidden = integers(1);
    view_.clock = integers(kClock);
    for (uint32_t agent = 0; agent < shape_.agents; ++agent) {
      distribution(view_.beliefs.base + agent * shape_.states, shape_.states);
      view_.actions.base[agent] = below(shape_.controls);
      had_acted_.push_back(below(4) > 0);
      view_.clock.base[agent * kClock + ACTED] = had_acted_.back();
      observations_.push_back(below(shape_.outcomes));
    }
    before_.assign(view_.beliefs.base, view_.beliefs.base + shape_.agents * shape_.states);
    acted_.assign(view_.actions.base, view_.actions.base + shape_.agents);
    actions_.resize(shape_.agents);
  }

  void lay_out(Arena& arena) {
    const auto count = static_cast<uint32_t>(nodes_.size());
    if (!shape_.own) {
      view_.many = lay_out_nodes(arena, nodes_.data(), count);
      return;
    }
    const ChunkPlan plan = plan_chunks(nodes_.data(), node_actions_.data(), count, shape_.length, shape_.controls);
    view_.tree = lay_out_chunks(arena, plan, shape_.teams);
  }

  using Beliefs = std::vector<double>;

  Beliefs moved(const Beliefs& q, uint32_t copy, uint32_t control) const {
    const uint32_t n = shape_.states;
    const float* b = view_.parameters[SET_B].base + (uint64_t{copy} * shape_.controls + control) * n * n;
    Beliefs next(n, 0);
    for (uint32_t k = 0; k < n; ++k) {
      for (uint32_t s = 0; s < n; ++s) next[s] += q[k] * b[k * n + s];
    }
    return next;
  }

  bool fits(uint32_t agent) {
    const uint32_t n = shape_.states, outcomes = shape_.outcomes, copy = shape_.own ? agent : 0;
    const float* a = view_.parameters[SET_A].base + copy * n * outcomes;
    const float* now = view_.beliefs.base + agent * n;
    Beliefs q(before_.begin() + agent * n, before_.begin() + (agent + 1) * n);
    if (had_acted_[agent]) {
      q = moved(q, copy, acted_[agent]);
    } else {
      q.assign(view_.parameters[SET_D].base, view_.parameters[SET_D].base + n);
    }
    double total = 0;
    for (uint32_t s = 0; s < n; ++s) total += q[s] *= a[s * outcomes + observations_[agent]];
    bool good = true;
    uint32_t best = 0;
    for (uint32_t s = 0; s < n; ++s) {
      q[s] /= total;
      good &= std::abs(q[s] - now[s]) < 1e-6;
      if (now[s] > now[best]) best = s;
    }
    const float* paths = view_.paths.base + copy * kDepth * n;
    int32_t path = -1;
    for (uint32_t d = kDepth; shape_.inductive && d-- > 0;) {
      if (paths[d * n + best] == 1.0f) path = static_cast<int32_t>(d > 0 ? d - 1 : 0);
    }
    std::vector<double> values, marginals(shape_.controls, 0);
    for (const auto& policy : policies_) {
      Beliefs x = q;
      double value = 0;
      for (uint32_t t = 0; t < shape_.length; ++t) {
        x = moved(x, copy, policy[t]);
        for (uint32_t s = 0; s < n; ++s) {
          value += x[s] * view_.gain_a.base[copy * n + s];
          if (path >= 0) value += x[s] * (1 - paths[static_cast<uint32_t>(path) * n + s]) * std::log(kEpsilon);
        }
        for (uint32_t o = 0; o < outcomes; ++o) {
          double expected = 0;
          for (uint32_t s = 0; s < n; ++s) expected += x[s] * a[s * outcomes + o];
          value += expected * (view_.log_c.base[t * outcomes + o] - std::log(expected));
        }
      }
      const double error = std::abs(value - view_.values.base[agent * policies_.size() + values.size()]);
      good &= error < 2e-5;
      if (error > worst_) worst_ = error;
      values.push_back(value);
    }
    total = 0;
    for (uint32_t p = 0; p < values.size(); ++p) {
      marginals[policy_first_[p]] += std::exp(values[p] - values[0]);
      total += std::exp(values[p] - values[0]);
    }
    uint32_t action = 0;
    for (uint32_t u = 0; u < shape_.controls; ++u) {
      good &= std::abs(marginals[u] / total - view_.marginals.base[agent * shape_.controls + u]) < 1e-4;
      if (marginals[u] > marginals[action] + 1e-5 * total) action = u;
    }
    return good && actions_[agent] == action && view_.actions.base[agent] == action;
  }

  static constexpr uint32_t kDepth = 3;
  static constexpr float kEpsilon = 1e-3f;
  Shape shape_;
  uint32_t copies_;
  uint64_t state_ = 7;
  View<float> view_{};
  Component component_{};
  std::vector<std::vector<float>> numbers_;
  std::vector<std::vector<uint32_t>> integers_, policies_;
  std::vector<Node> nodes_;
  std::vector<uint32_t> node_actions_, policy_first_, observations_, acted_, actions_;
  std::vector<float> before_;
  std::vector<bool> had_acted_;
  double worst_ = 0;
};

}  // namespace
}  // namespace aatgs::active_inference::test

int main() {
  using aatgs::active_inference::test::Bench;
  Bench({"own models, all policies", 40, 33, 3, 2, 3, true}).run();
  Bench({"own models, whole tiles", 64, 64, 3, 3, 2, true}).run();
  Bench({"own models, one team", 34, 64, 2, 2, 3, true, 0, false, 1}).run();
  Bench({"own models, goals, some policies", 47, 9, 2, 3, 3, true, 4, true}).run();
  Bench({"one model, many agents", 36, 10, 2, 2, 70, false}).run();
  Bench({"one model, a warp for each 32 agents", 64, 40, 3, 2, 500, false}).run();
  Bench({"one model, some policies", 64, 2, 2, 3, 35, false, 3}).run();
  return aatgs::test::summary("active inference on tensor cores");
}
