// Opens kernel modules and refuses those that do not fit this core.
#pragma once
#include <string>

#include "aatgs/module.h"

namespace aatgs::engine {

/// Opens the module at `path`; a module once opened stays for the life of the process.
/// Throws ERR_AATGS_MODULE_NOT_FOUND, ERR_AATGS_MODULE_INVALID or ERR_AATGS_ABI_MISMATCH.
const AatgsModule* load_module(const std::string& path);

}  // namespace aatgs::engine
