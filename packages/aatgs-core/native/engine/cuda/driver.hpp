// The CUDA driver, opened at run time: nothing links to it, and no toolkit is needed to build this. Only what we call is
// declared; names and values are the driver's ABI, which does not change under a versioned symbol.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace aatgs::engine::cuda {

using CUresult = int;
using CUdevice = int;
using CUdeviceptr = unsigned long long;
struct CUctx_st;
struct CUmod_st;
struct CUfunc_st;
struct CUstream_st;
struct CUgraph_st;
struct CUgraphExec_st;
struct CUgraphNode_st;
struct CUkern_st;
struct CUmemPoolHandle_st;
using CUcontext = CUctx_st*;
using CUmodule = CUmod_st*;
using CUfunction = CUfunc_st*;
using CUstream = CUstream_st*;
using CUgraph = CUgraph_st*;
using CUgraphExec = CUgraphExec_st*;
using CUgraphNode = CUgraphNode_st*;
using CUmemoryPool = CUmemPoolHandle_st*;

struct CUDA_KERNEL_NODE_PARAMS {
  CUfunction func;
  unsigned gridDimX, gridDimY, gridDimZ, blockDimX, blockDimY, blockDimZ, sharedMemBytes;
  void** kernelParams;
  void** extra;
  CUkern_st* kern;
  CUcontext ctx;
};

struct CUmemLocation {
  int type, id;
};
struct CUmemPoolProps {
  int allocType, handleTypes;
  CUmemLocation location;
  void* win32SecurityAttributes;
  size_t maxSize;
  unsigned short usage;
  unsigned char reserved[54];
};
static_assert(sizeof(CUmemPoolProps) == 88);
struct CUmemAccessDesc {
  CUmemLocation location;
  int flags;
};

inline constexpr CUresult CUDA_SUCCESS = 0;
inline constexpr CUresult CUDA_ERROR_OUT_OF_MEMORY = 2;
inline constexpr CUresult CUDA_ERROR_NOT_READY = 600;
inline constexpr CUresult CUDA_ERROR_ILLEGAL_ADDRESS = 700, CUDA_ERROR_LAUNCH_FAILED = 719;
inline constexpr unsigned CU_STREAM_NON_BLOCKING = 1;
inline constexpr unsigned CU_MEMHOSTALLOC_PORTABLE = 1, CU_MEMHOSTALLOC_DEVICEMAP = 2;
inline constexpr int CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT = 16;
inline constexpr int CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75;
inline constexpr int CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76;
inline constexpr int CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH = 95;
inline constexpr int CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN = 97;
inline constexpr int CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES = 8;
inline constexpr int CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES = 1;
inline constexpr int CU_MEM_ALLOCATION_TYPE_PINNED = 1, CU_MEM_LOCATION_TYPE_DEVICE = 1;
inline constexpr int CU_MEMPOOL_ATTR_RELEASE_THRESHOLD = 4;
inline constexpr int CU_MEM_ACCESS_FLAGS_PROT_READWRITE = 3;
inline constexpr int CU_STREAM_CAPTURE_MODE_THREAD_LOCAL = 1;

/// Oldest driver that runs CUDA 13 binaries, as cuDriverGetVersion() reports it.
inline constexpr int kMinimumDriver = 13000;

