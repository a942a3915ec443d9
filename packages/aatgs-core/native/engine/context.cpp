#include "engine/context.hpp"

#include <cstring>
#include <utility>

#include "engine/error.hpp"
#include "engine/host/host_engine.hpp"

namespace aatgs::engine {

Context::Context(const ContextOptions& options)
    : module_(options.module),
      engine_(options.on_gpu ? make_cuda_engine(options.cuda) : make_host_engine(options.threads)) {
  const AatgsTarget target = engine_->target();
  AatgsError error{};
  if (module_->plan(&options.setup, &target, &plan_, &error) != 0) {
    throw EngineError("ERR_AATGS_INVALID_SETUP", std::string("module ") + module_->name + ": " + error.message);
  }
  try {
    arena_ = engine_->allocate_device(plan_.constant_bytes + plan_.mutable_bytes + plan_.scratch_bytes);
    std::vector<std::byte> constants(plan_.constant_bytes);
    std::vector<std::byte> state(module_->state_bytes);
    module_->bind(&options.setup, &target, &plan_, arena_, constants.data(), state.data());
    engine_->upload(arena_, constants.data(), constants.size());
    ring_memory_ = static_cast<std::byte*>(engine_->allocate_host(RingPlaces(options.shape).total));
    ring_ = std::make_unique<Ring>(options.shape, ring_memory_);
    ring_->reset(options.initial_sequence);
    progress_ = std::make_unique<Progress>(*ring_);
    engine_->start({module_, &plan_, state.data()}, *ring_, *progress_);
  } catch (...) {
    release();
    throw;
  }
}

Context::~Context() {
  if (stop(std::chrono::seconds(2))) {
    release();
    engine_.reset();  // before what it may still look at
    return;
  }
  // A step that will not end still uses all of this; a leak is the only safe end.
  (void)engine_.release();
  (void)ring_.release();
  (void)progress_.release();
}

bool Context::arm(const Watch& watch) {
  const bool armed = progress_->arm(watch);
  if (armed) engine_->watch();
  return armed;
}

bool Context::wait(const Watch& watch, std::chrono::milliseconds timeout) {
  if (progress_->spin(watch, engine_->spin())) return true;
  engine_->watch();
  return progress_->sleep(watch, timeout);
}

uint64_t Context::ring_device_address() const { return engine_->device_address(ring_memory_); }

uint64_t Context::device_bytes() const {
  uint64_t bytes = plan_.constant_bytes + plan_.mutable_bytes + plan_.scratch_bytes + ring_->places().total;
  for (const auto& [address, allocation] : allocations_) bytes += allocation.bytes;
  return bytes;
}

void Context::publish() noexcept {
  if (stopped_) return;
  RingHostLine& host = ring_->host();
  const RingDoorbell& bell = ring_->doorbell();
  if (host.config_write != bell.config_write || host.telemetry_read != bell.telemetry_read) {
    // seq_cst, because the engine announces its sleep and then looks at these, while we write these and then nudge.
    shared_word(host.telemetry_read).store(bell.telemetry_read, std::memory_order_seq_cst);
    shared_word(host.config_write).store(bell.config_write, std::memory_order_seq_cst);
    engine_->nudge();
  }
  RingDeviceLine& device = ring_->device();
  RingMirror& mirror = ring_->mirror();
  const auto copy = [](uint32_t& from, uint32_t& to) { to = shared_word(from).load(std::memory_order_acquire); };
  // The engine frees a config's slot before it shows its record. Looking in the opposite order keeps that true of the
  // mirror: who has seen all records and finds no free slot would else wait for a record that nobody owes.
  copy(device.telemetry_write, mirror.telemetry_write);
  copy(device.config_read, mirror.config_read);
  copy(device.status, mirror.status);
  copy(device.epoch, mirror.epoch);
  copy(device.heartbeat, mirror.heartbeat);
  copy(device.stalls, mirror.stalls);
  copy(device.parks, mirror.parks);
  copy(device.wakeups, mirror.wakeups);
}

uint64_t Context::allocate(bool on_device, uint64_t bytes) {
  if (on_device) {
    const uint64_t address = engine_->allocate_device(bytes);
    allocations_[address] = {true, bytes, nullptr};
    return address;
  }
  void* host = engine_->allocate_host(bytes);
  const uint64_t address = engine_->device_address(host);
  allocations_[address] = {false, bytes, host};
  return address;
}

void Context::free(uint64_t address) noexcept {
  const auto found = allocations_.find(address);
  if (found == allocations_.end()) return;
  const Allocation allocation = found->second;
  allocations_.erase(found);
  if (allocation.on_device) {
    engine_->free_device(address);
  } else {
    engine_->free_host(allocation.host);
  }
}

std::byte* Context::host_range(uint64_t address, uint64_t bytes) const {
  auto after = allocations_.upper_bound(address);
  if (after != allocations_.begin()) {
    const auto& [start, allocation] = *--after;
    if (!allocation.on_device && address - start <= allocation.bytes && bytes <= allocation.bytes - (address - start)) {
      return static_cast<std::byte*>(allocation.host) + (address - start);
    }
  }
  throw EngineError("ERR_AATGS_INVALID_ARGUMENT", "the range is not inside a host allocation of this context");
}

void Context::write_host(uint64_t address, std::span<const std::byte> from) {
  std::byte* target = host_range(address, from.size());
  if (!from.empty()) std::memcpy(target, from.data(), from.size());
}

void Context::read_host(uint64_t address, std::span<std::byte> into) const {
  const std::byte* source = host_range(address, into.size());
  if (!into.empty()) std::memcpy(into.data(), source, into.size());
}

bool Context::stop(std::chrono::milliseconds timeout) noexcept {
  if (!stopped_) stopped_ = engine_->stop(timeout);
  return stopped_;
}

void Context::release_device_memory() noexcept {
  for (const auto& [address, allocation] : std::exchange(allocations_, {})) {
    if (allocation.on_device) {
      engine_->free_device(address);
    } else {
      engine_->free_host(allocation.host);
    }
  }
  if (arena_) engine_->free_device(std::exchange(arena_, 0));
  engine_->retire();
}

void Context::release() noexcept {
  release_device_memory();
  if (ring_memory_) engine_->free_host(std::exchange(ring_memory_, nullptr));
}

}  // namespace aatgs::engine
