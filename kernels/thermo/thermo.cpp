#include "thermo/thermo_step.hpp"

AATGS_MODULE(aatgs::thermo::ThermoStep, "thermo", "0.1.0", aatgs::thermo::kFields, aatgs::thermo::kLayoutFingerprint)
