// What the step promises: surfaces, neighbours and clusters as a plain double loop finds them, and the same bits however
// the work is cut, shared or batched.
#include <cstdio>

#include "lbs/test/harness.hpp"
#include "test/expect.hpp"

namespace aatgs::lbs::test {
namespace {

LbsSetup room(uint32_t atoms, uint32_t structures, float points = 10) {
  LbsSetup setup{};
  setup.max_atoms = atoms;
  setup.max_structures = structures;
  setup.points_per_atom = points;
  return setup;
}

std::vector<Molecule> some() { return {coil(400, 1), coil(3, 2), coil(900, 3), coil(1, 4), coil(250, 5)}; }

void any_number_of_threads_and_substeps() {
  const Model model = random_model(1);
  const auto batch = batch_of(some());
  std::vector<uint8_t> first;
  for (const uint32_t threads : {1u, 2u, 3u}) {
    for (const uint32_t substeps : {5u, 2u, 1u}) {
      Instance instance(model, room(2000, 8), threads);
      Result result = instance.load(batch, substeps);
      EXPECT(result.telemetry.overflow == 0);
      while (result.telemetry.done < 5) result = instance.run(substeps);
      EXPECT(result.telemetry.header.status & static_cast<uint32_t>(Status::CONVERGED));
      if (first.empty()) first = instance.snapshot();
      EXPECT(instance.snapshot() == first);
      const Result idle = instance.run(1);
      EXPECT(idle.telemetry.header.status & static_cast<uint32_t>(Status::IDLE));
      EXPECT(instance.snapshot() == first);
    }
  }
}

void structures_of_a_batch_do_not_see_each_other() {
  const Model model = random_model(2);
  const auto molecules = some();
  Instance together(model, room(2000, 8), 2), alone(model, room(2000, 8));
  const Result all = together.load(batch_of(molecules), 5);
  uint32_t sites = 0;
  for (uint32_t s = 0; s < molecules.size(); ++s) {
    const Result one = alone.load(batch_of({molecules[s]}), 1);
    StructureResult a = all.structure(s), b = one.structure(0);
    a.first_point = b.first_point = 0;
    EXPECT(std::memcmp(&a, &b, sizeof a) == 0);
    sites += a.sites;
  }
  EXPECT(sites > 5);
  EXPECT(sites == all.telemetry.sites);
}

void single_atoms_have_whole_spheres() {
  Instance instance(random_model(3), room(100, 4, 40));
  Molecule two = coil(1, 1);
  two.atoms.push_back(two.atoms[0]);
  two.residues.push_back(1);
  two.atoms[1].x += 100;
  EXPECT(instance.load(batch_of({coil(1, 1)}), 1).telemetry.points == kDirections);
  EXPECT(instance.load(batch_of({two}), 1).telemetry.points == 2 * kDirections);
  // In one place: neither covers the other's surface, on which it lies.
  two.atoms[1] = two.atoms[0];
  EXPECT(instance.load(batch_of({two}), 1).telemetry.points == 2 * kDirections);
}

void surface_points_are_those_no_atom_covers() {
  const Molecule molecule = coil(700, 7);
  const auto batch = batch_of({molecule});
  Instance instance(random_model(4), room(1000, 1), 2);
  const Result result = instance.load(batch, 1);
  const LbsState& state = instance.state();
  const Batch view(batch.data(), 1, 700);
  uint32_t expected = 0;
  for (uint32_t i = 0; i < 700; ++i) {
    const Atom& me = view.atoms[i];
    const Frame frame = frame_of(view.atoms, view.boxes[0], i);
    uint32_t free = 0;
    for (uint32_t k = 0; k < kDirections; ++k) {
      const Vec p = at(me) + (me.radius() + kProbe) *
                                 frame.out({state.directions->x[k], state.directions->y[k], state.directions->z[k]});
      bool covered = false;
      for (uint32_t j = 0; j < 700; ++j) {
        covered = covered || (j != i && norm(at(view.atoms[j]) - p) < view.atoms[j].radius() + kProbe - 1e-4f);
      }
      free += !covered;
    }
    expected += free;
  }
  // A point on the rim of another sphere may fall either way.
  EXPECT(std::abs(static_cast<int>(expected) - static_cast<int>(result.telemetry.points)) <= 2);
  for (uint32_t i = 0; i < 700; i += 13) {
    uint32_t near = 0, far = 0;
    for (uint32_t j = 0; j < 700; ++j) {
      const Vec v = at(view.atoms[j]) - at(view.atoms[i]);
      near += dot(v, v) < 100.0f;
      far += dot(v, v) < 225.0f;
    }
    EXPECT(state.burial[i].within10 == static_cast<float>(near) && state.burial[i].within15 == static_cast<float>(far));
  }
}

void points_climb_to_the_nearest_denser_one() {
  const auto batch = batch_of({coil(500, 9)});
  Instance instance(random_model(5), room(1000, 1), 2);
  const uint32_t n = instance.load(batch, 1).telemetry.points;
  const LbsState& state = instance.state();
  const SiteRules& rules = state.model.rules;
  // Where each climbs to is written over once the peaks are known: worked out here once more.
  std::vector<uint32_t> climb(n, kNoSite);
  uint32_t peaks = 0;
  for (uint32_t q = 0; q < n; ++q) {
    if (state.score[q] < rules.least_score) continue;
    float nearest = rules.climb * rules.climb;
    climb[q] = q;
    for (uint32_t r = 0; r < n; ++r) {
      const float a = state.density[r], b = state.density[q];
      if (a < b || (a == b && r >= q)) continue;
      const Vec v = at(state.points[r]) - at(state.points[q]);
      if (dot(v, v) < nearest) nearest = dot(v, v), climb[q] = r;
    }
    peaks += climb[q] == q;
  }
  for (uint32_t q = 0; q < n; ++q) EXPECT(state.peaks[q] == peak_of(climb.data(), q));
  EXPECT(peaks > 1);
}

void sites_are_in_order_and_apart() {
  Instance instance(random_model(6), room(3000, 1), 2);
  const Result result = instance.load(batch_of({coil(2500, 11)}), 1, true);
  const StructureResult& found = result.structure(0);
  EXPECT(found.sites > 3);
  uint32_t listed[kListedSites + 1] = {};
  const uint32_t* points = result.output.data() + output_words(1, 2500, 0);
  for (uint32_t q = 0; q < found.points; ++q) listed[points[5 * q + 4]]++;
  for (uint32_t i = 0; i < found.sites; ++i) {
    const ListedSite& a = found.list[i];
    EXPECT(i == 0 || a.score <= found.list[i - 1].score);
    EXPECT(std::abs(a.probability - 1.0f / (1.0f + std::exp(-a.score))) < 1e-5f);
    EXPECT(a.volume > 0 && a.area > 0 && a.enclosure >= 0 && a.enclosure <= 1);
    EXPECT(listed[i + 1] == a.points);
    for (uint32_t j = 0; j < i; ++j) {
      const ListedSite& b = found.list[j];
      EXPECT(norm(Vec{a.x - b.x, a.y - b.y, a.z - b.z}) >= instance.state().model.rules.apart);
    }
  }
}

void what_does_not_fit_is_refused_or_said() {
  const Model model = random_model(7);
  const auto flag = [](LbsFlag f) { return static_cast<uint32_t>(f); };
  Instance instance(model, room(500, 2));
  EXPECT(instance.load(batch_of({coil(501, 1)}), 1).telemetry.overflow == flag(LbsFlag::ATOMS));
  EXPECT(instance.load(batch_of({coil(1, 1), coil(1, 2), coil(1, 3)}), 1).telemetry.overflow ==
         flag(LbsFlag::STRUCTURES));
  auto wrong = batch_of({coil(10, 1)});
  wrong[0] ^= 1;
  EXPECT(instance.load(wrong, 1).telemetry.overflow == flag(LbsFlag::STRUCTURES));
  wrong[0] ^= 1;
  wrong.resize(wrong.size() - 1);
  EXPECT(instance.load(wrong, 1).telemetry.overflow == flag(LbsFlag::ATOMS));
  EXPECT(instance.load(batch_of({coil(10, 1)}), 1).telemetry.overflow == 0);
  // More surface than was planned for: 4096 points and some.
  Molecule dust = coil(300, 1);
  for (uint32_t i = 0; i < 300; ++i) dust.atoms[i].x = 20.0f * static_cast<float>(i);
  Instance tight(model, room(300, 1, 1));
  EXPECT(tight.load(batch_of({dust}), 1).telemetry.overflow & flag(LbsFlag::POINTS));
  Model cut = model;
  cut.points.pop_back();
  bool refused = false;
  try {
    Instance broken(cut, room(10, 1));
  } catch (const std::exception&) {
    refused = true;
  }
  EXPECT(refused);
}

void exponential_and_borders() {
  for (float x = -79.9f; x < 79.9f; x += 0.037f) {
    const double expected = std::exp(static_cast<double>(x));
    EXPECT(std::abs(portable_exp(x) - expected) <= 1e-6 * expected);
  }
  float borders[kBorders];
  for (uint32_t b = 0; b < kBorders; ++b) borders[b] = static_cast<float>(b);
  for (int v = -1; v <= 63; ++v) {
    EXPECT(cut(borders, static_cast<float>(v)) == std::max(0, v));  // a border is not below itself
    EXPECT(cut(borders, static_cast<float>(v) + 0.5f) == std::min(63, v + 1));
  }
}

}  // namespace
}  // namespace aatgs::lbs::test

int main() {
  using namespace aatgs::lbs::test;
  any_number_of_threads_and_substeps();
  structures_of_a_batch_do_not_see_each_other();
  single_atoms_have_whole_spheres();
  surface_points_are_those_no_atom_covers();
  points_climb_to_the_nearest_denser_one();
  sites_are_in_order_and_apart();
  what_does_not_fit_is_refused_or_said();
  exponential_and_borders();
  return aatgs::test::summary("lbs");
}
