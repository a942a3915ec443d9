// A module written by hand whose config is larger than a slot.
#include "aatgs/module.h"
#include "aatgs/ring_layout.h"

namespace {
int32_t plan(const AatgsSetup*, const AatgsTarget*, AatgsPlan*, AatgsError*) { return 0; }
void bind(const AatgsSetup*, const AatgsTarget*, const AatgsPlan*, uint64_t, void*, void*) {}
void run_host(AatgsHostTeam*, const void*, void*, void*) {}
}  // namespace

extern "C" __attribute__((visibility("default"))) const AatgsModule* aatgs_module(void) {
  static const AatgsModule module = [] {
    AatgsModule m{};
    m.struct_bytes = sizeof(AatgsModule);
    m.abi_version = AATGS_ABI_VERSION;
    m.ring_protocol = aatgs::RING_PROTOCOL;
    m.name = "bad_slots";
    m.version = "1.0.0";
    m.config_bytes = 512;
    m.telemetry_bytes = 64;
    m.plan = plan;
    m.bind = bind;
    m.run_host = run_host;
    return m;
  }();
  return &module;
}