#define AATGS_CUDA_FUNCTIONS(X)                                                                           \
  X(cuGetErrorName, (CUresult, const char**))                                                             \
  X(cuGetErrorString, (CUresult, const char**))                                                           \
  X(cuInit, (unsigned))                                                                                   \
  X(cuDriverGetVersion, (int*))                                                                           \
  X(cuDeviceGetCount, (int*))                                                                             \
  X(cuDeviceGet, (CUdevice*, int))                                                                        \
  X(cuDeviceGetName, (char*, int, CUdevice))                                                              \
  X(cuDeviceGetAttribute, (int*, int, CUdevice))                                                          \
  X(cuDevicePrimaryCtxRetain, (CUcontext*, CUdevice))                                                     \
  X(cuCtxSetCurrent, (CUcontext))                                                                         \
  X(cuModuleLoadData, (CUmodule*, const void*))                                                           \
  X(cuModuleUnload, (CUmodule))                                                                           \
  X(cuModuleGetFunction, (CUfunction*, CUmodule, const char*))                                            \
  X(cuFuncGetAttribute, (int*, int, CUfunction))                                                          \
  X(cuFuncSetAttribute, (CUfunction, int, int))                                                           \
  X(cuOccupancyMaxActiveBlocksPerMultiprocessor, (int*, CUfunction, int, size_t))                         \
  X(cuMemPoolCreate, (CUmemoryPool*, const CUmemPoolProps*))                                              \
  X(cuMemPoolSetAttribute, (CUmemoryPool, int, void*))                                                    \
  X(cuMemPoolSetAccess, (CUmemoryPool, const CUmemAccessDesc*, size_t))                                   \
  X(cuDeviceCanAccessPeer, (int*, CUdevice, CUdevice))                                                    \
  X(cuMemAllocFromPoolAsync, (CUdeviceptr*, size_t, CUmemoryPool, CUstream))                              \
  X(cuMemFreeAsync, (CUdeviceptr, CUstream))                                                              \
  X(cuMemHostAlloc, (void**, size_t, unsigned))                                                           \
  X(cuMemFreeHost, (void*))                                                                               \
  X(cuMemHostGetDevicePointer_v2, (CUdeviceptr*, void*, unsigned))                                        \
  X(cuMemcpyHtoDAsync_v2, (CUdeviceptr, const void*, size_t, CUstream))                                   \
  X(cuMemcpyDtoHAsync_v2, (void*, CUdeviceptr, size_t, CUstream))                                         \
  X(cuMemsetD8Async, (CUdeviceptr, unsigned char, size_t, CUstream))                                      \
  X(cuMemsetD32Async, (CUdeviceptr, unsigned, size_t, CUstream))                                          \
  X(cuMemGetInfo_v2, (size_t*, size_t*))                                                                  \
  X(cuStreamCreate, (CUstream*, unsigned))                                                                \
  X(cuStreamDestroy_v2, (CUstream))                                                                       \
  X(cuStreamQuery, (CUstream))                                                                            \
  X(cuStreamSynchronize, (CUstream))                                                                      \
  X(cuLaunchCooperativeKernel,                                                                            \
    (CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, CUstream, void**)) \
  X(cuStreamBeginCapture_v2, (CUstream, int))                                                             \
  X(cuStreamEndCapture, (CUstream, CUgraph*))                                                             \
  X(cuGraphInstantiateWithFlags, (CUgraphExec*, CUgraph, unsigned long long))                             \
  X(cuGraphGetNodes, (CUgraph, CUgraphNode*, size_t*))                                                    \
  X(cuGraphExecKernelNodeSetParams_v2, (CUgraphExec, CUgraphNode, const CUDA_KERNEL_NODE_PARAMS*))        \
  X(cuGraphLaunch, (CUgraphExec, CUstream))                                                               \
  X(cuGraphExecDestroy, (CUgraphExec))                                                                    \
  X(cuGraphDestroy, (CUgraph))

/// The driver's functions, all of them present once loaded.
struct Driver {
#define AATGS_DECLARE(name, arguments) CUresult(*name) arguments = nullptr;
  AATGS_CUDA_FUNCTIONS(AATGS_DECLARE)
#undef AATGS_DECLARE
  int version = 0;
};

/// The driver, opened and initialised on first use; null when it cannot be used, and why in `driver_problem()`.
const Driver* driver();
const std::string& driver_problem();

/// Throws ERR_AATGS_OUT_OF_MEMORY, or ERR_AATGS_CUDA naming the call and the driver's own words.
void check(CUresult result, const char* call);

struct DeviceInfo {
  int index;
  std::string name;
  int multiprocessors;
  int compute_major, compute_minor;
  int max_shared_bytes;
};

/// The GPUs our kernels can run on (cooperative launch, compute capability 7.5 or newer).
std::vector<DeviceInfo> list_devices();

}  // namespace aatgs::engine::cuda
