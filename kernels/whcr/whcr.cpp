#include "whcr/whcr_step.hpp"

AATGS_MODULE(aatgs::whcr::WhcrStep, "whcr", "0.1.0", aatgs::whcr::kFields, aatgs::whcr::kLayoutFingerprint)
