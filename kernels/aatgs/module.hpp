// Turns a step into a kernel module: the descriptor and its C functions, from one class.
//
//   struct MyStep {
//     using Setup = ..., Config = ..., Telemetry = ..., State = ...;       // PODs of the generated layout; State is yours
//     static const char* check(const SetupView<Setup>&);                  // null, or what is wrong
//     static void lay_out(Arena&, const SetupView<Setup>&, State&);       // names the memory; runs twice
//     template <class Team> AATGS_FN static void run(Team&, const Config&, State&, Telemetry&);
//   };
//   AATGS_MODULE(MyStep, "my", "1.0.0", my::kFields, my::kLayoutFingerprint)
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <type_traits>

#include "aatgs/module.h"
#include "aatgs/runner.hpp"

namespace aatgs {

/// The setup as a step sees it: its fixed header, and typed views of its parts.
template <class Setup>
class SetupView {
 public:
  explicit SetupView(const AatgsSetup& setup) : setup_(setup) {
    std::memcpy(&header_, setup.header.data, sizeof header_);
  }
  const Setup* operator->() const { return &header_; }
  uint32_t parts() const { return setup_.part_count; }
  template <class T>
  const T* part(uint32_t i) const {
    return i < setup_.part_count ? static_cast<const T*>(setup_.parts[i].data) : nullptr;
  }
  /// Elements of part i; 0 when the part was not given.
  template <class T>
  uint64_t count(uint32_t i) const {
    return i < setup_.part_count ? setup_.parts[i].bytes / sizeof(T) : 0;
  }

 private:
  Setup header_;
  const AatgsSetup& setup_;
};

/// Names an instance's memory. The same code runs twice: first to count, then to hand out addresses.
class Arena {
 public:
  Arena(const AatgsTarget& target, AatgsPlan& plan) : target_(target), plan_(plan) { plan = {}; }
  Arena(const AatgsTarget& target, AatgsPlan& plan, const AatgsPlan& planned, uint64_t base, void* constant_image)
      : target_(target), plan_(plan), base_(base), image_(static_cast<uint8_t*>(constant_image)), planned_(planned) {
    plan = {};
  }

  const AatgsTarget& target() const { return target_; }

  /// Read-only data, copied from `source` once.
  template <class T>
  const T* constant(uint64_t n, const T* source) {
    const uint64_t at = take(plan_.constant_bytes, n * sizeof(T));
    if (image_ && n) std::memcpy(image_ + at, source, n * sizeof(T));
    return address<const T>(at);
  }
  /// State: zero at the start, part of every snapshot. A name makes it a region the host can read.
  template <class T>
  T* state(uint64_t n, const char* name = nullptr) {
    const uint64_t at = take(plan_.mutable_bytes, n * sizeof(T));
    const uint64_t offset = planned_.constant_bytes + at;
    if (name && plan_.region_count < AATGS_MAX_REGIONS) {
      AatgsRegion& region = plan_.regions[plan_.region_count++];
      std::snprintf(region.name, sizeof region.name, "%s", name);
      region.offset = at;
      region.bytes = n * sizeof(T);
    }
    return address<T>(offset);
  }
  /// Working memory: zero at the start, not part of snapshots, so nothing in it may outlive a step unnoticed.
  template <class T>
  T* scratch(uint64_t n) {
    return address<T>(planned_.constant_bytes + planned_.mutable_bytes + take(plan_.scratch_bytes, n * sizeof(T)));
  }
  /// Shared memory every block needs.
  void block_shared(uint64_t bytes) { plan_.block_shared_bytes = bytes; }
  /// Blocks the step can keep busy, more than one a multiprocessor where they fit; one each when it does not say.
  void blocks(uint32_t n) { plan_.blocks = n; }
  /// The kernels that run this instance, AATGS_CUDA_KERNELS(Step, name), where a module has several: a kernel gets registers
  /// for the longest of all its paths, so one for every way of working leaves each what it needs. `name`: a literal.
  template <class Step>
  void kernels(const char* name) {
    plan_.kernels = name;
    plan_.block_threads = block_threads<Step>();
  }

