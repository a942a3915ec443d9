// The ring block: control lines, config slots, telemetry slots and staging areas in one piece of host-visible memory.
// ring.layout.json says who writes which word; this file says where things lie and how the words are accessed.
#pragma once
#include <cstddef>
#include <cstdint>

#include "aatgs/ring_layout.h"
#include "engine/shared_word.hpp"

namespace aatgs::engine {

/// Sizes chosen by the user. Slots are powers of two.
struct RingShape {
  uint32_t config_slots = 16;
  uint32_t telemetry_slots = 64;
  uint64_t input_bytes = 0;   ///< staging for each config slot
  uint64_t output_bytes = 0;  ///< output area for each telemetry slot
};

/// Byte offsets inside the block.
struct RingPlaces {
  uint64_t host_line, device_line, doorbell, mirror, configs, telemetry, inputs, outputs, total;
  uint64_t input_stride, output_stride;

  explicit RingPlaces(const RingShape& shape) {
    const auto align = [](uint64_t n, uint64_t to) { return (n + to - 1) / to * to; };
    host_line = 0;
    device_line = RING_LINE_BYTES;
    doorbell = 2 * RING_LINE_BYTES;
    mirror = 3 * RING_LINE_BYTES;
    configs = 4 * RING_LINE_BYTES;
    telemetry = configs + uint64_t{256} * shape.config_slots;
    inputs = align(telemetry + uint64_t{64} * shape.telemetry_slots, 4096);
    input_stride = align(shape.input_bytes, 64);
    outputs = align(inputs + input_stride * shape.config_slots, 4096);
    output_stride = align(shape.output_bytes, 64);
    total = align(outputs + output_stride * shape.telemetry_slots, 4096);
  }
};

/// A view of a ring block in host memory; owns nothing.
class Ring {
 public:
  Ring(const RingShape& shape, std::byte* base) : shape_(shape), places_(shape), base_(base) {}

  const RingShape& shape() const { return shape_; }
  const RingPlaces& places() const { return places_; }
  std::byte* base() const { return base_; }

  RingHostLine& host() const { return at<RingHostLine>(places_.host_line); }
  RingDeviceLine& device() const { return at<RingDeviceLine>(places_.device_line); }
  RingDoorbell& doorbell() const { return at<RingDoorbell>(places_.doorbell); }
  RingMirror& mirror() const { return at<RingMirror>(places_.mirror); }

  std::byte* config_slot(uint32_t sequence) const {
    return base_ + places_.configs + uint64_t{256} * (sequence & (shape_.config_slots - 1));
  }
  std::byte* telemetry_slot(uint32_t sequence) const {
    return base_ + places_.telemetry + uint64_t{64} * (sequence & (shape_.telemetry_slots - 1));
  }

  /// Sets every cursor to `sequence`; only before an engine runs.
  void reset(uint32_t sequence) const {
    host().config_write = host().telemetry_read = sequence;
    device().config_read = device().telemetry_write = sequence;
    doorbell() = {};
    doorbell().config_write = doorbell().telemetry_read = sequence;
    mirror().config_read = mirror().telemetry_write = sequence;
  }

 private:
  template <class T>
  T& at(uint64_t offset) const {
    return *reinterpret_cast<T*>(base_ + offset);
  }

  RingShape shape_;
  RingPlaces places_;
  std::byte* base_;
};

}  // namespace aatgs::engine
