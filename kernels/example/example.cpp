#include "example/example_step.hpp"

AATGS_MODULE(aatgs::example::ExampleStep, "example", "0.1.0", aatgs::example::kFields,
             aatgs::example::kLayoutFingerprint)
