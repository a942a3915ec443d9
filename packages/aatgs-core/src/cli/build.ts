import { Command } from 'commander';
import { buildFromSource, checkBuildTools } from '../source-build/build.ts';
import { nativeSources } from '../source-build/sources.ts';

/** `aatgs build`. */
export function buildCommand(): Command {
  return new Command('build')
    .description('Build the native code of the installed packages from their own sources, without network')
    .argument('[packages...]', 'only these, e.g. @aatgs/core @aatgs/whcr')
    .option(
      '--cuda [archs]',
      'with device code, by nvcc: architectures such as 90,100; all supported ones when not named',
    )
    .option('--verbose', 'show what cmake and the compiler print')
    .action((only: string[], { cuda, verbose = false }: { cuda?: true | string; verbose?: boolean }) => {
      const sources = nativeSources(process.cwd(), only);
      checkBuildTools();
      const cudaArchs = cuda === undefined ? '' : cuda === true ? 'release' : cuda.replaceAll(',', ';');
      for (const source of sources) {
        process.stderr.write(`building ${source.file} of ${source.packageName} ...\n`);
        process.stdout.write(`${buildFromSource(source, { cudaArchs, verbose })}\n`);
      }
      if (!cudaArchs) process.stderr.write('Built for the CPU only; add --cuda for device code (needs nvcc 13).\n');
    });
}
