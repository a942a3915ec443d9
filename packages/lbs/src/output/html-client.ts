/** Style of the page around the view. */
export const PAGE_STYLE = `
body { font: 14px/1.45 system-ui, sans-serif; margin: 0; color: #222; display: flex; flex-direction: column; height: 100vh; }
header { padding: .4em 1em; border-bottom: 1px solid #ddd; } h1 { font-size: 1.2em; margin: 0; } header p { margin: 0; color: #666; }
main { flex: 1; display: flex; min-height: 0; } #view { position: relative; flex: 1; min-width: 0; }
aside { width: 34em; display: flex; flex-direction: column; border-left: 1px solid #ddd; min-height: 0; }
aside table { border-collapse: collapse; width: 100%; } th { text-align: left; font-weight: 500; color: #666; font-size: .85em; }
th, td { padding: .2em .6em; } #sites td { white-space: nowrap; } .site { cursor: pointer; } .site:hover { background: #f2f5f9; }
.chosen, .site.chosen:hover { background: #dbe8f7; } .dot { display: inline-block; width: .8em; height: .8em; border-radius: 50%; margin-right: .4em; }
.scroll { overflow: auto; flex: 1; border-top: 1px solid #ddd; } .scroll:first-child { flex: 0 1 auto; max-height: 55%; border-top: 0; }
@media (max-width: 800px) { main { flex-direction: column; } aside { width: auto; height: 45%; } }
`;

/** What the page does: builds the scene, and keeps table and view together. Runs in the browser; uses the global molstar. */
export const PAGE_SCRIPT = `
(async () => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const viewer = await molstar.Viewer.create('view', {
    layoutIsExpanded: false, layoutShowControls: false, layoutShowSequence: false, layoutShowLog: false,
    layoutShowLeftPanel: false, layoutShowRemoteState: false, viewportShowExpand: false, viewportShowAnimation: false,
    viewportShowSelectionMode: false, viewportShowSettings: false, volumeStreamingDisabled: true, disabledExtensions: [],
  });
  const { plugin } = viewer;
  const { structure: build, data: raw } = plugin.builders;
  const load = async (text, format, label) => {
    const source = await raw.rawData({ data: text, label });
    const trajectory = await build.parseTrajectory(source, format);
    return build.createStructure(await build.createModel(trajectory));
  };
  // One picture at the end instead of one for each part.
  plugin.canvas3d?.pause(true);
  const protein = await load(data.pdb, 'pdb', 'protein');
  const all = await build.tryCreateComponentStatic(protein, 'all');
  const fromBFactor = (domain, kind, colors) => ({ color: 'uncertainty', colorParams: { domain, list: { kind, colors: [...colors].reverse() } } });
  await build.representation.addRepresentation(all, { type: 'cartoon', color: 'uniform', colorParams: { value: 0xb9c4d0 } });
  await build.representation.addRepresentation(all, { type: 'molecular-surface', typeParams: { alpha: 0.75, quality: 'medium' },
    ...fromBFactor([0, 100], 'interpolate', [0xe8e8e8, 0xf6c667, 0xe6550d, 0xa50f15]) });
  // Every centre is a residue whose number is the rank, so that a click tells which it is; its B-factor says the colour.
  const colors = data.colors.map((color) => parseInt(color.slice(1), 16));
  const pad = (value, width) => String(value).padStart(width);
  const atom = ({ rank, center }) => 'HETATM' + pad(rank, 5) + '  CEN STP Z' + pad(rank, 4) + '    ' + center.map((v) => pad(v.toFixed(3), 8)).join('')
    + '  1.00' + pad(((rank - 1) % colors.length).toFixed(2), 6) + '           C';
  const centres = data.sites.length > 0 && await load(data.sites.map(atom).join('\\n') + '\\nEND\\n', 'pdb', 'sites');
  if (centres) {
    const part = await build.tryCreateComponentStatic(centres, 'all');
    await build.representation.addRepresentation(part, { type: 'spacefill', typeParams: { sizeFactor: 0.9 }, ...fromBFactor([-0.5, colors.length - 0.5], 'set', colors) });
  }
  const elements = (site) => {
    const residues = site.residues.filter(Boolean);
    return { items: residues.map((r) => ({ auth_asym_id: r.chain, auth_seq_id: r.number, ...(r.insertion && { pdbx_PDB_ins_code: r.insertion }) })) };
  };
  const choose = (rank) => {
    const site = data.sites.find((s) => s.rank === rank);
    if (!site) return;
    plugin.managers.interactivity.lociSelects.deselectAll();
    const { Schema, Loci } = molstar.lib.structure.StructureElement;
    const loci = Schema.toLoci(protein.obj.data, elements(site));
    plugin.managers.interactivity.lociSelects.select({ loci });
    // From outside, onto the site: the protein's middle is behind it.
    const { center, radius } = Loci.getBoundary(loci).sphere;
    const inwards = data.middle.map((v, k) => v - site.center[k]);
    const { camera } = plugin.canvas3d;
    plugin.managers.camera.setSnapshot(camera.getFocus(center, radius + 6, camera.state.up, inwards), 250);
    document.querySelectorAll('.chosen').forEach((row) => row.classList.remove('chosen'));
    document.querySelector('.site[data-rank="' + rank + '"]').classList.add('chosen');
    for (const r of site.residues.filter(Boolean)) document.querySelector('[data-residue="' + r.index + '"]')?.classList.add('chosen');
    document.body.dataset.site = String(rank);
    document.body.dataset.selectedAtoms = String(Loci.size(loci));
  };
  for (const row of document.querySelectorAll('.site')) {
    row.addEventListener('click', () => choose(Number(row.dataset.rank)));
    row.addEventListener('keydown', (event) => { if (event.key === 'Enter') choose(Number(row.dataset.rank)); });
  }
  plugin.behaviors.interaction.click.subscribe(({ current: { loci } }) => {
    const { StructureElement, StructureProperties } = molstar.lib.structure;
    if (!StructureElement.Loci.is(loci) || !centres || loci.structure.root !== centres.obj.data.root) return;
    const place = StructureElement.Loci.getFirstLocation(loci);
    if (place) choose(StructureProperties.residue.auth_seq_id(place));
  });
  plugin.canvas3d?.resume();
  plugin.managers.camera.reset();
  document.body.dataset.ready = 'true';
})().catch((error) => { document.body.dataset.failed = String(error); console.error(error); });
`;
