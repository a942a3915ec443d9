// node scripts/api-reports.mjs [--write]: compares the public types of every entry point with the reports committed in
// packages/*/api, so that no change of the API goes unseen. --write updates the reports. Needs built packages.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { root } from './cmake.mjs';
import { packages } from './workspace.mjs';

const writes = process.argv.includes('--write');
const problems = [];

for (const owner of packages()) {
  const folder = join(owner.folder, 'api');
  mkdirSync(folder, { recursive: true });
  const reports = new Set();
  for (const [entry, target] of Object.entries(owner.manifest.exports)) {
    if (!target.types) continue;
    const name = entry === '.' ? 'index' : entry.slice(2).replaceAll('/', '-');
    reports.add(`${name}.api.md`);
    if (!report(owner, folder, name, target.types)) problems.push(relative(root, join(folder, `${name}.api.md`)));
  }
  for (const file of readdirSync(folder).filter((file) => !reports.has(file))) {
    if (writes) rmSync(join(folder, file));
    else problems.push(`${relative(root, join(folder, file))} is of an entry point that is gone`);
  }
}
if (problems.length > 0) {
  for (const path of problems) console.error(`the public API differs from ${path}`);
  console.error(
    'Meant so? Then run: npm run api -- --write, look at the difference, add a changeset, and commit all three.',
  );
  process.exit(1);
}

function report(owner, folder, name, types) {
  const temporary = join(root, 'build', 'api', owner.name);
  mkdirSync(temporary, { recursive: true });
  const existed = existsSync(join(folder, `${name}.api.md`));
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(owner.folder, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: owner.folder,
      mainEntryPointFilePath: join(owner.folder, types),
      newlineKind: 'lf',
      compiler: { tsconfigFilePath: join(owner.folder, 'tsconfig.json'), skipLibCheck: true },
      apiReport: { enabled: true, reportFileName: `${name}.api.md`, reportFolder: folder, reportTempFolder: temporary },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      // What is missing in comments is scripts/check-docs.mjs's business.
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Warning } },
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
  const result = Extractor.invoke(config, {
    localBuild: writes,
    messageCallback: (message) => {
      message.handled = message.logLevel !== ExtractorLogLevel.Error && message.logLevel !== ExtractorLogLevel.Warning;
    },
  });
  if (writes && result.apiReportChanged) console.log(`written: ${relative(root, join(folder, `${name}.api.md`))}`);
  return writes || (existed && !result.apiReportChanged && result.succeeded);
}
