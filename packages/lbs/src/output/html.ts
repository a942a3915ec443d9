import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { escapeHtml } from '@aatgs/core/report';
import type { Prediction } from '../result.ts';
import { residueLabel } from '../structure/structure.ts';
import { PAGE_SCRIPT, PAGE_STYLE } from './html-client.ts';
import { pdbChain, proteinPdb } from './pdb.ts';
import { colorOf, SITE_COLORS } from './viewers.ts';

const require = createRequire(import.meta.url);
let viewer: { script: string; style: string } | undefined;

/** Mol* (MIT licence, https://molstar.org), as published; put beside this package at build time. */
function loadViewer(): { script: string; style: string } {
  const folder = join(dirname(require.resolve('@aatgs/lbs/package.json')), 'viewer');
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  // A script element ends at the first end tag, wherever it stands.
  viewer ??= { script: read('molstar.js').replaceAll('</script', '<\\/script'), style: read('molstar.css') };
  return viewer;
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  // Mol* makes functions from text when it starts. The page holds all the code there is; nothing can be fetched.
  "script-src 'unsafe-inline' 'unsafe-eval'",
  'img-src data: blob:',
  'font-src data:',
  'connect-src data: blob:',
  'worker-src blob:',
].join('; ');

/**
 * One HTML page with a Mol* view (surface coloured by score, sites as spheres), a table of sites and one of residues. It
 * needs nothing else and asks for nothing: no request leaves it when it is opened, which its content security policy enforces.
 */
export function htmlReport(prediction: Prediction): string {
  const { id, sites, structure, residueScores, residueSites } = prediction;
  const data = {
    pdb: proteinPdb(prediction),
    colors: SITE_COLORS,
    middle: [structure.x, structure.y, structure.z].map(mean),
    sites: sites.map((site) => ({
      rank: site.rank,
      center: site.center,
      residues: site.residues.map((r) => {
        const residue = structure.residues[r];
        return residue
          ? { chain: pdbChain(residue.chain), number: residue.number, insertion: residue.insertion, index: r }
          : null;
      }),
    })),
  };
  const siteRows = sites.map(
    (site) => `<tr class="site" data-rank="${site.rank}" tabindex="0">
<td><span class="dot" style="background:${colorOf(site.rank)}"></span>${site.rank}</td>
<td>${site.probability.toFixed(3)}</td><td>${site.volume.toFixed(0)}</td><td>${site.druggability.toFixed(2)}</td>
<td>${site.residues.length}</td><td>${site.center.map((v) => v.toFixed(1)).join(' ')}</td></tr>`,
  );
  const residueRows = structure.residues
    .map((residue, r) => ({ residue, r, score: residueScores[r] ?? 0, site: residueSites[r] ?? 0 }))
    .filter(({ site, score }) => site > 0 || score >= 0.1)
    .sort((a, b) => (a.site || 99) - (b.site || 99) || b.score - a.score)
    .map(
      ({ residue, r, score, site }) =>
        `<tr data-residue="${r}"><td>${escapeHtml(residueLabel(structure, residue))}</td><td>${escapeHtml(residue.compId)}</td><td>${score.toFixed(3)}</td><td>${site || ''}</td></tr>`,
    );
  const { script, style } = loadViewer();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<link rel="icon" href="data:,">
<title>Binding sites of ${escapeHtml(id)}</title>
<style>${style}</style>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header><h1>Binding sites of ${escapeHtml(id)}</h1>
<p>${structure.x.length} atoms, ${structure.residues.length} residues, ${structure.chains.length} chains; surface coloured by score</p></header>
<main>
<div id="view"></div>
<aside>
<div class="scroll"><table id="sites"><thead><tr><th>site</th><th>probability</th><th>volume, Å³</th><th>drug.</th><th>residues</th><th>centre, Å</th></tr></thead>
<tbody>${siteRows.join('\n')}</tbody></table></div>
<div class="scroll"><table id="residues"><thead><tr><th>residue</th><th>name</th><th>score</th><th>site</th></tr></thead>
<tbody>${residueRows.join('\n')}</tbody></table></div>
</aside>
</main>
<script>${script}</script>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}
