// The service block of the resident scheduler: one warp brings configs, one takes telemetry away. Between them, the
// host's memory and the workers there is no word with two writers.
//
// Configs: the fetch warp reads the host's line (one PCIe read), copies new slots into device memory and raises
// `available`. Telemetry: the publish warp sees the workers' arrivals, writes records to host memory and raises the
// device line's cursors. Both overlap the steps before and after.
#pragma once
#include <cstdint>

#include "aatgs/cuda_team.cuh"
#include "aatgs/ring_layout.h"

namespace aatgs {

using SystemWord = cuda::atomic_ref<uint32_t, cuda::thread_scope_system>;
using SystemPair = cuda::atomic_ref<uint64_t, cuda::thread_scope_system>;

__device__ inline uint64_t now_ns() {
  uint64_t t;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(t));
  return t;
}

/// 16 bytes of memory the host writes while we run: never cached, one PCIe read.
__device__ inline uint4 load_host(const void* address) {
  uint4 v;
  asm volatile("ld.volatile.global.v4.u32 {%0,%1,%2,%3}, [%4];"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "l"(address)
               : "memory");
  return v;
}
__device__ inline void store_host(void* address, uint4 v) {
  asm volatile("st.volatile.global.v4.u32 [%0], {%1,%2,%3,%4};" ::"l"(address), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w)
               : "memory");
}

/// What the two warps tell each other, in shared memory.
struct ServiceShared {
  uint32_t published;  // by the publish warp
  uint32_t stalls;     // by the fetch warp
};

class Service {
 public:
  __device__ Service(const CudaParams& params, ServiceShared& shared)
      : p_(params),
        control_(reinterpret_cast<CudaControl*>(params.control)),
        ring_(reinterpret_cast<unsigned char*>(params.ring)),
        lane_(threadIdx.x & 31),
        shared_(shared),
        first_(control_->kept.done) {}

  /// Warp 0.
  __device__ void fetch() {
    uint32_t granted = first_;
    const uint64_t start = now_ns();
    uint64_t last_work = start;
    bool stalled = false;
    for (;;) {
      // config_write, telemetry_read, control, cancel
      const uint4 host = load_host(ring_);
      if (host.w != 0 && lane_ == 0) DeviceWord(control_->grants.cancel).store(host.w, cuda::memory_order_relaxed);
      const uint32_t published = volatile_load(shared_.published);
      const uint32_t pending = host.x - granted;
      const uint32_t room = host.y + p_.telemetry_slots - granted;
      const uint32_t ahead = p_.grant - (granted - published);
      uint32_t n = pending < room ? pending : room;
      n = n < ahead ? n : ahead;
      const bool leave = (host.z & (static_cast<uint32_t>(Control::STOP) | static_cast<uint32_t>(Control::YIELD))) != 0;
      const uint64_t now = now_ns();
      if (n > 0 && !leave && now - start < uint64_t{1000} * p_.resident_us) {
        copy_configs(granted, n);
        granted += n;
        __syncwarp();
        if (lane_ == 0) DeviceWord(control_->turn.available).store(granted, cuda::memory_order_release);
        last_work = now;
        stalled = false;
        continue;
      }
      if (pending > 0 && room == 0 && !stalled) {
        stalled = true;
        if (lane_ == 0) volatile_store(shared_.stalls, volatile_load(shared_.stalls) + 1);
      }
      if (granted != published) last_work = now;
      if (leave || now - start >= uint64_t{1000} * p_.resident_us || now - last_work >= uint64_t{1000} * p_.idle_us) break;
    }
    // What was granted still runs; nothing more is granted, so everybody agrees where this launch ends.
    if (lane_ == 0) {
      control_->grants.park_at = granted;
      DeviceWord(control_->grants.park).store(p_.epoch, cuda::memory_order_release);
    }
  }

