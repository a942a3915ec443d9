// Allocations of a context: what may be copied where, and what is refused.
#include <array>

#include "client.hpp"

using namespace aatgs;
using namespace aatgs::test;

namespace {
constexpr const char* kInvalid = "ERR_AATGS_INVALID_ARGUMENT";
constexpr const char* kNoMemory = "ERR_AATGS_OUT_OF_MEMORY";
}  // namespace

TEST(host_allocations_are_checked_to_the_byte) {
  Client client;
  Context& context = client.context();
  const uint64_t at = context.allocate(false, 100);
  std::array<std::byte, 128> buffer{};
  const auto bytes = [&](size_t n) { return std::span<std::byte>(buffer.data(), n); };
  for (size_t i = 0; i < 100; ++i) buffer[i] = static_cast<std::byte>(i);
  context.write_host(at, bytes(100));
  buffer = {};
  context.read_host(at + 40, bytes(60));
  CHECK(buffer[0] == std::byte{40} && buffer[59] == std::byte{99});
  context.write_host(at + 100, bytes(0));
  context.read_host(at, bytes(0));

  CHECK_THROWS(kInvalid, context.write_host(at, bytes(101)));
  CHECK_THROWS(kInvalid, context.read_host(at, bytes(101)));
  CHECK_THROWS(kInvalid, context.write_host(at + 1, bytes(100)));
  CHECK_THROWS(kInvalid, context.write_host(at + 100, bytes(1)));
  CHECK_THROWS(kInvalid, context.read_host(at + 101, bytes(0)));
  CHECK_THROWS(kInvalid, context.read_host(at - 1, bytes(1)));
  CHECK_THROWS(kInvalid, context.read_host(0, bytes(1)));
  CHECK_THROWS(kInvalid, context.read_host(~uint64_t{0}, bytes(1)));
  CHECK_THROWS(kInvalid, context.read_host(~uint64_t{0} - 50, bytes(100)));
  CHECK_THROWS(kInvalid, context.write_host(context.arena(), bytes(4)));  // not the user's
  CHECK_THROWS(kInvalid, context.write_host(context.ring_device_address(), bytes(4)));

  context.free(at);
  CHECK_THROWS(kInvalid, context.read_host(at, bytes(1)));
  context.free(at);  // twice is nothing
  context.free(12345);
}

TEST(device_allocations_are_not_for_the_host) {
  Client client;
  const uint64_t at = client.context().allocate(true, 256);
  std::array<std::byte, 16> buffer{};
  CHECK_THROWS(kInvalid, client.context().write_host(at, buffer));
  CHECK_THROWS(kInvalid, client.context().read_host(at, buffer));
  CHECK_EQ(at % 256, 0u);
}

TEST(allocations_are_zeroed_aligned_and_counted) {
  Client client;
  Context& context = client.context();
  const uint64_t before = context.device_bytes();
  for (const uint64_t n : {1, 4095, 4096, 4097, 100000}) {
    const uint64_t at = context.allocate(false, n);
    CHECK_EQ(at % 4096, 0u);
    std::vector<std::byte> got(n, std::byte{1});
    context.read_host(at, got);
    for (std::byte b : got) CHECK(b == std::byte{0});
    CHECK_EQ(context.device_bytes(), before + n);
    std::memset(got.data(), 0xff, n);
    context.write_host(at, got);  // so that memory handed out again would be seen dirty
    context.free(at);
  }
  CHECK_EQ(context.device_bytes(), before);
  const uint64_t none = context.allocate(false, 0);
  CHECK(none != 0);
  CHECK(none != context.allocate(false, 0));
}

TEST(impossible_sizes_are_refused) {
  Client client;
  for (const bool on_device : {false, true}) {
    for (const uint64_t n : {~uint64_t{0}, ~uint64_t{0} - 4096, uint64_t{1} << 62}) {
      CHECK_THROWS(kNoMemory, client.context().allocate(on_device, n));
    }
  }
  client.run(1, [&](uint32_t) { client.put(); }, [](const ExampleTelemetry&) {});  // and nothing is broken
}
