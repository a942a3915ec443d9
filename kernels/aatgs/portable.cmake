# What makes a shared library load on other machines than the one that built it.
set(AATGS_PORTABLE_DIR ${CMAKE_CURRENT_LIST_DIR})

# aatgs_self_contained(<target> <function>...): brings its own C++ library and exports these functions only, so that no
# other library of the process can meet its symbols. Other compilers than GCC link the system's C++ library. Once loaded
# it stays: Node unloads an addon when the last thread that required it ends, and engine threads may still be on their
# way out then. (An exported libstdc++ would keep it loaded as well, by its unique symbols.)
function(aatgs_self_contained target)
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    set(map ${CMAKE_CURRENT_BINARY_DIR}/${target}.map)
    list(JOIN ARGN "; " functions)
    file(WRITE ${map} "{ global: ${functions}; local: *; };\n")
    target_link_options(${target} PRIVATE -Wl,--version-script=${map} -Wl,-z,nodelete)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_link_options(${target} PRIVATE -static-libstdc++)
  endif()
endfunction()

# aatgs_glibc_floor(<target>): links a shared library so that it loads on glibc 2.28 and newer (RHEL 8, Debian 10, Ubuntu
# 20.04), whatever glibc the building machine has. Four kinds of symbols would ask for a newer one:
#   - those of libm that have a newer version: bound to the older one, in the same way;
#   - those that glibc 2.34 moved into libc.so.6: bound to the old libraries through stubs with the old versions, which
#     every newer glibc still carries;
#   - those that libstdc++ takes where it was built with a newer glibc: defined in glibc_floor.cpp;
#   - those of the unwinder: libgcc stays a shared library, as it is for node itself.
# scripts/check-binaries.mjs checks the result. Does nothing where there is no glibc.
option(AATGS_GLIBC_FLOOR "Link so that the result loads on glibc 2.28" OFF)

set(AATGS_MOVED_TO_LIBC_pthread
  pthread_create pthread_join pthread_detach pthread_once pthread_key_create __pthread_key_create pthread_key_delete
  pthread_getspecific pthread_setspecific pthread_mutex_trylock pthread_mutex_timedlock pthread_rwlock_rdlock
  pthread_rwlock_wrlock pthread_rwlock_unlock pthread_kill sem_init sem_destroy sem_wait sem_post)
set(AATGS_MOVED_TO_LIBC_dl dlopen dlsym dlclose dlerror dladdr)
# Got new versions in glibc 2.29, which differ in how they report errors only.
set(AATGS_OLD_IN_LIBM exp exp2 log log2 pow)

function(aatgs_stub_library target soname symbols)
  set(version GLIBC_2.17)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set(version GLIBC_2.2.5)
  endif()
  set(source ${CMAKE_BINARY_DIR}/${target}.cpp)
  set(map ${CMAKE_BINARY_DIR}/${target}.map)
  list(JOIN symbols "(void) {}\nextern \"C\" void " functions)
  file(WRITE ${source} "extern \"C\" void ${functions}(void) {}\n")
  list(JOIN symbols "; " exported)
  file(WRITE ${map} "${version} { global: ${exported}; local: *; };\n")
  add_library(${target} SHARED ${source})
  set_target_properties(${target} PROPERTIES NO_SONAME ON CXX_VISIBILITY_PRESET default)
  target_compile_options(${target} PRIVATE -fno-builtin)
  target_link_options(${target} PRIVATE -nostdlib -Wl,-soname,${soname} -Wl,--version-script=${map})
endfunction()

function(aatgs_glibc_floor target)
  if(NOT AATGS_GLIBC_FLOOR OR AATGS_SANITIZE OR NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
    return()
  endif()
  if(NOT TARGET aatgs_glibc_definitions)
    aatgs_stub_library(aatgs_stub_pthread libpthread.so.0 "${AATGS_MOVED_TO_LIBC_pthread}")
    aatgs_stub_library(aatgs_stub_dl libdl.so.2 "${AATGS_MOVED_TO_LIBC_dl}")
    aatgs_stub_library(aatgs_stub_m libm.so.6 "${AATGS_OLD_IN_LIBM}")
    add_library(aatgs_glibc_definitions OBJECT ${AATGS_PORTABLE_DIR}/glibc_floor.cpp)
    target_compile_options(aatgs_glibc_definitions PRIVATE -O2 -fPIC -ffunction-sections -fdata-sections)
  endif()
  add_dependencies(${target} aatgs_stub_pthread aatgs_stub_dl aatgs_stub_m)
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:aatgs_glibc_definitions>)
  target_link_libraries(${target} PRIVATE -Wl,--push-state,--no-as-needed $<TARGET_FILE:aatgs_stub_pthread>
    $<TARGET_FILE:aatgs_stub_dl> $<TARGET_FILE:aatgs_stub_m> -Wl,--pop-state)
  target_link_options(${target} PRIVATE -Wl,--gc-sections)
  set_target_properties(${target} PROPERTIES SKIP_BUILD_RPATH ON)
endfunction()
