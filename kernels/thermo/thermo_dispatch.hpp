// The sweeps compiled for what the CPU has: module binaries are built for the x86-64 baseline, and the inner loops are
// worth several times more with 256-bit or 512-bit vectors. All give the same bits. On CUDA nothing is chosen.
#pragma once
#include "thermo/thermo_dense.hpp"
#include "thermo/thermo_lattice.hpp"
#include "thermo/thermo_packed.hpp"
#include "thermo/thermo_square.hpp"
#include "thermo/thermo_sweep.hpp"

namespace aatgs::thermo {

#if !defined(__CUDACC__) && defined(__x86_64__)

#define AATGS_THERMO_FOR(NAME, TARGET)                                                                                \
  template <class Block>                                                                                              \
  __attribute__((target(TARGET), flatten, noinline)) void sweep_pack_##NAME(Block& block, const ThermoState& state,   \
                                                                            uint32_t pack, uint64_t sweep) {          \
    sweep_pack(block, state, pack, sweep);                                                                            \
  }                                                                                                                   \
  template <class Group>                                                                                              \
  __attribute__((target(TARGET), flatten, noinline)) void sweep_words_##NAME(                                         \
      Group& group, const ThermoState& state, const RoundKeys& keys, uint32_t task, uint32_t color, uint64_t sweep) { \
    sweep_words(group, state, keys, task, color, sweep);                                                              \
  }                                                                                                                   \
  template <class Group>                                                                                              \
  __attribute__((target(TARGET), flatten, noinline)) void sweep_lattice_##NAME(                                       \
      Group& group, const ThermoState& state, const RoundKeys& keys, uint32_t task, uint32_t color, uint64_t sweep) { \
    sweep_lattice(group, state, keys, task, color, sweep);                                                            \
  }                                                                                                                   \
  template <class Group>                                                                                              \
  __attribute__((target(TARGET), flatten, noinline)) void count_lattice_energy_##NAME(                                \
      Group& group, const ThermoState& state, uint64_t task) {                                                        \
    count_lattice_energy(group, state, task);                                                                         \
  }                                                                                                                   \
  template <class Group>                                                                                              \
  __attribute__((target(TARGET), flatten, noinline)) void update_slice_##NAME(                                        \
      Group& group, const ThermoState& state, uint32_t* words, uint32_t pack, uint32_t number, uint64_t sweep) {      \
    update_slice(group, state, words, pack, number, sweep);                                                           \
  }                                                                                                                   \
  template <class Group>                                                                                              \
  __attribute__((target(TARGET), flatten, noinline)) void count_packed_energy_##NAME(                                 \
      Group& group, const ThermoState& state, const uint32_t* words, uint32_t pack, uint32_t part) {                  \
    count_packed_energy(group, state, state.graph.arcs, words, pack, part);                                           \
  }
#define AATGS_THERMO_DENSE(NAME, TARGET)                                                           \
  template <class Weight, class Group>                                                             \
  __attribute__((target(TARGET), flatten, noinline)) int64_t sweep_dense_##NAME(                   \
      Group& group, const ThermoState& state, uint32_t replica, int32_t* fields, uint64_t sweep) { \
    return sweep_dense<Weight>(group, state, replica, fields, sweep);                              \
  }
AATGS_THERMO_DENSE(v4, "arch=x86-64-v4,prefer-vector-width=512")
AATGS_THERMO_DENSE(v3, "arch=x86-64-v3")
AATGS_THERMO_DENSE(v1, "arch=x86-64")
#undef AATGS_THERMO_DENSE
AATGS_THERMO_FOR(v4, "arch=x86-64-v4,prefer-vector-width=512")
AATGS_THERMO_FOR(v3, "arch=x86-64-v3")
AATGS_THERMO_FOR(v1, "arch=x86-64")
#undef AATGS_THERMO_FOR

