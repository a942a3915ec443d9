// What the host's CUDA engines and the kernels agree on. Plain C++: the engine compiles it without a CUDA toolkit.
#pragma once
#include <cstdint>

namespace aatgs {

inline constexpr uint32_t kCudaControlBytes = 1024;

/// Scheduler words in device memory. Zeroed once; they outlive a launch.
struct alignas(128) CudaControl {
  /// What a worker waits for between steps: in one aligned pair, so that one load sees both.
  struct alignas(128) Turn {
    uint32_t arrived;    // blocks that ended a step, since the launch; the workers add
    uint32_t available;  // configs the workers may run, modulo 2^32; the fetch warp writes
  } turn;
  struct alignas(128) {
    uint32_t count;  // arrivals at the workers' barrier since the launch
  } barrier;
  struct alignas(128) {  // the fetch warp's
    uint32_t park;       // the epoch in which the workers leave ...
    uint32_t park_at;    // ... once they have run this many
    uint32_t cancel;     // the host's cancel word, passed on
  } grants;
  struct alignas(128) {  // carried from launch to launch
    uint32_t done;        // configs finished, modulo 2^32
    uint32_t sampled[2];  // cancel as block 0 saw it before an even or odd barrier
  } kept;
};
static_assert(sizeof(CudaControl) <= kCudaControlBytes);

/// Bytes of device scratch a team needs: two sets of 64-byte slots for each block, and two of partial sums.
inline constexpr uint64_t kCudaReduceBytes = uint64_t{2} * 4096 * 8;
inline constexpr uint64_t cuda_team_bytes(uint32_t workers) { return uint64_t{2} * 64 * workers + kCudaReduceBytes; }

/// The first kernel parameter of every module's kernels; the second is its bound state.
struct CudaParams {
  uint64_t ring;       // device address of the ring block in host memory
  uint64_t control;    // CudaControl
  uint64_t configs;    // config ring in device memory
  uint64_t telemetry;  // telemetry ring in device memory
  uint64_t team;       // cuda_team_bytes(workers)
  uint64_t host_configs, host_telemetry;  // offsets in the ring block
  uint32_t config_slots, telemetry_slots;
  uint32_t workers;
  uint32_t epoch;
  uint32_t grant;       // most configs the workers are given ahead
  uint32_t idle_us;     // time without work after which the scheduler parks
  uint32_t resident_us; // time after which it parks in any case
  uint32_t reserved;
};

}  // namespace aatgs