  /// Warp 1.
  __device__ void publish() {
    RingDeviceLine& line = *reinterpret_cast<RingDeviceLine*>(ring_ + RING_LINE_BYTES);
    uint32_t published = first_;
    uint32_t target = p_.workers;
    uint32_t stalls = 0;
    uint32_t looks = 0;
    uint32_t last_beat = 0;
    uint64_t next_beat = 0;
    if (lane_ == 0) SystemWord(line.epoch).store(p_.epoch, cuda::memory_order_relaxed);
    set_status(line, EngineStatus::RUNNING);
    for (;;) {
      const uint32_t arrived = DeviceWord(control_->turn.arrived).load(cuda::memory_order_acquire);
      uint32_t n = 0;
      for (; static_cast<int32_t>(arrived - target) >= 0; target += p_.workers) ++n;
      if (n > 0) {
        copy_records(published, n);
        published += n;
        __syncwarp();
        if (lane_ == 0) {
          volatile_store(shared_.published, published);
          // Both cursors at once: they share an aligned pair of words. Release: the records are there first.
          SystemPair(*reinterpret_cast<uint64_t*>(&line.config_read))
              .store(uint64_t{published} << 32 | published, cuda::memory_order_release);
        }
        continue;
      }
      if ((++looks & 15) != 0) continue;  // the rest can wait a little; telemetry should not
      if (lane_ == 0) {
        const uint32_t now_stalled = volatile_load(shared_.stalls);
        if (now_stalled != stalls) {
          volatile_store(line.stalls, volatile_load(line.stalls) + (now_stalled - stalls));
          stalls = now_stalled;
        }
      }
      const uint32_t parked = DeviceWord(control_->grants.park).load(cuda::memory_order_acquire);
      if (parked == p_.epoch && control_->grants.park_at == published) break;
      const uint64_t now = now_ns();
      const uint32_t beat = arrived + DeviceWord(control_->barrier.count).load(cuda::memory_order_relaxed);
      if (beat != last_beat && now >= next_beat) {
        last_beat = beat;
        next_beat = now + 1000000;
        if (lane_ == 0) add_one(line.heartbeat);
      }
    }
    if (lane_ == 0) {
      control_->kept.done = published;
      add_one(line.parks);
    }
    set_status(line, EngineStatus::PARKED);
  }

 private:
  __device__ static uint32_t volatile_load(const uint32_t& word) { return *const_cast<const volatile uint32_t*>(&word); }
  __device__ static void volatile_store(uint32_t& word, uint32_t value) { *const_cast<volatile uint32_t*>(&word) = value; }
  /// Plain load and store: only the device writes its line, and no atomic crosses PCIe.
  __device__ static void add_one(uint32_t& word) { volatile_store(word, volatile_load(word) + 1); }
  __device__ void set_status(RingDeviceLine& line, EngineStatus status) {
    if (lane_ == 0) SystemWord(line.status).store(static_cast<uint32_t>(status), cuda::memory_order_release);
  }

  /// Whole slots, 16 bytes a lane, two slots a round. The loads follow the look at config_write by control dependence:
  /// the processor does not load ahead of a branch.
  __device__ void copy_configs(uint32_t from, uint32_t n) {
    const uint32_t mask = p_.config_slots - 1;
    for (uint32_t i = lane_; i < n * 16; i += 32) {
      const uint64_t at = uint64_t{(from + i / 16) & mask} * 256 + (i % 16) * 16;
      *reinterpret_cast<uint4*>(p_.configs + at) = load_host(ring_ + p_.host_configs + at);
    }
  }
  /// Four lanes a record. The step's leader left its start time where the duration goes.
  __device__ void copy_records(uint32_t from, uint32_t n) {
    const uint32_t mask = p_.telemetry_slots - 1;
    const uint64_t now = now_ns();
    for (uint32_t i = lane_; i < n * 4; i += 32) {
      const uint64_t at = uint64_t{(from + i / 4) & mask} * 64 + (i % 4) * 16;
      uint4 v = *reinterpret_cast<const uint4*>(p_.telemetry + at);
      if (i % 4 == 1) {
        const uint64_t took = now - (uint64_t{v.y} << 32 | v.x);
        v.x = static_cast<uint32_t>(took);
        v.y = static_cast<uint32_t>(took >> 32);
      }
      store_host(ring_ + p_.host_telemetry + at, v);
    }
  }

  const CudaParams& p_;
  CudaControl* control_;
  unsigned char* ring_;
  uint32_t lane_;
  ServiceShared& shared_;
  uint32_t first_;
};

}  // namespace aatgs
