// The smallest test kit that does the job: named tests, checks that go on after a failure, an exit code for ctest.
// A program runs all its tests, or those whose names contain its first argument.
#pragma once
#include <atomic>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "engine/error.hpp"

namespace aatgs::test {

struct Test {
  const char* name;
  void (*body)();
};
inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}
struct Register {
  Register(const char* name, void (*body)()) { tests().push_back({name, body}); }
};

inline std::atomic<int> failures{0};
/// Counts a failure; any thread. Only the first ones are printed: a broken loop must not drown its cause.
inline bool report(bool ok, const char* file, int line, const std::string& what) {
  if (!ok && failures.fetch_add(1) < 20) std::fprintf(stderr, "%s:%d: failed: %s\n", file, line, what.c_str());
  return ok;
}
template <class A, class B>
bool equal(const A& a, const B& b, const char* file, int line, const char* text) {
  if (a == b) return true;
  return report(false, file, line,
                std::string(text) + " (" + std::to_string(a) + " against " + std::to_string(b) + ")");
}
template <class F>
std::string code_thrown_by(F f) {
  try {
    f();
  } catch (const engine::EngineError& error) {
    return error.code();
  }
  return "nothing";
}

}  // namespace aatgs::test

#define TEST(name)                                                  \
  static void name();                                               \
  static const aatgs::test::Register register_##name(#name, &name); \
  static void name()
#define CHECK(x) (static_cast<bool>(x) || aatgs::test::report(false, __FILE__, __LINE__, #x))
#define CHECK_EQ(a, b) aatgs::test::equal((a), (b), __FILE__, __LINE__, #a " == " #b)
#define CHECK_THROWS(code, expression)                                                                \
  aatgs::test::report(aatgs::test::code_thrown_by([&] { expression; }) == (code), __FILE__, __LINE__, \
                      #expression " throws " + std::string(code))
