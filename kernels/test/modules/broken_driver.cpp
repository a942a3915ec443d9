// Takes the place of libcuda.so.1 in a test: a driver that takes down whoever opens it.
#include <cstdlib>

__attribute__((constructor)) static void crash() { std::abort(); }
