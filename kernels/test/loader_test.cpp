// The module loader and the making of a context: what is refused, with which code, and that the message helps.
#include <filesystem>
#include <fstream>

#include "client.hpp"

using namespace aatgs;
using namespace aatgs::test;

namespace {

const std::string kDir = AATGS_TEST_MODULES;

/// Loads a module that must be refused: the code, and every piece the message must contain.
void refused(const std::string& path, const std::string& code, const std::vector<std::string>& pieces) {
  try {
    engine::load_module(path);
    report(false, __FILE__, __LINE__, path + " was accepted");
  } catch (const engine::EngineError& error) {
    report(error.code() == code, __FILE__, __LINE__, path + ": " + error.code() + ", expected " + code);
    for (const auto& piece : pieces) {
      report(std::strstr(error.what(), piece.c_str()), __FILE__, __LINE__, error.what() + (" lacks " + piece));
    }
  }
}

std::string setup_problem(const AatgsSetup& setup) {
  ContextOptions options;
  options.module = engine::load_module(AATGS_EXAMPLE_MODULE);
  options.setup = setup;
  options.threads = 1;
  try {
    Context context(options);
  } catch (const engine::EngineError& error) {
    return error.code() + ": " + error.what();
  }
  return "";
}

}  // namespace

TEST(a_module_is_opened_once) {
  const AatgsModule* module = engine::load_module(AATGS_EXAMPLE_MODULE);
  CHECK(module == engine::load_module(AATGS_EXAMPLE_MODULE));
  CHECK(std::string(module->name) == "example");
  CHECK(module->config_bytes == 256 && module->telemetry_bytes == 64);
  CHECK_EQ(module->layout_fingerprint, example::kLayoutFingerprint);
  CHECK_EQ(module->field_count, std::size(example::kFields));
}

TEST(missing_file) { refused(kDir + "/none.so", "ERR_AATGS_MODULE_NOT_FOUND", {"none.so"}); }

TEST(not_a_library) {
  const std::string path = kDir + "/text.so";
  std::ofstream(path) << "this is no shared library\n";
  refused(path, "ERR_AATGS_MODULE_NOT_FOUND", {"text.so"});
  std::filesystem::remove(path);
}

TEST(not_a_module) {
  refused(kDir + "/not_a_module.so", "ERR_AATGS_MODULE_INVALID", {"not_a_module.so", "aatgs_module"});
  refused(kDir + "/no_descriptor.so", "ERR_AATGS_MODULE_INVALID", {"no_descriptor.so"});
}

TEST(an_unusable_descriptor) { refused(kDir + "/bad_slots.so", "ERR_AATGS_MODULE_INVALID", {"bad_slots.so", "256"}); }

TEST(wrong_versions_name_both_sides) {
  refused(kDir + "/bad_abi.so", "ERR_AATGS_ABI_MISMATCH",
          {"bad_abi 9.9.9", "ABI 9999", "has " + std::to_string(AATGS_ABI_VERSION)});
  refused(kDir + "/bad_protocol.so", "ERR_AATGS_ABI_MISMATCH",
          {"bad_protocol 1.0.0", "ring protocol 4242", "has " + std::to_string(RING_PROTOCOL)});
  refused(kDir + "/short_descriptor.so", "ERR_AATGS_ABI_MISMATCH", {"short_descriptor", "32"});
}

TEST(a_refused_module_leaves_the_others_alone) {
  refused(kDir + "/bad_abi.so", "ERR_AATGS_ABI_MISMATCH", {});
  Client client;
  client.run(2, [&](uint32_t) { client.put(); }, [](const ExampleTelemetry&) {});
}

TEST(invalid_setups_are_explained) {
  example::ExampleSetup setup{0, 10, {}};
  CHECK(setup_problem({{&setup, sizeof setup}, nullptr, 0}) ==
        "ERR_AATGS_INVALID_SETUP: module example: entities must be at least 1");
  setup = {5, 0, {}};
  CHECK(setup_problem({{&setup, sizeof setup}, nullptr, 0}).find("goal must be between") != std::string::npos);
  setup = {5, 10, {}};
  CHECK(setup_problem({{&setup, sizeof setup - 4}, nullptr, 0}).find("wrong size") != std::string::npos);
  CHECK(setup_problem({{nullptr, 0}, nullptr, 0}).find("wrong size") != std::string::npos);
  CHECK(setup_problem({{&setup, sizeof setup}, nullptr, 0}).empty());
}
