# aatgs_add_module(<name> SOURCES <cpp>... [CUDA <cu>]): builds a kernel module as <name>.so, with device code where nvcc
# is found. Ships with @aatgs/core, so that third parties build their modules with the same two lines.
get_filename_component(AATGS_INCLUDE_DIR ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
include(${CMAKE_CURRENT_LIST_DIR}/portable.cmake)

# Same bits everywhere: no contraction, no fast-math; fma is written where it is meant.
set(AATGS_COMPILE_OPTIONS -Wall -Wextra -ffp-contract=off -fno-math-errno)

if(AATGS_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=address,undefined)
elseif(AATGS_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=thread)
endif()

# Architectures: by default those of the GPUs here, for device code takes minutes to compile and nothing else here runs
# it; empty builds without CUDA. The last one also as PTX, for GPUs that do not exist yet.
set(AATGS_CUDA_RELEASE_ARCHS 75 80 86 89 90 100 120)
find_program(AATGS_NVCC nvcc HINTS $ENV{CUDA_PATH}/bin /usr/local/cuda/bin)

# The compute capabilities of the GPUs of this machine, as 90 for 9.0, without those that are too old for the modules.
function(aatgs_detect_cuda_archs result)
  set(usable)
  find_program(AATGS_NVIDIA_SMI nvidia-smi)
  if(AATGS_NVIDIA_SMI)
    execute_process(COMMAND ${AATGS_NVIDIA_SMI} --query-gpu=compute_cap --format=csv,noheader
      OUTPUT_VARIABLE output RESULT_VARIABLE status ERROR_QUIET TIMEOUT 60)
    if(status EQUAL 0)
      string(REGEX MATCHALL "[0-9]+\\.[0-9]" usable "${output}")
    endif()
  endif()
  list(TRANSFORM usable REPLACE "\\." "")
  list(GET AATGS_CUDA_RELEASE_ARCHS 0 oldest)
  foreach(arch IN LISTS usable)
    if(arch LESS oldest)
      list(REMOVE_ITEM usable ${arch})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES usable)
  list(SORT usable COMPARE NATURAL)
  set(${result} "${usable}" PARENT_SCOPE)
endfunction()

# Not kept in the cache: what was built for the CPU once must not stay so.
set(AATGS_CPU_ONLY "AATGS_CUDA_ARCHS is empty")
if(DEFINED ENV{AATGS_CUDA_ARCHS})
  set(AATGS_CUDA_ARCHS "$ENV{AATGS_CUDA_ARCHS}")
elseif(NOT DEFINED AATGS_CUDA_ARCHS)
  aatgs_detect_cuda_archs(AATGS_CUDA_ARCHS)
  set(AATGS_CPU_ONLY "nvidia-smi lists no GPU that could run device code (AATGS_CUDA_ARCHS=90 compiles it for one elsewhere)")
endif()
if(AATGS_CUDA_ARCHS STREQUAL "release")
  set(AATGS_CUDA_ARCHS ${AATGS_CUDA_RELEASE_ARCHS})
endif()
if(NOT AATGS_NVCC)
  set(AATGS_CPU_ONLY "nvcc was not found")
endif()
if(NOT AATGS_NVCC OR NOT AATGS_CUDA_ARCHS)
  message(STATUS "${AATGS_CPU_ONLY}: modules are built for the CPU only")
endif()

set(AATGS_NVCC_OPTIONS -O3 -std=c++20 -fmad=false --expt-relaxed-constexpr -I${AATGS_INCLUDE_DIR})

# Compiles a .cu file to a compressed fatbin and links its bytes into the module.
function(aatgs_add_device_code name source)
  set(targets)
  foreach(arch IN LISTS AATGS_CUDA_ARCHS)
    list(APPEND targets -gencode arch=compute_${arch},code=sm_${arch})
  endforeach()
  list(GET AATGS_CUDA_ARCHS -1 newest)
  list(APPEND targets -gencode arch=compute_${newest},code=compute_${newest})
  set(fatbin ${CMAKE_CURRENT_BINARY_DIR}/${name}.fatbin)
  add_custom_command(OUTPUT ${fatbin}
    COMMAND ${AATGS_NVCC} -fatbin ${AATGS_NVCC_OPTIONS} --compress-mode=size -MD -MF ${fatbin}.d
      -I${CMAKE_CURRENT_SOURCE_DIR}/.. ${targets} -o ${fatbin} ${CMAKE_CURRENT_SOURCE_DIR}/${source}
    DEPENDS ${source} DEPFILE ${fatbin}.d COMMENT "Compiling device code of ${name} for ${AATGS_CUDA_ARCHS}" VERBATIM)
  set(holder ${CMAKE_CURRENT_BINARY_DIR}/${name}_fatbin.cpp)
  file(WRITE ${holder} "// Generated: holds the module's device code.\n"
    "__asm__(\".section .rodata\\n.balign 64\\n.globl aatgs_fatbin_start\\n.hidden aatgs_fatbin_start\\naatgs_fatbin_start:\\n\"\n"
    "        \".incbin \\\"${fatbin}\\\"\\n.globl aatgs_fatbin_end\\n.hidden aatgs_fatbin_end\\naatgs_fatbin_end:\\n.byte 0\\n.previous\");\n")
  set_source_files_properties(${holder} PROPERTIES OBJECT_DEPENDS ${fatbin})
  target_sources(aatgs_${name} PRIVATE ${holder})
  target_compile_definitions(aatgs_${name} PRIVATE AATGS_HAVE_CUDA)
endfunction()

# The target check_device_code: nvcc's front end only, a few seconds a module where code for a GPU takes minutes.
function(aatgs_add_device_check name source)
  if(NOT TARGET check_device_code)
    if(NOT AATGS_NVCC)
      set(instead COMMAND ${CMAKE_COMMAND} -E echo "nvcc was not found: the device code was not looked at")
    endif()
    add_custom_target(check_device_code ${instead})
  endif()
  if(NOT AATGS_NVCC)
    return()
  endif()
  add_custom_target(${name}_device_check COMMAND ${AATGS_NVCC} -cubin -fdevice-syntax-only -arch=sm_90
    ${AATGS_NVCC_OPTIONS} -I${CMAKE_CURRENT_SOURCE_DIR}/.. -o ${name}_device_check.cubin ${CMAKE_CURRENT_SOURCE_DIR}/${source}
    COMMENT "Checking device code of ${name}" VERBATIM)
  add_dependencies(check_device_code ${name}_device_check)
endfunction()

function(aatgs_add_module name)
  cmake_parse_arguments(ARG "" "CUDA" "SOURCES" ${ARGN})
  add_library(aatgs_${name} MODULE ${ARG_SOURCES})
  set_target_properties(aatgs_${name} PROPERTIES
    OUTPUT_NAME ${name} PREFIX "" SUFFIX ".so"
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  # Modules name their own headers with their folder, wherever that lies.
  target_include_directories(aatgs_${name} PRIVATE ${AATGS_INCLUDE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/..)
  target_compile_options(aatgs_${name} PRIVATE ${AATGS_COMPILE_OPTIONS})
  aatgs_self_contained(aatgs_${name} aatgs_module)
  aatgs_glibc_floor(aatgs_${name})
  if(ARG_CUDA AND AATGS_NVCC AND AATGS_CUDA_ARCHS AND NOT AATGS_SANITIZE)
    aatgs_add_device_code(${name} ${ARG_CUDA})
  endif()
  if(ARG_CUDA)
    aatgs_add_device_check(${name} ${ARG_CUDA})
  endif()
endfunction()
