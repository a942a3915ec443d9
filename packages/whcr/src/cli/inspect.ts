import { EXIT, integerOption, printJson } from '@aatgs/core/cli';
import { Command } from 'commander';
import { greedyClique } from '../clique.ts';
import { countColors, dsatur, greedy, readColoring, readGraph, verifyColoring } from '../graph/index.ts';

/** `aatgs-whcr verify`: checks a colouring, independently of any search. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('Check a colouring; exits with 1 when it has conflicts')
    .argument('<graph>', 'the graph')
    .argument('<coloring>', 'the colouring, one colour a line')
    .option('-k <colors>', 'most colours allowed', integerOption(1))
    .option('--json', 'print one JSON object')
    .action(async (path: string, coloringPath: string, { k, json }: { k?: number; json?: boolean }) => {
      const graph = await readGraph(path);
      const coloring = await readColoring(coloringPath, { vertices: graph.n });
      // Without -k any number of colours is allowed.
      const colors = k ?? coloring.reduce((most, color) => Math.max(most, color), 0) + 1;
      const report = verifyColoring(graph, coloring, { colors });
      const { valid, conflicts, conflictEdges, colorsUsed } = report;
      if (json) {
        printJson({ valid, conflicts, colorsUsed, conflictEdges });
      } else {
        const examples = conflictEdges.map(([u, v]) => `${u + 1}-${v + 1}`).join(', ');
        const state = valid
          ? 'proper'
          : `${conflicts} conflicts (vertices ${examples}${conflicts > conflictEdges.length ? ', ...' : ''})`;
        process.stdout.write(`${colorsUsed} colours, ${state}\n`);
      }
      if (!valid) process.exitCode = EXIT.goalNotReached;
    });
}

/** `aatgs-whcr info`: sizes and simple bounds of a graph. */
export function infoCommand(): Command {
  return new Command('info')
    .description('Sizes and bounds of a graph')
    .argument('<graph>', 'the graph')
    .option('--json', 'print one JSON object')
    .action(async (path: string, { json }: { json?: boolean }) => {
      const graph = await readGraph(path);
      const info = {
        name: graph.name ?? '',
        vertices: graph.n,
        edges: graph.m,
        maxDegree: graph.maxDegree,
        density: graph.n > 1 ? (2 * graph.m) / (graph.n * (graph.n - 1)) : 0,
        clique: greedyClique(graph).length,
        smallestLast: countColors(greedy(graph, 'smallest-last')),
        dsatur: countColors(dsatur(graph)),
      };
      if (json) return printJson(info);
      process.stdout.write(
        `${info.name || 'graph'}: ${info.vertices} vertices, ${info.edges} edges, density ${info.density.toFixed(4)}, maximal degree ${info.maxDegree}\n` +
          `colours: at least ${info.clique} (a clique), at most ${Math.min(info.dsatur, info.smallestLast)} (DSATUR ${info.dsatur}, smallest-last ${info.smallestLast})\n`,
      );
    });
}
