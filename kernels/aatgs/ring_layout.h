// Generated from ring.layout.json by `aatgs layout`; do not edit.
#pragma once
#include <cstddef>
#include <cstdint>

namespace aatgs {

inline constexpr uint32_t RING_PROTOCOL = 1;
inline constexpr uint32_t RING_LINE_BYTES = 128;
/// What the scheduler does with a config slot.
enum class SlotKind : uint32_t {
  STEP = 0,
  COPY = 1,
};

/// Bits of a telemetry record's status word.
enum class Status : uint32_t {
  CONVERGED = 1,
  IDLE = 2,
  CANCELLED = 4,
  FAULT = 8,
};

/// Bits of the host's control word.
enum class Control : uint32_t {
  STOP = 1,
  YIELD = 2,
};

/// The scheduler's state, written by the device side only.
enum class EngineStatus : uint32_t {
  STARTING = 0,
  RUNNING = 1,
  PARKED = 2,
  STOPPED = 3,
  LOST = 4,
};

/// Words only the host writes.
struct alignas(16) RingHostLine {
  uint32_t config_write;  ///< Configs published so far, modulo 2^32.
  uint32_t telemetry_read;  ///< Telemetry records consumed so far, modulo 2^32.
  uint32_t control;  ///< Control bits.
  uint32_t cancel;  ///< Non-zero asks a running step to end early; its results are then discarded.
  uint8_t pad0[112];
};
static_assert(sizeof(RingHostLine) == 128);
static_assert(offsetof(RingHostLine, config_write) == 0);
static_assert(offsetof(RingHostLine, telemetry_read) == 4);
static_assert(offsetof(RingHostLine, control) == 8);
static_assert(offsetof(RingHostLine, cancel) == 12);

/// Words only the scheduler writes.
struct alignas(16) RingDeviceLine {
  uint32_t config_read;  ///< Configs consumed so far, modulo 2^32.
  uint32_t telemetry_write;  ///< Telemetry records published so far, modulo 2^32.
  uint32_t status;  ///< EngineStatus.
  uint32_t epoch;  ///< Number of times the scheduler was started.
  uint32_t heartbeat;  ///< Advances whenever the workers make progress.
  uint32_t stalls;  ///< Times a step waited for room in the telemetry ring.
  uint32_t parks;  ///< Times the scheduler went to sleep for want of work.
  uint32_t wakeups;  ///< Times it was woken.
  uint8_t pad0[96];
};
static_assert(sizeof(RingDeviceLine) == 128);
static_assert(offsetof(RingDeviceLine, config_read) == 0);
static_assert(offsetof(RingDeviceLine, telemetry_write) == 4);
static_assert(offsetof(RingDeviceLine, status) == 8);
static_assert(offsetof(RingDeviceLine, epoch) == 12);
static_assert(offsetof(RingDeviceLine, heartbeat) == 16);
static_assert(offsetof(RingDeviceLine, stalls) == 20);
static_assert(offsetof(RingDeviceLine, parks) == 24);
static_assert(offsetof(RingDeviceLine, wakeups) == 28);

/// Plain words JavaScript writes before it calls publish(); never read by the device.
struct alignas(16) RingDoorbell {
  uint32_t config_write;
  uint32_t telemetry_read;
  uint8_t pad0[120];
};
static_assert(sizeof(RingDoorbell) == 128);
static_assert(offsetof(RingDoorbell, config_write) == 0);
static_assert(offsetof(RingDoorbell, telemetry_read) == 4);

/// Plain copies publish() makes of the device's line for JavaScript; never read by the device.
struct alignas(16) RingMirror {
  uint32_t config_read;
  uint32_t telemetry_write;
  uint32_t status;
  uint32_t epoch;
  uint32_t heartbeat;
  uint32_t stalls;
  uint32_t parks;
  uint32_t wakeups;
  uint8_t pad0[96];
};
static_assert(sizeof(RingMirror) == 128);
static_assert(offsetof(RingMirror, config_read) == 0);
static_assert(offsetof(RingMirror, telemetry_write) == 4);
static_assert(offsetof(RingMirror, status) == 8);
static_assert(offsetof(RingMirror, epoch) == 12);
static_assert(offsetof(RingMirror, heartbeat) == 16);
static_assert(offsetof(RingMirror, stalls) == 20);
static_assert(offsetof(RingMirror, parks) == 24);
static_assert(offsetof(RingMirror, wakeups) == 28);

/// First 64 bytes of every config slot.
struct alignas(16) ConfigHeader {
  uint32_t sequence;  ///< Position in the stream of configs, modulo 2^32.
  uint32_t kind;  ///< SlotKind.
  uint64_t iteration;  ///< Position in the stream of configs, 64 bits; echoed in the telemetry.
  uint64_t seed;  ///< Seed for the random numbers of this config.
  uint32_t phase;  ///< The module's own phase id.
  uint32_t flags;  ///< The module's own flags.
  uint64_t input;  ///< Device address of the staged input, or the source of a COPY.
  uint64_t input_bytes;  ///< Bytes staged, or bytes to COPY.
  uint64_t output;  ///< Device address of this record's output area, or the destination of a COPY.
  uint64_t output_bytes;  ///< Capacity of the output area.
};
static_assert(sizeof(ConfigHeader) == 64);
static_assert(offsetof(ConfigHeader, sequence) == 0);
static_assert(offsetof(ConfigHeader, kind) == 4);
static_assert(offsetof(ConfigHeader, iteration) == 8);
static_assert(offsetof(ConfigHeader, seed) == 16);
static_assert(offsetof(ConfigHeader, phase) == 24);
static_assert(offsetof(ConfigHeader, flags) == 28);
static_assert(offsetof(ConfigHeader, input) == 32);
static_assert(offsetof(ConfigHeader, input_bytes) == 40);
static_assert(offsetof(ConfigHeader, output) == 48);
static_assert(offsetof(ConfigHeader, output_bytes) == 56);

/// First 32 bytes of every telemetry slot.
struct alignas(16) TelemetryHeader {
  uint32_t sequence;  ///< Sequence of the config this record answers.
  uint32_t status;  ///< Status bits.
  uint64_t iteration;  ///< Iteration of the config this record answers.
  uint64_t duration_ns;  ///< Time the step took, in nanoseconds; not part of a result.
  uint32_t output_bytes;  ///< Bytes the step wrote to its output area.
  uint32_t phase;  ///< Phase id of the config this record answers.
};
static_assert(sizeof(TelemetryHeader) == 32);
static_assert(offsetof(TelemetryHeader, sequence) == 0);
static_assert(offsetof(TelemetryHeader, status) == 4);
static_assert(offsetof(TelemetryHeader, iteration) == 8);
static_assert(offsetof(TelemetryHeader, duration_ns) == 16);
static_assert(offsetof(TelemetryHeader, output_bytes) == 24);
static_assert(offsetof(TelemetryHeader, phase) == 28);

inline constexpr uint64_t kLayoutFingerprint = 0x4bdcf34e05d9a586ULL;

}  // namespace aatgs
