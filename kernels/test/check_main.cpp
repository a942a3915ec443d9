#include <chrono>

#include "check.hpp"

int main(int argc, char** argv) {
  int run = 0;
  for (const auto& test : aatgs::test::tests()) {
    if (argc > 1 && !std::strstr(test.name, argv[1])) continue;
    const int before = aatgs::test::failures;
    const auto start = std::chrono::steady_clock::now();
    test.body();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::printf("%-4s %-50s %8.1f ms\n", aatgs::test::failures == before ? "ok" : "FAIL", test.name, took.count());
    std::fflush(stdout);
    ++run;
  }
  if (run == 0) std::fprintf(stderr, "no test of that name\n");
  return run == 0 || aatgs::test::failures != 0;
}
