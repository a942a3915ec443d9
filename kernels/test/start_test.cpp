// The operating system refuses a thread halfway through the start: nothing may hang, leak or use freed memory.
// The linker replaces std::thread's start by the function below (--wrap), which counts down to the refusal.
#include <filesystem>
#include <iterator>
#include <system_error>
#include <thread>

#include "client.hpp"

using namespace aatgs;
using namespace aatgs::test;

namespace {

int threads_left = -1;  // negative: as many as anybody likes

int64_t threads_alive() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

}  // namespace

extern "C" void AATGS_REAL_START(void* self, void* state, void (*depend)());
extern "C" void AATGS_WRAP_START(void* self, void* state, void (*depend)()) {
  if (threads_left == 0) {
    throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
  }
  if (threads_left > 0) --threads_left;
  AATGS_REAL_START(self, state, depend);
}

TEST(a_refused_thread_is_an_error_and_nothing_stays_behind) {
  std::thread([] {}).join();  // ThreadSanitizer starts a thread of its own beside the first one
  const int64_t before = threads_alive();
  for (int repeat = 0; repeat < 20; ++repeat) {
    for (int granted = 0; granted < 4; ++granted) {
      threads_left = granted;
      CHECK_THROWS("ERR_AATGS_OUT_OF_MEMORY", Client({.threads = 4}));
      CHECK_EQ(threads_left, 0);
    }
  }
  // The workers that did start must go home; they are detached, so they may take a moment.
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (threads_alive() > before && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  CHECK_EQ(threads_alive(), before);
  threads_left = 4;
  Client client({.threads = 4});
  client.run(2, [&](uint32_t) { client.put(); }, [](const ExampleTelemetry&) {});
  threads_left = -1;
}
