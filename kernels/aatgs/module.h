/*
 * The C ABI between @aatgs/core and a kernel module: a small shared library that holds one algorithm's step.
 * A module exports one function, aatgs_module(), and links against nothing of ours. The first six members of the
 * descriptor never move, so that a core and a module of different ages can tell each other's version.
 */
#ifndef AATGS_MODULE_H
#define AATGS_MODULE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AATGS_ABI_VERSION 2u
#define AATGS_MODULE_SYMBOL "aatgs_module"

/** A borrowed range of bytes. */
typedef struct AatgsSpan {
  const void* data;
  uint64_t bytes;
} AatgsSpan;

/** What a module instance is made from: the fixed header of its layout, and arrays of any length. */
typedef struct AatgsSetup {
  AatgsSpan header;
  const AatgsSpan* parts;
  uint32_t part_count;
} AatgsSetup;

/** The machine an instance will run on. Only scratch memory may depend on it; results may not. */
typedef struct AatgsTarget {
  uint32_t is_cuda;            /* 0: CPU threads, 1: CUDA */
  uint32_t parallel_blocks;    /* blocks that run at once: threads on the CPU, multiprocessors on CUDA */
  uint64_t block_shared_bytes; /* most shared memory one block can have */
} AatgsTarget;

/** A named part of an instance's memory that the host may read in-band. */
typedef struct AatgsRegion {
  char name[24];
  uint64_t offset; /* from the start of the arena */
  uint64_t bytes;
} AatgsRegion;

#define AATGS_MAX_REGIONS 16u

/**
 * Memory an instance needs. The arena is one allocation of three sections, each 256-byte aligned: constant (uploaded
 * once), mutable (zeroed; exactly what a snapshot holds) and scratch (zeroed; may depend on the target).
 */
typedef struct AatgsPlan {
  uint64_t constant_bytes;
  uint64_t mutable_bytes;
  uint64_t scratch_bytes;
  uint64_t block_shared_bytes; /* shared memory of each block */
  uint32_t blocks;             /* blocks the step can use; 0: as many as fit */
  uint32_t block_threads;      /* of the kernels below */
  const char* kernels;         /* CUDA: what the names of the two kernels that run this instance begin with; static */
  uint32_t reserved;
  uint32_t region_count;
  AatgsRegion regions[AATGS_MAX_REGIONS];
} AatgsPlan;

typedef struct AatgsError {
  char message[248];
} AatgsError;

/** One field's place in a message, as the module's compiler sees it. */
typedef struct AatgsField {
  const char* name;
  uint64_t offset;
  uint64_t bytes;
} AatgsField;

/** What one CPU worker is given. `shared` and `scratch` belong to the whole team. */
typedef struct AatgsHostTeam {
  uint32_t rank;
  uint32_t count;
  void* shared;       /* AATGS_TEAM_SHARED_BYTES(count) bytes, zeroed once, 64-byte aligned */
  void* scratch;      /* AATGS_TEAM_SCRATCH_BYTES bytes for reductions */
  void* block_shared; /* the plan's block_shared_bytes, this worker's own */
  const uint32_t* cancel;
  uint32_t spin;       /* looks at a barrier before the thread sleeps; small where threads outnumber cores */
  uint32_t collectives; /* how many collective operations this worker has taken part in; the team counts */
} AatgsHostTeam;

#define AATGS_TEAM_SHARED_BYTES(count) (256u + 128u * (count))
#define AATGS_TEAM_SCRATCH_BYTES 65536u

/** Device code of a module built with CUDA; null in a module built without. */
typedef struct AatgsCudaImage {
  const void* fatbin;
  uint64_t bytes;
} AatgsCudaImage;

typedef struct AatgsModule {
  /* Never moved. */
  uint32_t struct_bytes;
  uint32_t abi_version;
  uint32_t ring_protocol;
  uint32_t reserved;
  const char* name;
  const char* version;
  /* Since ABI 2. */
  uint64_t layout_fingerprint;
  const AatgsField* fields;
  uint32_t field_count;
  uint32_t setup_bytes;
  uint32_t config_bytes;
  uint32_t telemetry_bytes;
  uint32_t state_bytes;
  uint32_t reserved2;
  /** Checks the setup and says what memory it needs. Returns 0, or 1 with a message. */
  int32_t (*plan)(const AatgsSetup* setup, const AatgsTarget* target, AatgsPlan* plan, AatgsError* error);
  /**
   * Fills the state (a POD of device addresses) for an arena that lives at `arena` on the device, and writes the
   * constant section's content to `constant_image` in host memory.
   */
  void (*bind)(const AatgsSetup* setup, const AatgsTarget* target, const AatgsPlan* plan, uint64_t arena,
               void* constant_image, void* state);
  /** Runs one slot on one CPU worker; every worker of the team calls it with the same slot. */
  void (*run_host)(AatgsHostTeam* team, const void* config_slot, void* state, void* telemetry_slot);
  const AatgsCudaImage* cuda;
} AatgsModule;

/** The only symbol a module exports. */
typedef const AatgsModule* (*AatgsModuleFunction)(void);

#ifdef __cplusplus
}
#endif
#endif
