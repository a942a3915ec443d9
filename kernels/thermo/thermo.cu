#include "aatgs/resident.cuh"
#include "thermo/thermo_step.hpp"

AATGS_CUDA_KERNELS(aatgs::thermo::ThermoStepOf<aatgs::thermo::kBytes>, thermo_bytes)
AATGS_CUDA_KERNELS(aatgs::thermo::ThermoStepOf<aatgs::thermo::kPacked>, thermo_packed)
AATGS_CUDA_KERNELS(aatgs::thermo::ThermoStepOf<aatgs::thermo::kDense>, thermo_dense)
AATGS_CUDA_KERNELS(aatgs::thermo::ThermoStepOf<aatgs::thermo::kSquare>, thermo_square)
AATGS_CUDA_KERNELS(aatgs::thermo::ThermoStepOf<aatgs::thermo::kLattices>, thermo_lattices)
