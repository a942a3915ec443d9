#include "fault_step.hpp"

AATGS_MODULE(aatgs::fault::FaultStep, "fault", "0.1.0", aatgs::example::kFields, aatgs::example::kLayoutFingerprint)
