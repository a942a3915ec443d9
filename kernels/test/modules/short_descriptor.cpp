// A module whose descriptor ends before the members this core needs.
#include "aatgs/module.h"
#include "aatgs/ring_layout.h"

extern "C" __attribute__((visibility("default"))) const AatgsModule* aatgs_module(void) {
  static const AatgsModule module = [] {
    AatgsModule m{};
    m.struct_bytes = 32;
    m.abi_version = AATGS_ABI_VERSION;
    m.ring_protocol = aatgs::RING_PROTOCOL;
    m.name = "short_descriptor";
    m.version = "1.0.0";
    return m;
  }();
  return &module;
}
