// node scripts/check-docs.mjs: checks that every public symbol has a doc comment, that every error and warning code is
// explained in docs/troubleshooting.md and none that does not exist, and that relative links in *.md lead somewhere.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { root } from './cmake.mjs';

const TROUBLESHOOTING = 'docs/troubleshooting.md';
const packages = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'package.json')),
);
const problems = [];

for (const name of packages) await checkComments(join(root, 'packages', name));
checkCodes();
checkLinks();
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(`${problems.length} problems with the documentation`);
  process.exit(1);
}

// --- (a) doc comments of everything a user can import

/** The sources behind a package's exports: dist/<entry>.js is made from what the bundler's config calls <entry>. */
async function entryPoints(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const config = (await import(pathToFileURL(join(folder, 'tsup.config.ts')).href)).default;
  const published = Object.values(exports).flatMap((target) => target.default ?? []);
  return published.map((path) => join(folder, config.entry[path.replace(/^\.\/dist\/(.*)\.js$/, '$1')]));
}

async function checkComments(folder) {
  const entries = await entryPoints(folder);
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: entries }, ts.sys, folder);
  const program = ts.createProgram(entries, options);
  const checker = program.getTypeChecker();
  const seen = new Set();
  for (const entry of entries) {
    const file = program.getSourceFile(entry);
    for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(file))) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (seen.has(symbol)) continue;
      seen.add(symbol);
      checkSymbol(symbol, checker, join(folder, 'src'));
    }
  }
}

function checkSymbol(symbol, checker, source) {
  const own = (symbol.declarations ?? []).filter((node) => node.getSourceFile().fileName.startsWith(source));
  if (own.length === 0) return; // of another package
  if (symbol.getDocumentationComment(checker).length === 0) missing(own[0], symbol.name);
  for (const node of own) {
    if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) checkMembers(node, checker);
  }
}

function checkMembers(type, checker) {
  for (const member of type.members) {
    if (isHidden(member)) continue;
    const symbol = member.name && checker.getSymbolAtLocation(member.name);
    const inherited = symbol?.getDocumentationComment(checker).length > 0;
    if (inherited || ts.getJSDocCommentsAndTags(member).length > 0) continue;
    missing(member, `${type.name.text}.${member.name?.getText() ?? 'constructor'}`);
  }
}

/** Whether users never see a member: private in any way, or marked as internal. */
function isHidden(member) {
  if (member.name && ts.isPrivateIdentifier(member.name)) return true;
  if (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) return true;
  return ts.getJSDocTags(member).some((tag) => tag.tagName.text === 'internal');
}

function missing(node, name) {
  const file = node.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  problems.push(`${relative(root, file.fileName)}:${line + 1}: ${name} has no doc comment`);
}

// --- (b) error and warning codes

function checkCodes() {
  const known = new Map(); // code -> where
  for (const path of listed('packages/*/src/*.ts', 'packages/*/native/*.cpp', 'packages/*/native/*.hpp')) {
    for (const code of codesIn(path)) known.set(code, path);
  }
  const explained = new Set(explainedCodes());
  for (const [code, path] of known) {
    if (!explained.has(code)) problems.push(`${path}: ${code} is not explained in ${TROUBLESHOOTING}`);
  }
  for (const code of explained) {
    if (!known.has(code)) problems.push(`${TROUBLESHOOTING}: ${code} is explained, but no package has it`);
  }
}

/** Codes a source defines: the lists in errors.ts, whatever native code throws, and those of warnings. */
function codesIn(path) {
  const text = readFileSync(join(root, path), 'utf8');
  const isList = path.endsWith('/errors.ts') || /\.[ch]pp$/.test(path);
  const errors = isList ? text.matchAll(/["'](ERR_[A-Z0-9_]+[A-Z0-9])["']/g) : [];
  const warnings = text.includes('emitWarning') ? text.matchAll(/code: '(?!ERR_)([A-Z0-9_]+)'/g) : [];
  return [...errors, ...warnings].map((match) => match[1]);
}

/** A code is explained by a heading or a table row that starts with it. */
function explainedCodes() {
  const text = readFileSync(join(root, TROUBLESHOOTING), 'utf8');
  return [...text.matchAll(/^(?:#+|\|) *`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`/gm)].map((match) => match[1]);
}

// --- (c) links between documents

function checkLinks() {
  for (const path of listed('*.md')) {
    const text = withoutCode(readFileSync(join(root, path), 'utf8'));
    for (const [, target] of text.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|^\[[^\]]+\]: +(\S+)/gm)) {
      if (target && !/^[a-z]+:/.test(target)) checkLink(path, target);
    }
  }
}

function checkLink(path, target) {
  const [file, anchor] = target.split('#');
  const full = file ? resolve(root, dirname(path), file) : join(root, path);
  if (!existsSync(full)) {
    problems.push(`${path}: the link to ${target} leads nowhere`);
  } else if (anchor && !anchorsOf(full).includes(anchor)) {
    problems.push(`${path}: the link to ${target} names no heading`);
  }
}

/** Headings as links name them: lower case, no punctuation, hyphens for blanks. */
function anchorsOf(file) {
  const headings = withoutCode(readFileSync(file, 'utf8'), false).matchAll(/^#+ +(.+)$/gm);
  return [...headings].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

function withoutCode(text, inlineToo = true) {
  const prose = text.replace(/^( *)(`{3,})[\s\S]*?^\1\2/gm, '');
  return inlineToo ? prose.replace(/`[^`\n]*`/g, '') : prose;
}

/** Files known to git that match, relative to the root. */
function listed(...patterns) {
  const options = ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...patterns];
  const paths = execFileSync('git', options, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);
  return paths.filter((path) => existsSync(join(root, path)));
}
