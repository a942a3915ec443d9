#include "lbs/lbs_step.hpp"

AATGS_MODULE(aatgs::lbs::LbsStep, "lbs", "0.1.0", aatgs::lbs::kFields, aatgs::lbs::kLayoutFingerprint)
