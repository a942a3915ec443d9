// The kernels every CUDA module has: the GPU-resident scheduler, and one launch for one config. Templates over a step.
#pragma once
#include <cstdint>

#include "aatgs/cuda_service.cuh"
#include "aatgs/runner.hpp"

namespace aatgs {

/// The end of the last step and the next config, in one look.
__device__ inline uint2 load_turn(const CudaControl& control) {
  uint2 turn;
  asm volatile("ld.acquire.gpu.global.v2.u32 {%0,%1}, [%2];"
               : "=r"(turn.x), "=r"(turn.y)
               : "l"(&control.turn)
               : "memory");
  return turn;
}

/// Waits, with one warp, until all `everyone` arrivals of earlier steps are in and config `sequence` is there, and puts
/// that into `config`. False when the scheduler parks instead.
template <class Config>
__device__ bool next_config(const CudaParams& params, uint32_t sequence, uint32_t everyone, Config& config) {
  const auto& control = *reinterpret_cast<CudaControl*>(params.control);
  const uint32_t lane = threadIdx.x;
  const auto* slot =
      reinterpret_cast<const uint4*>(params.configs + uint64_t{sequence & (params.config_slots - 1)} * sizeof(Config));
  uint4 part{};
  bool fetched = false;
  for (;;) {
    const uint2 turn = load_turn(control);
    if (!fetched && turn.y != sequence) {
      // Read while others still work on the step before: in a full pipeline the config costs no time.
      if (lane < sizeof(Config) / 16) part = __ldcg(slot + lane);
      fetched = true;
    }
    if (static_cast<int32_t>(turn.x - everyone) < 0) continue;
    if (fetched) break;
    auto& grants = const_cast<CudaControl&>(control).grants;
    if (DeviceWord(grants.park).load(cuda::memory_order_acquire) == params.epoch && grants.park_at == sequence)
      return false;
  }
  if (lane < sizeof(Config) / 16) reinterpret_cast<uint4*>(&config)[lane] = part;
  return true;
}

/// A worker block's life: waits for the next config, runs it, says so.
template <class Step>
__device__ __forceinline__ void work(const CudaParams& params, typename Step::State state) {
  using Config = typename Step::Config;
  using Telemetry = typename Step::Telemetry;
  __shared__ Config config;
  __shared__ bool go;
  auto* control = reinterpret_cast<CudaControl*>(params.control);
  auto* records = reinterpret_cast<Telemetry*>(params.telemetry);
  CudaTeam<block_threads<Step>()> team(params);
  uint32_t sequence = control->kept.done;
  for (uint32_t everyone = 0;; everyone += params.workers) {
    if (threadIdx.x < 32) {
      const bool more = next_config(params, sequence, everyone, config);
      if (threadIdx.x == 0) go = more;
    }
    __syncthreads();
    if (!go) return;
    Telemetry& record = records[sequence & (params.telemetry_slots - 1)];
    team.leader([&] { record.header.duration_ns = now_ns(); });
    run_slot<Step>(team, config, state, record);
    ++sequence;
    __syncthreads();
    if (threadIdx.x == 0) DeviceWord(control->turn.arrived).fetch_add(1, cuda::memory_order_release);
  }
}

/// Blocks 0 to workers-1 work; one more serves them. Part of the kernel, always: as a function of its own it left what it
/// calls so few registers that steps spilled in their inner loops, where launched ones did not.
template <class Step>
__device__ __forceinline__ void resident(const CudaParams& params, const typename Step::State& state) {
  if (blockIdx.x < params.workers) {
    work<Step>(params, state);
    return;
  }
  Service service(params);
  if (threadIdx.x < 32) {
    service.fetch();
  } else if (threadIdx.x < 64) {
    service.publish();
  }
}

/// One launch for each config, which comes as a parameter; the last block to end publishes.
template <class Step>
__device__ __forceinline__ void launch_once(const CudaParams& params, typename Step::State state,
                                            const typename Step::Config& config) {
  using Telemetry = typename Step::Telemetry;
  auto* control = reinterpret_cast<CudaControl*>(params.control);
  auto* ring = reinterpret_cast<unsigned char*>(params.ring);
  const uint32_t sequence = config.header.sequence;
  CudaTeam<block_threads<Step>()> team(params);
  Telemetry& record = reinterpret_cast<Telemetry*>(params.telemetry)[sequence & (params.telemetry_slots - 1)];
  const uint64_t start = now_ns();
  run_slot<Step>(team, config, state, record);
  __syncthreads();
  if (threadIdx.x != 0) return;
  DeviceWord arrived(control->turn.arrived);
  if (arrived.fetch_add(1, cuda::memory_order_acq_rel) + 1 != params.workers) return;
  // The last block: everybody's writes are visible here, and nobody reads the counters any more.
  record.header.duration_ns = now_ns() - start;
  auto* target = ring + params.host_telemetry + uint64_t{sequence & (params.telemetry_slots - 1)} * sizeof(Telemetry);
  for (uint32_t i = 0; i < sizeof(Telemetry) / 16; ++i) {
    store_host(target + 16 * i, reinterpret_cast<const uint4*>(&record)[i]);
  }
  control->turn.arrived = 0;
  control->barrier.count = 0;
  RingDeviceLine& line = *reinterpret_cast<RingDeviceLine*>(ring + RING_LINE_BYTES);
  SystemPair(*reinterpret_cast<uint64_t*>(&line.config_read))
      .store(uint64_t{sequence + 1} << 32 | (sequence + 1), cuda::memory_order_release);
}

}  // namespace aatgs

/// Defines two kernels, `<name>_resident` and `<name>_launch`: the module's under its own name, and those a step asks for by
/// Arena::kernels.
#define AATGS_CUDA_KERNELS(STEP, NAME)                                                                                 \
  extern "C" __global__ void __launch_bounds__(aatgs::block_threads<STEP>(), aatgs::blocks_per_multiprocessor<STEP>()) \
      NAME##_resident(const __grid_constant__ aatgs::CudaParams params, const __grid_constant__ STEP::State state) {   \
    aatgs::resident<STEP>(params, state);                                                                              \
  }                                                                                                                    \
  extern "C" __global__ void __launch_bounds__(aatgs::block_threads<STEP>(), aatgs::blocks_per_multiprocessor<STEP>()) \
      NAME##_launch(const __grid_constant__ aatgs::CudaParams params, const __grid_constant__ STEP::State state,       \
                    const __grid_constant__ STEP::Config config) {                                                     \
    aatgs::launch_once<STEP>(params, state, config);                                                                   \
  }
