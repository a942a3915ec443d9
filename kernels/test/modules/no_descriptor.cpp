// A module that exports the symbol and returns nothing.
#include "aatgs/module.h"

extern "C" __attribute__((visibility("default"))) const AatgsModule* aatgs_module(void) { return nullptr; }
