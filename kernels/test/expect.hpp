// Checks of the programs that test a step alone: they go on after a failure, and `summary` is their exit code.
#pragma once
#include <cstdio>

namespace aatgs::test {

inline int expectations_failed = 0;

inline int summary(const char* what) {
  if (expectations_failed > 0) {
    std::printf("%d expectations failed\n", expectations_failed);
  } else {
    std::printf("%s: all tests passed\n", what);
  }
  return expectations_failed != 0;
}

}  // namespace aatgs::test

#define EXPECT(condition)                                                \
  do {                                                                   \
    if (!(condition)) {                                                  \
      ++aatgs::test::expectations_failed;                                \
      std::printf("FAILED %s:%d: %s\n", __FILE__, __LINE__, #condition); \
    }                                                                    \
  } while (0)
