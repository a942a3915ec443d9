// The Team a step is written against: three levels of parallelism with the same operations on each.
//
//   team                 the whole team: all worker threads, or the whole grid
//   team.for_each_block  one block: a thread block with shared memory, or one CPU thread
//   *.for_each_group     one group: a warp, or one CPU thread with a lane loop
//
// Operations of every level (n: any unsigned integer, f(i) for i in [0, n)):
//
//   for_each(n, f)       calls f(i) once for each i, in parallel; no barrier after it
//   sum<T>(n, f)         sum of f(i); floats in the fixed order of reduce_tree.hpp. Collective.
//   min<T>(n, f)         smallest f(i), or the largest T when n is 0. Collective.
//   argmin<T>(n, f)      {value, index} of the smallest f(i); the lowest index on ties, index n when n is 0. Collective.
//   any(n, f)            whether f(i) holds for some i. Collective.
//   any_bits(n, f)       the bits set in some f(i), 32 of them. Collective.
//   barrier()            everybody's earlier writes are visible to everybody after it. Collective.
//   leader(f)            calls f() on one thread; no barrier after it
//   rank(), count()      for diagnostics only: results must not depend on them
//
// Collective operations must be reached by every thread of the level, and give all of them the same value.
#pragma once
#include "aatgs/platform.hpp"

#if defined(__CUDACC__)
#include "aatgs/cuda_team.cuh"
#else
#include "aatgs/host_team.hpp"
#endif
