// node training/train.ts [folder] [name=value ...]: trains the model from the data sets in `folder` (default: AATGS_DATA/lbs,
// or shared/data/lbs beside the checkout), and puts it into models/. What is printed is scored in cross-validation.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeDataset } from './dataset.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const root = at('../../..');
const given = process.argv.slice(2);
const folder =
  given.find((argument) => !argument.includes('=')) ??
  (process.env.AATGS_DATA ? `${process.env.AATGS_DATA}/lbs` : `${root}/../shared/data/lbs`);
if (!existsSync(folder)) {
  console.error(`there is no ${folder}; give the folder of the data sets, or set AATGS_DATA`);
  process.exit(2);
}

const build = `${root}/build/training`;
mkdirSync(build, { recursive: true });
const run = (command: string, args: string[]) => execFileSync(command, args, { stdio: 'inherit' });
console.log('building the trainer ...');
const flags = ['-O3', '-std=c++20', '-ffp-contract=off', '-fno-math-errno', `-I${root}/kernels`, '-pthread'];
run(process.env.CXX ?? 'g++', [...flags, `${root}/kernels/lbs/train/main.cpp`, '-o', `${build}/lbs_train`]);
console.log(`reading ${folder} ...`);
console.log(`${await writeDataset(folder, `${build}/data`)} entries`);
run(`${build}/lbs_train`, [`${build}/data`, `${build}/out`, ...given.filter((argument) => argument.includes('='))]);
copyFileSync(`${build}/out/model.bin`, at('../models/lbs-1.bin'));
console.log(`models/lbs-1.bin is new; predictions of the cross-validation, for eval.py: ${build}/out/*.csv`);
