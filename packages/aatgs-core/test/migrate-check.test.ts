import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkMigration } from '../src/migrate-check/check.ts';

const src = fileURLToPath(new URL('../src', import.meta.url));
// Below the repository, so that TypeScript and the types of Node are found as in a user's project.
const scratch = fileURLToPath(new URL('../build', import.meta.url));
mkdirSync(scratch, { recursive: true });
const folder = mkdtempSync(join(scratch, 'migrate-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PREAMBLE = `
import { AlgorithmAdapter, GpuExecutionContext } from '@aatgs/core';
import { exampleModule, type ExampleConfig, type ExampleTelemetry } from '@aatgs/core/example';
const module = exampleModule({ entities: 10, goal: 10 });
const step = { substeps: 1 };
declare const use: (x: unknown) => void;
class Own extends AlgorithmAdapter<ExampleConfig, ExampleTelemetry> {
  constructor() { super(new GpuExecutionContext(module, { async: true })); }
}
`;

// In each piece a line ending with "//! rule" is to be found by that rule, and nothing else.
const PIECES: Record<string, string> = {
  'telemetry used at once': `
    export function f(context: GpuExecutionContext<ExampleConfig, ExampleTelemetry>) {
      use(context.execute(step).total); //! null-telemetry
      use(context.execute(step)!.total); //! null-telemetry
      use((context.execute(step) as ExampleTelemetry).total); //! null-telemetry
      const { total } = context.execute(step); //! null-telemetry
      use(total);
      use(context.execute(step)?.total);
      use(context.execute(step) as ExampleTelemetry | null);
    }`,
  'telemetry in a variable': `
    export function f(own: Own) {
      const record = own.execute(step);
      use(record.total); //! null-telemetry
      if (record !== null) use(record.total);
      if (!record) return;
      use(record.total);
    }`,
  'telemetry of a sync context is never null': `
    export function f() {
      using context = new GpuExecutionContext(module, { async: false });
      use(context.execute(step).total);
      using silent = new GpuExecutionContext(module);
      use(silent.execute(step).total);
      using unknown = new GpuExecutionContext(module, { async: Math.random() > 0.5 });
      use(unknown.execute(step).total); //! null-telemetry
    }`,
  'results read before the flush': `
    export async function f(context: Own) {
      for (let i = 0; i < 10; i++) context.execute(step);
      use(context.poll()); //! poll-before-flush
      await context.flush();
      use(context.poll());
      await context.submit(step);
      for (const record of context.poll()) use(record); //! poll-before-flush
    }
    export async function stream(context: Own) {
      for (let i = 0; i < 10; i++) {
        context.execute(step);
        for (const record of context.poll()) use(record);
      }
      await context.flush();
      for (const record of context.poll()) use(record);
    }
    export async function two(a: Own, b: Own) {
      a.execute(step);
      await b.flush();
      use(a.poll()); //! poll-before-flush
    }`,
  'promises that nobody waits for': `
    export async function f(context: Own) {
      context.flush(); //! not-awaited
      context.submit(step); //! not-awaited
      await context.flush();
      void context.submit(step);
      const later = context.flush();
      await later;
      context.resetStats();
    }`,
  'contexts that stay open': `
    export async function f() {
      const context = new GpuExecutionContext(module, { async: true }); //! never-closed
      await context.executeBatch([step]);
      new Own(); //! never-closed
    }
    export async function closed() {
      await using a = new GpuExecutionContext(module);
      use(a.stats);
      const b = new Own();
      try { await b.executeBatch([step]); } finally { await b.shutdown(); }
    }
    export function leaves() {
      const made = new Own();
      return made;
    }
    export function handedOn() {
      const context = new Own();
      use({ context });
    }
    export class Holds {
      #context = new Own(); //! never-closed
      run() { return this.#context.executeBatch([step]); }
    }
    export class Closes {
      private context: Own;
      constructor() { this.context = new Own(); }
      async [Symbol.asyncDispose]() { await this.context.shutdown(); }
    }`,
  'what is meant so': `
    export async function f(context: Own) {
      // migrate-check-ignore: the process ends here
      context.flush();
    }`,
  'other classes with the same words': `
    class Door { execute(x: unknown) { return Math.random() > 0.5 ? { total: x } : null; } poll() { return []; } flush() {} }
    export function f() {
      const door = new Door();
      door.execute(1)!.total;
      door.flush();
      use(door.poll());
    }`,
};

let findings: ReturnType<typeof checkMigration>['findings'];
beforeAll(() => {
  const paths = {
    '@aatgs/core': [join(src, 'index.ts')],
    '@aatgs/core/example': [join(src, 'example.ts')],
  };
  const options = {
    target: 'es2023',
    module: 'nodenext',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    paths,
  };
  const config = {
    compilerOptions: { ...options, strict: false, allowImportingTsExtensions: true },
    include: ['*.ts'],
  };
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  for (const [i, code] of Object.values(PIECES).entries())
    writeFileSync(join(folder, `piece-${i}.ts`), PREAMBLE + code);
  findings = checkMigration(folder).findings;
}, 60_000);

describe('migrate-check', () => {
  test.each(Object.keys(PIECES).map((name, i) => [name, i] as const))('%s', (name, i) => {
    const lines = (PREAMBLE + PIECES[name]).split('\n');
    const expected = lines.flatMap((text, at) => {
      const rule = /\/\/! (\S+)$/.exec(text)?.[1];
      return rule ? [`${at + 1} ${rule}`] : [];
    });
    const found = findings
      .filter(({ file }) => file.endsWith(`piece-${i}.ts`))
      .map(({ line, rule }) => `${line} ${rule}`);
    expect(found.sort()).toEqual(expected.sort());
  });

  test('a folder that is none', () => {
    expect(() => checkMigration(join(folder, 'nowhere'))).toThrow(
      expect.objectContaining({ code: 'ERR_AATGS_INVALID_ARGUMENT' }),
    );
  });

  test('packages that are not installed: an error, not a clean bill', () => {
    const project = join(folder, 'not-installed');
    mkdirSync(project);
    writeFileSync(
      join(project, 'use.ts'),
      "import { anything } from '@aatgs/not-there';\nanything.execute({}).total;\n",
    );
    expect(() => checkMigration(project)).toThrow(
      expect.objectContaining({
        code: 'ERR_AATGS_INVALID_ARGUMENT',
        message: expect.stringContaining('@aatgs/not-there, which is not installed'),
      }),
    );
  });
});
