// A module that speaks another ring protocol.
#include "aatgs/module.h"

extern "C" __attribute__((visibility("default"))) const AatgsModule* aatgs_module(void) {
  static const AatgsModule module = [] {
    AatgsModule m{};
    m.struct_bytes = sizeof(AatgsModule);
    m.abi_version = AATGS_ABI_VERSION;
    m.ring_protocol = 4242;
    m.name = "bad_protocol";
    m.version = "1.0.0";
    return m;
  }();
  return &module;
}
