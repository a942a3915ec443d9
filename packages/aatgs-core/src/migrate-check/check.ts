import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type TypeScript from 'typescript';
import { AatgsError, invalidArgument } from '../errors.ts';
import { Contexts } from './contexts.ts';
import { type Finding, type Report, RULES } from './finding.ts';
import { neverClosed } from './rules/never-closed.ts';
import { notAwaited } from './rules/not-awaited.ts';
import { nullTelemetry } from './rules/null-telemetry.ts';
import { pollBeforeFlush } from './rules/poll-before-flush.ts';
import { loadTypeScript, type Ts } from './typescript.ts';

const CHECKS = [nullTelemetry, notAwaited, pollBeforeFlush, neverClosed];
const IGNORE = 'migrate-check-ignore';
const MAX_CODE = 70;

/** What migrate-check found, and in how many files it looked. */
export interface MigrationReport {
  readonly files: number;
  /** Files that use @aatgs packages. */
  readonly using: number;
  readonly findings: readonly Finding[];
}

/**
 * Looks through a project's TypeScript for the typical mistakes of moving to async mode. Its tsconfig.json says which files
 * and options; without one all *.ts, *.mts, *.cts and *.tsx below the folder are read.
 * A line with `migrate-check-ignore` silences the next one. Throws ERR_AATGS_INVALID_ARGUMENT where the packages that the
 * sources import are not installed.
 */
export function checkMigration(folder: string): MigrationReport {
  const root = resolve(folder);
  if (!existsSync(root) || !statSync(root).isDirectory())
    throw invalidArgument('dir', folder, 'a folder with TypeScript sources');
  const ts = loadTypeScript(root);
  const program = makeProgram(ts, root);
  const contexts = new Contexts(ts, program.getTypeChecker());
  const findings: Finding[] = [];
  const sources = program
    .getSourceFiles()
    .filter(
      (file) => !file.isDeclarationFile && file.fileName.startsWith(root) && !file.fileName.includes('/node_modules/'),
    );
  const using = sources.filter((file) => file.text.includes('@aatgs/'));
  for (const file of using) requireResolved(ts, program.getTypeChecker(), file);
  for (const file of sources) {
    const visit = (node: TypeScript.Node): void => {
      for (const check of CHECKS) check(node, contexts, report(file, findings));
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return { files: sources.length, using: using.length, findings };
}

function makeProgram(ts: Ts, root: string): TypeScript.Program {
  const path = join(root, 'tsconfig.json');
  const config = existsSync(path)
    ? ts.readConfigFile(path, ts.sys.readFile).config
    : { compilerOptions: { module: 'nodenext' } };
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  // Null is told from a record only with strict null checks, whatever the project uses.
  return ts.createProgram(fileNames, { ...options, strictNullChecks: true, noEmit: true, skipLibCheck: true });
}

/** Contexts are recognised by type: where the packages are not installed nothing would be found, wrongly. */
function requireResolved(ts: Ts, checker: TypeScript.TypeChecker, file: TypeScript.SourceFile): void {
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const { text } = statement.moduleSpecifier;
    if (!text.startsWith('@aatgs/') || checker.getSymbolAtLocation(statement.moduleSpecifier)) continue;
    throw new AatgsError(
      'ERR_AATGS_INVALID_ARGUMENT',
      `${file.fileName} imports ${text}, which is not installed there; install the project's packages first`,
      { details: { file: file.fileName, package: text } },
    );
  }
}

function report(file: TypeScript.SourceFile, findings: Finding[]): Report {
  const lines = file.text.split('\n');
  return (rule, node) => {
    const { line, character } = file.getLineAndCharacterOfPosition(node.getStart());
    if (lines[line - 1]?.includes(IGNORE) || lines[line]?.includes(IGNORE)) return;
    const code = node.getText().replace(/\s+/g, ' ');
    findings.push({
      file: file.fileName,
      line: line + 1,
      column: character + 1,
      rule,
      code: code.length > MAX_CODE ? `${code.slice(0, MAX_CODE)}...` : code,
      message: RULES[rule],
    });
  };
}
