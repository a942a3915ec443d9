#include "active_inference/active_inference_step.hpp"

AATGS_MODULE(aatgs::active_inference::ActiveInferenceStep, "active_inference", "0.1.0",
             aatgs::active_inference::kFields, aatgs::active_inference::kLayoutFingerprint)
