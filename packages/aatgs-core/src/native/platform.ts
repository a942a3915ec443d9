/** What of this machine decides which binaries it can load. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  /** Version of the running glibc; undefined on other C libraries. */
  readonly glibc: string | undefined;
}

let here: Machine | undefined;

export function thisMachine(): Machine {
  if (here) return here;
  const report = process.report as (NodeJS.ProcessReport & { excludeNetwork?: boolean }) | undefined;
  const excluded = report?.excludeNetwork ?? false;
  // Otherwise the report looks up the name of every peer of an open socket.
  if (report) report.excludeNetwork = true;
  const header = (report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined)?.header;
  if (report) report.excludeNetwork = excluded;
  here = { platform: process.platform, arch: process.arch, glibc: header?.glibcVersionRuntime };
  return here;
}

/** `linux-x64-gnu` and the like: the suffix of the packages that hold this machine's binaries. */
export function platformSuffix(machine: Machine = thisMachine()): string {
  const libc = machine.platform !== 'linux' ? '' : machine.glibc ? '-gnu' : '-musl';
  return `${machine.platform}-${machine.arch}${libc}`;
}
