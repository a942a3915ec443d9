// node scripts/check-device-code.mjs: does the device code of all modules compile? Where there is no nvcc it says so.
import { join } from 'node:path';
import { cmakeBuild, root } from './cmake.mjs';

process.env.AATGS_CUDA_ARCHS = '';
cmakeBuild(join(root, 'kernels'), join(root, 'build', 'device-check'), { AATGS_TESTS: 'ON' }, ['check_device_code']);
