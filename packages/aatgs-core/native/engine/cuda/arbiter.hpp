// Who may have a grid on which GPU. There is one arbiter in a process, also when several copies of this addon are
// loaded (two versions of @aatgs/core in one dependency tree): the copy that was loaded first lends its own to the
// others. Hence plain C structs and functions, and a version in the exported name.
#pragma once
#include <cstdint>

namespace aatgs::engine::cuda {

extern "C" {

/// One scheduler that puts grids on a GPU. Its owner keeps it alive from join() to part().
struct AatgsTenant {
  void* self;
  void (*yield)(void* self);  ///< asks its grid to leave soon; any thread, never blocks
  uint32_t share;             ///< multiprocessors its grid takes
  uint32_t on_gpu;            ///< the arbiter's, from here on
  uint32_t waiting;
  int64_t since_ns;
};

struct AatgsArbiter {
  void (*join)(int device, AatgsTenant*);
  void (*part)(int device, AatgsTenant*);
  /// Whether the tenant may put its grid on the GPU now. If not, those that have been there for a while are asked to
  /// leave, and the tenant's turn comes: first come, first served. Ask again soon.
  uint32_t (*enter)(int device, AatgsTenant*, uint32_t multiprocessors);
  void (*leave)(int device, AatgsTenant*);
  /// While held (+1, later -1) nobody enters, and all are asked to leave.
  void (*hold)(int device, int32_t change);
  /// Whether any grid is on the GPU.
  uint32_t (*occupied)(int device);
  /// A lost device is lost for every copy: they share the driver's context.
  void (*lose)(int device);
  uint32_t (*lost)(int device);
};
}

const AatgsArbiter& arbiter();

}  // namespace aatgs::engine::cuda
