# aatgs_add_module(<name> SOURCES ...): builds a kernel module as <name>.so. Ships with @aatgs/core, so that third
# parties build their modules with the same two lines.
get_filename_component(AATGS_INCLUDE_DIR ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)

# Same bits everywhere: no contraction, no fast-math; fma is written where it is meant.
set(AATGS_COMPILE_OPTIONS -Wall -Wextra -ffp-contract=off -fno-math-errno)

if(AATGS_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=address,undefined)
elseif(AATGS_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=thread)
endif()

function(aatgs_add_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  add_library(aatgs_${name} MODULE ${ARG_SOURCES})
  set_target_properties(aatgs_${name} PROPERTIES
    OUTPUT_NAME ${name} PREFIX "" SUFFIX ".so"
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_include_directories(aatgs_${name} PRIVATE ${AATGS_INCLUDE_DIR})
  target_compile_options(aatgs_${name} PRIVATE ${AATGS_COMPILE_OPTIONS})
  target_link_options(aatgs_${name} PRIVATE -static-libstdc++ -static-libgcc)
endfunction()
