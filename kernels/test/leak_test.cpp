// A context given up while its step hangs. Its memory is leaked on purpose, because the step still uses it, so this
// program runs without the leak check (see CMakeLists.txt); AddressSanitizer still sees a use of freed memory.
#include "client.hpp"

using namespace aatgs;
using namespace aatgs::test;

TEST(a_hung_step_outlives_its_context) {
  uint32_t* finished = nullptr;
  uint64_t host = 0;
  {
    Client client({.threads = 2, .library = AATGS_DEAF_MODULE});
    finished = reinterpret_cast<uint32_t*>(client.context().arena() + client.context().plan().constant_bytes);
    host = client.context().allocate(false, 64);
    client.put(ExamplePhase::SPIN, 3200000000u);
    client.publish();
    std::this_thread::sleep_for(milliseconds(50));
    CHECK(!client.context().stop(milliseconds(100)));
    CHECK_EQ(engine::shared_word(*finished).load(), 0u);
  }  // the destructor waits two seconds more, in vain
  *reinterpret_cast<volatile uint32_t*>(host) = 1;  // a step may write to what it was given
  std::this_thread::sleep_for(milliseconds(1500));
  // The step has ended by now and wrote to memory that must still be there.
  CHECK_EQ(engine::shared_word(*finished).load(), 1u);
}
