# The engine as a static library: shared by the addon and by the native tests. Expects AATGS_KERNELS.
find_package(Threads REQUIRED)
file(GLOB_RECURSE AATGS_ENGINE_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
add_library(aatgs_engine STATIC ${AATGS_ENGINE_SOURCES})
get_filename_component(AATGS_NATIVE_DIR ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
target_include_directories(aatgs_engine PUBLIC ${AATGS_NATIVE_DIR} ${AATGS_KERNELS})
target_compile_features(aatgs_engine PUBLIC cxx_std_20)
target_compile_options(aatgs_engine PRIVATE -Wall -Wextra)
target_link_libraries(aatgs_engine PUBLIC Threads::Threads ${CMAKE_DL_LIBS})
