// node scripts/docs-site.mjs [dev]: the documentation site, into build/site: the guides of docs/, the README and migration
// page of each package, and the API reference that typedoc makes from the doc comments. `dev` serves it instead.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { Application } from 'typedoc';
import { build, createServer } from 'vitepress';
import { root } from './cmake.mjs';
import { packages } from './workspace.mjs';

const REPOSITORY = 'https://github.com/aatgs/aatgs/blob/main';
const site = join(root, 'build', 'docs');
const owners = packages();
const shortName = ({ name }) => name.replace('@aatgs/', '');

rmSync(site, { recursive: true, force: true });
mkdirSync(site, { recursive: true });

// Where each document of the repository lies on the site; links between them are rewritten accordingly.
const pages = new Map([
  ['README.md', 'index.md'],
  ['CONTRIBUTING.md', 'contributing.md'],
  ['SECURITY.md', 'security.md'],
  ['bench/README.md', 'measurements/index.md'],
  ['bench/NOTES.md', 'measurements/notes.md'],
]);
for (const file of readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))) {
  pages.set(`docs/${file}`, `guide/${file}`);
}
for (const owner of owners) {
  const from = relative(root, owner.folder);
  pages.set(`${from}/README.md`, `packages/${shortName(owner)}.md`);
  if (existsSync(join(owner.folder, 'MIGRATION.md')))
    pages.set(`${from}/MIGRATION.md`, `migrating/${shortName(owner)}.md`);
}
for (const [from, to] of pages) {
  mkdirSync(dirname(join(site, to)), { recursive: true });
  writeFileSync(join(site, to), rewritten(readFileSync(join(root, from), 'utf8'), from, to));
}
await makeReference();
cpSync(join(root, 'docs', '.vitepress'), join(site, '.vitepress'), { recursive: true });
writeFileSync(join(site, '.vitepress', 'sidebar.json'), JSON.stringify(sidebar()));
if (process.argv[2] === 'dev') {
  const server = await createServer(site, { host: '127.0.0.1' });
  await server.listen();
  server.printUrls();
} else {
  await build(site, { outDir: join(root, 'build', 'site') });
  console.log(`the site is in ${relative(root, join(root, 'build', 'site'))}`);
}

/** Links to other documents lead to their pages, those to other files of the repository to GitHub. */
function rewritten(text, from, to) {
  const link = (target) => {
    const [path, anchor] = target.split('#');
    const full = posix.normalize(posix.join(posix.dirname(from), path));
    const end = anchor ? `#${anchor}` : '';
    const page = pages.get(full) ?? pages.get(`${full.replace(/\/$/, '')}/README.md`);
    return page
      ? posix.relative(posix.dirname(to), page).replace(/^(?!\.)/, './') + end
      : `${REPOSITORY}/${full}${end}`;
  };
  const fenced = text.split(/^(```[\s\S]*?^```)/m);
  return fenced
    .map((part) => {
      if (part.startsWith('```')) return part.replace(/^```js run$/m, '```js');
      return part.replace(/\]\((?![a-z]+:|#)([^)\s]+)\)/g, (_, target) => `](${link(target)})`);
    })
    .join('');
}

/** One page for every exported symbol, from the doc comments; a link in them that leads nowhere fails. */
async function makeReference() {
  for (const owner of owners) {
    const config = (await import(join(owner.folder, 'tsup.config.ts'))).default;
    const published = Object.values(owner.manifest.exports).flatMap((target) => target.default ?? []);
    const entryPoints = published.map((path) =>
      join(owner.folder, config.entry[path.replace(/^\.\/dist\/(.*)\.js$/, '$1')]),
    );
    const out = join(site, 'api', shortName(owner));
    const app = await Application.bootstrapWithPlugins({
      options: join(root, 'typedoc.json'),
      name: owner.name,
      entryPoints,
      tsconfig: join(owner.folder, 'tsconfig.json'),
      basePath: join(owner.folder, 'src'),
      out,
      cleanOutputDir: false,
      // Symbols of another package of ours have their own pages.
      externalSymbolLinkMappings: { '@aatgs/core': { '*': '/api/core/' } },
    });
    const project = await app.convert();
    if (!project) throw new Error(`typedoc could not read ${owner.name}`);
    app.validate(project);
    await app.generateOutputs(project);
    if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error(`typedoc complains about ${owner.name}`);
    if (existsSync(join(out, 'README.md'))) {
      copyFileSync(join(out, 'README.md'), join(out, 'index.md'));
      rmSync(join(out, 'README.md'));
    }
  }
}

function sidebar() {
  const title = (path) => /^# (.+)$/m.exec(readFileSync(join(site, path), 'utf8'))?.[1].replaceAll('`', '') ?? path;
  const items = (prefix) =>
    [...pages.values()]
      .filter((to) => to.startsWith(prefix))
      .map((to) => ({ text: title(to), link: `/${to.replace(/\.md$/, '')}` }));
  return [
    { text: 'Start', items: [{ text: 'What AATGS is', link: '/' }] },
    { text: 'Packages', items: items('packages/') },
    { text: 'Guides', items: items('guide/') },
    { text: 'Migrating', items: items('migrating/') },
    { text: 'API', items: owners.map((owner) => ({ text: owner.name, link: `/api/${shortName(owner)}/` })) },
    {
      text: 'Measurements',
      items: [
        { text: 'Results', link: '/measurements/' },
        { text: 'Notes', link: '/measurements/notes' },
      ],
    },
    {
      text: 'Project',
      items: [
        { text: 'Contributing', link: '/contributing' },
        { text: 'Security', link: '/security' },
      ],
    },
  ];
}