template <class Weight, class Group>
int64_t sweep_dense_here(Group& group, const ThermoState& state, uint32_t replica, int32_t* fields, uint64_t sweep) {
  const int level = cpu_level();
  if (level == 4) return sweep_dense_v4<Weight>(group, state, replica, fields, sweep);
  if (level == 3) return sweep_dense_v3<Weight>(group, state, replica, fields, sweep);
  return sweep_dense_v1<Weight>(group, state, replica, fields, sweep);
}
template <class Block>
void sweep_pack_here(Block& block, const ThermoState& state, uint32_t pack, uint64_t sweep) {
  const int level = cpu_level();
  if (level == 4) return sweep_pack_v4(block, state, pack, sweep);
  if (level == 3) return sweep_pack_v3(block, state, pack, sweep);
  sweep_pack_v1(block, state, pack, sweep);
}
template <class Group>
void sweep_words_here(Group& group, const ThermoState& state, const RoundKeys& keys, uint32_t task, uint32_t color,
                      uint64_t sweep, bool) {
  const int level = cpu_level();
  if (level == 4) return sweep_words_v4(group, state, keys, task, color, sweep);
  if (level == 3) return sweep_words_v3(group, state, keys, task, color, sweep);
  sweep_words_v1(group, state, keys, task, color, sweep);
}
template <class Group>
void sweep_lattice_here(Group& group, const ThermoState& state, const RoundKeys& keys, uint32_t task, uint32_t color,
                        uint64_t sweep, bool) {
  const int level = cpu_level();
  if (level == 4) return sweep_lattice_v4(group, state, keys, task, color, sweep);
  if (level == 3) return sweep_lattice_v3(group, state, keys, task, color, sweep);
  sweep_lattice_v1(group, state, keys, task, color, sweep);
}
template <class Group>
void count_lattice_energy_here(Group& group, const ThermoState& state, uint64_t task) {
  const int level = cpu_level();
  if (level == 4) return count_lattice_energy_v4(group, state, task);
  if (level == 3) return count_lattice_energy_v3(group, state, task);
  count_lattice_energy_v1(group, state, task);
}
template <class Group>
void update_slice_here(Group& group, const ThermoState& state, uint32_t* words, uint32_t pack, uint32_t number,
                       uint64_t sweep) {
  const int level = cpu_level();
  if (level == 4) return update_slice_v4(group, state, words, pack, number, sweep);
  if (level == 3) return update_slice_v3(group, state, words, pack, number, sweep);
  update_slice_v1(group, state, words, pack, number, sweep);
}
template <class Group>
void count_packed_energy_here(Group& group, const ThermoState& state, const uint32_t* words, uint32_t pack,
                              uint32_t part) {
  const int level = cpu_level();
  if (level == 4) return count_packed_energy_v4(group, state, words, pack, part);
  if (level == 3) return count_packed_energy_v3(group, state, words, pack, part);
  count_packed_energy_v1(group, state, words, pack, part);
}

#else

template <class Weight, class Group>
AATGS_FN int64_t sweep_dense_here(Group& group, const ThermoState& state, uint32_t replica, int32_t* fields,
                                  uint64_t sweep) {
  return sweep_dense<Weight>(group, state, replica, fields, sweep);
}
template <class Block>
AATGS_FN void sweep_pack_here(Block& block, const ThermoState& state, uint32_t pack, uint64_t sweep) {
  sweep_pack(block, state, pack, sweep);
}
template <class Group>
AATGS_FN void sweep_words_here(Group& group, const ThermoState& state, const RoundKeys& keys, uint32_t task,
                               uint32_t color, uint64_t sweep, bool counts) {
  sweep_words(group, state, keys, task, color, sweep, counts);
}
template <class Group>
AATGS_FN void sweep_lattice_here(Group& group, const ThermoState& state, const RoundKeys& keys, uint32_t task,
                                 uint32_t color, uint64_t sweep, bool counts) {
  sweep_lattice(group, state, keys, task, color, sweep, counts);
}
template <class Group>
AATGS_FN void count_lattice_energy_here(Group& group, const ThermoState& state, uint64_t task) {
  count_lattice_energy(group, state, task);
}
#if !defined(__CUDACC__)
template <class Group>
void update_slice_here(Group& group, const ThermoState& state, uint32_t* words, uint32_t pack, uint32_t number,
                       uint64_t sweep) {
  update_slice(group, state, words, pack, number, sweep);
}
template <class Group>
void count_packed_energy_here(Group& group, const ThermoState& state, const uint32_t* words, uint32_t pack,
                              uint32_t part) {
  count_packed_energy(group, state, state.graph.arcs, words, pack, part);
}
#endif

#endif

}  // namespace aatgs::thermo
