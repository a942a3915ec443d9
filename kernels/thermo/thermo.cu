#include "aatgs/resident.cuh"
#include "thermo/thermo_step.hpp"

AATGS_CUDA_KERNELS(aatgs::thermo::ThermoStep, thermo)
