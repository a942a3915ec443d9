// What is said of drivers that cannot be used; run once for each of them, see CMakeLists.txt.
#include <cstdlib>
#include <string>

#include "check.hpp"
#include "engine/cuda/driver.hpp"

using namespace aatgs::engine::cuda;

TEST(an_unusable_driver_is_named_with_its_reason) {
  const char* expected = std::getenv("EXPECTED_PROBLEM");
  CHECK(expected != nullptr);
  CHECK(driver() == nullptr);
  const bool named = driver_problem().find(expected ? expected : "?") != std::string::npos;
  aatgs::test::report(named, __FILE__, __LINE__, driver_problem());
  CHECK(list_devices().empty());
}
