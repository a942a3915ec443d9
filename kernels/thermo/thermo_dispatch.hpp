// The sweeps compiled for what the CPU has: module binaries are built for the x86-64 baseline, and the inner loops are
// worth several times more with 256-bit or 512-bit vectors. All give the same bits. On CUDA nothing is chosen.
#pragma once
#include "thermo/thermo_square.hpp"
#include "thermo/thermo_sweep.hpp"

namespace aatgs::thermo {

#if !defined(__CUDACC__) && defined(__x86_64__)

#define AATGS_THERMO_FOR(NAME, TARGET)                                                                              \
  template <class Block>                                                                                            \
  __attribute__((target(TARGET), flatten, noinline)) void sweep_pack_##NAME(Block& block, const ThermoState& state, \
                                                                            uint32_t pack, uint64_t sweep) {        \
    sweep_pack(block, state, pack, sweep);                                                                          \
  }                                                                                                                 \
  template <class Group>                                                                                            \
  __attribute__((target(TARGET), flatten, noinline)) void sweep_words_##NAME(                                       \
      Group& group, const ThermoState& state, uint64_t chunk, uint32_t color, uint64_t sweep) {                     \
    sweep_words(group, state, chunk, color, sweep);                                                                 \
  }
AATGS_THERMO_FOR(v4, "arch=x86-64-v4,prefer-vector-width=512")
AATGS_THERMO_FOR(v3, "arch=x86-64-v3")
AATGS_THERMO_FOR(v1, "arch=x86-64")
#undef AATGS_THERMO_FOR

/// 4, 3 or 1: the x86-64 level this machine has.
inline int cpu_level() {
  static const int level = [] {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd"))
      return 4;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma") ? 3 : 1;
  }();
  return level;
}

template <class Block>
void sweep_pack_here(Block& block, const ThermoState& state, uint32_t pack, uint64_t sweep) {
  const int level = cpu_level();
  if (level == 4) return sweep_pack_v4(block, state, pack, sweep);
  if (level == 3) return sweep_pack_v3(block, state, pack, sweep);
  sweep_pack_v1(block, state, pack, sweep);
}
template <class Group>
void sweep_words_here(Group& group, const ThermoState& state, uint64_t chunk, uint32_t color, uint64_t sweep) {
  const int level = cpu_level();
  if (level == 4) return sweep_words_v4(group, state, chunk, color, sweep);
  if (level == 3) return sweep_words_v3(group, state, chunk, color, sweep);
  sweep_words_v1(group, state, chunk, color, sweep);
}

#else

template <class Block>
AATGS_FN void sweep_pack_here(Block& block, const ThermoState& state, uint32_t pack, uint64_t sweep) {
  sweep_pack(block, state, pack, sweep);
}
template <class Group>
AATGS_FN void sweep_words_here(Group& group, const ThermoState& state, uint64_t chunk, uint32_t color, uint64_t sweep) {
  sweep_words(group, state, chunk, color, sweep);
}

#endif

}  // namespace aatgs::thermo