 private:
  static uint64_t take(uint64_t& section, uint64_t bytes) {
    const uint64_t at = section;
    section = (section + bytes + 255) & ~uint64_t{255};
    return at;
  }
  template <class T>
  T* address(uint64_t offset) const {
    return base_ ? reinterpret_cast<T*>(base_ + offset) : nullptr;
  }

  const AatgsTarget& target_;
  AatgsPlan& plan_;
  uint64_t base_ = 0;
  uint8_t* image_ = nullptr;
  AatgsPlan planned_{};
};

/// The C functions of the ABI for one step.
template <class Step, const char* kName>
struct ModuleFunctions {
  using Setup = typename Step::Setup;
  using State = typename Step::State;
  static_assert(sizeof(typename Step::Config) == 256 && sizeof(typename Step::Telemetry) == 64);
  static_assert(std::is_trivially_copyable_v<State>);

  static int32_t plan(const AatgsSetup* setup, const AatgsTarget* target, AatgsPlan* plan, AatgsError* error) {
    const char* problem = setup->header.bytes != sizeof(Setup) ? "the setup header has the wrong size" : nullptr;
    if (!problem) problem = Step::check(SetupView<Setup>(*setup));
    if (problem) {
      std::snprintf(error->message, sizeof error->message, "%s", problem);
      return 1;
    }
    Arena arena(*target, *plan);
    arena.kernels<Step>(kName);
    State state{};
    Step::lay_out(arena, SetupView<Setup>(*setup), state);
    for (uint32_t i = 0; i < plan->region_count; ++i) plan->regions[i].offset += plan->constant_bytes;
    return 0;
  }
  static void bind(const AatgsSetup* setup, const AatgsTarget* target, const AatgsPlan* plan, uint64_t base,
                   void* constant_image, void* state) {
    AatgsPlan again;
    Arena arena(*target, again, *plan, base, constant_image);
    State bound{};
    Step::lay_out(arena, SetupView<Setup>(*setup), bound);
    std::memcpy(state, &bound, sizeof bound);
  }
#if !defined(__CUDACC__)
  static void run_host(AatgsHostTeam* host_team, const void* config, void* state, void* telemetry) {
    HostTeam team(host_team);
    run_slot<Step>(team, *static_cast<const typename Step::Config*>(config), *static_cast<State*>(state),
                   *static_cast<typename Step::Telemetry*>(telemetry));
  }
#endif
};

}  // namespace aatgs

/// Device code, where nvcc built it, is linked in as the bytes between these symbols; see aatgs.cmake.
#if defined(AATGS_HAVE_CUDA)
extern "C" const unsigned char aatgs_fatbin_start[], aatgs_fatbin_end[];
#define AATGS_CUDA_IMAGE                                                                                \
  [] {                                                                                                  \
    static const AatgsCudaImage image = {aatgs_fatbin_start,                                            \
                                         static_cast<uint64_t>(aatgs_fatbin_end - aatgs_fatbin_start)}; \
    return &image;                                                                                      \
  }()
#else
#define AATGS_CUDA_IMAGE nullptr
#endif

#define AATGS_MODULE(STEP, NAME, VERSION, FIELDS, FINGERPRINT)                                    \
  extern "C" __attribute__((visibility("default"))) const AatgsModule* aatgs_module(void) {       \
    static const char name[] = NAME;                                                              \
    using Functions = aatgs::ModuleFunctions<STEP, name>;                                         \
    static const AatgsModule module = {sizeof(AatgsModule),                                       \
                                       AATGS_ABI_VERSION,                                         \
                                       aatgs::RING_PROTOCOL,                                      \
                                       0,                                                         \
                                       name,                                                      \
                                       VERSION,                                                   \
                                       FINGERPRINT,                                               \
                                       FIELDS,                                                    \
                                       static_cast<uint32_t>(sizeof(FIELDS) / sizeof(FIELDS[0])), \
                                       sizeof(STEP::Setup),                                       \
                                       sizeof(STEP::Config),                                      \
                                       sizeof(STEP::Telemetry),                                   \
                                       sizeof(STEP::State),                                       \
                                       0,                                                         \
                                       &Functions::plan,                                          \
                                       &Functions::bind,                                          \
                                       &Functions::run_host,                                      \
                                       AATGS_CUDA_IMAGE};                                         \
    return &module;                                                                               \
  }
