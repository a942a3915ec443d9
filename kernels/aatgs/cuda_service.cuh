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

class Service {
  /// Steps under this are short.
  static constexpr uint32_t kShortStepNs = 30000;

 public:
  __device__ explicit Service(const CudaParams& params)
      : p_(params),
        control_(reinterpret_cast<CudaControl*>(params.control)),
        ring_(reinterpret_cast<unsigned char*>(params.ring)),
        line_(*reinterpret_cast<RingDeviceLine*>(ring_ + RING_LINE_BYTES)),
        lane_(threadIdx.x & 31),
        first_(control_->kept.done) {}

  /// Warp 0.
  __device__ void fetch() {
    uint32_t granted = first_;
    const uint64_t start = now_ns();
    uint64_t last_work = start;
    bool stalled = false;
    // What is granted cannot be taken back, so it bounds how long a yield takes: much of short steps, little of long ones.
    uint32_t grant = p_.grant / 4;
    uint32_t paced = first_;
    uint64_t paced_at = start;
    for (;;) {
      // Both looks before the first one's use: the near one hides behind the far one.
      const uint32_t published = DeviceWord(control_->kept.done).load(cuda::memory_order_relaxed);
      const uint64_t now = now_ns();
      // config_write, telemetry_read, control, cancel
      const uint4 host = load_host(ring_);
      pass_on(host.w);
      const uint32_t pending = host.x - granted;
      const uint32_t room = host.y + p_.telemetry_slots - granted;
      if (published != paced) {
        grant = now - paced_at < uint64_t{kShortStepNs} * (published - paced) ? p_.grant : p_.grant / 4;
        paced = published;
        paced_at = now;
      }
      const uint32_t out = granted - published;
      const uint32_t ahead = out < grant ? grant - out : 0;
      uint32_t n = pending < room ? pending : room;
      n = n < ahead ? n : ahead;
      const bool leave = (host.z & (static_cast<uint32_t>(Control::STOP) | static_cast<uint32_t>(Control::YIELD))) != 0;
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
        if (lane_ == 0) add_one(line_.stalls);
      }
      if (granted != published) last_work = now;
      if (leave || now - start >= uint64_t{1000} * p_.resident_us || now - last_work >= uint64_t{1000} * p_.idle_us)
        break;
    }
    // What was granted still runs; nothing more is granted, so everybody agrees where this launch ends.
    if (lane_ == 0) {
      control_->grants.park_at = granted;
      DeviceWord(control_->grants.park).store(p_.epoch, cuda::memory_order_release);
    }
    // A long step may still be cancelled.
    while (DeviceWord(control_->kept.done).load(cuda::memory_order_relaxed) != granted) pass_on(load_host(ring_).w);
  }

  /// Warp 1.
  __device__ void publish() {
    uint32_t published = first_;
    uint32_t target = p_.workers;
    uint32_t looks = 0;
    uint32_t last_beat = 0;
    uint64_t next_beat = 0;
    if (lane_ == 0) SystemWord(line_.epoch).store(p_.epoch, cuda::memory_order_relaxed);
    set_status(EngineStatus::RUNNING);
    for (;;) {
      const uint32_t arrived = DeviceWord(control_->turn.arrived).load(cuda::memory_order_acquire);
      uint32_t n = 0;
      for (; static_cast<int32_t>(arrived - target) >= 0; target += p_.workers) ++n;
      if (n > 0) {
        copy_records(published, n);
        published += n;
        __syncwarp();
        if (lane_ == 0) {
          DeviceWord(control_->kept.done).store(published, cuda::memory_order_relaxed);
          // Both cursors at once: they share an aligned pair of words. Release: the records are there first.
          SystemPair(*reinterpret_cast<uint64_t*>(&line_.config_read))
              .store(uint64_t{published} << 32 | published, cuda::memory_order_release);
        }
        continue;
      }
      if ((++looks & 15) != 0) continue;  // the rest can wait a little; telemetry should not
      const uint32_t parked = DeviceWord(control_->grants.park).load(cuda::memory_order_acquire);
      if (parked == p_.epoch && control_->grants.park_at == published) break;
      const uint64_t now = now_ns();
      const uint32_t beat = arrived + DeviceWord(control_->barrier.count).load(cuda::memory_order_relaxed);
      if (beat != last_beat && now >= next_beat) {
        last_beat = beat;
        next_beat = now + 1000000;
        if (lane_ == 0) add_one(line_.heartbeat);
      }
    }
    if (lane_ == 0) add_one(line_.parks);
    set_status(EngineStatus::PARKED);
  }

 private:
  __device__ void pass_on(uint32_t cancel) {
    if (cancel != 0 && lane_ == 0) DeviceWord(control_->grants.cancel).store(cancel, cuda::memory_order_relaxed);
  }
  __device__ static uint32_t volatile_load(const uint32_t& word) {
    return *const_cast<const volatile uint32_t*>(&word);
  }
  __device__ static void volatile_store(uint32_t& word, uint32_t value) {
    *const_cast<volatile uint32_t*>(&word) = value;
  }
  /// Plain load and store: only the device writes its line, and no atomic crosses PCIe.
  __device__ static void add_one(uint32_t& word) { volatile_store(word, volatile_load(word) + 1); }
  __device__ void set_status(EngineStatus status) {
    if (lane_ == 0) SystemWord(line_.status).store(static_cast<uint32_t>(status), cuda::memory_order_release);
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
  RingDeviceLine& line_;
  uint32_t lane_;
  uint32_t first_;
};

}  // namespace aatgs
