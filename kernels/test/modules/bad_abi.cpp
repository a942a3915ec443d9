// A module from another age: its ABI version is one this core has never had.
#include "aatgs/module.h"

extern "C" __attribute__((visibility("default"))) const AatgsModule* aatgs_module(void) {
  static const AatgsModule module = [] {
    AatgsModule m{};
    m.struct_bytes = 32;  // only the members that never move can be trusted
    m.abi_version = 9999;
    m.ring_protocol = 1;
    m.name = "bad_abi";
    m.version = "9.9.9";
    return m;
  }();
  return &module;
}
