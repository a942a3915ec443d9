import { Command } from 'commander';
import { invalidArgument } from '../errors.ts';
import {
  flat,
  type Graph,
  geometric,
  gnm,
  gnp,
  grid,
  latinSquare,
  leighton,
  mycielski,
  quasigroup,
  queen,
  rmat,
  writeGraph,
} from '../graph/index.ts';

type Numbers = readonly number[];

/** Each kind: the names of its numbers (optional ones last, in brackets), and how it is made. */
const KINDS: Readonly<Record<string, { readonly numbers: readonly string[]; make(n: Numbers, seed: number): Graph }>> =
  {
    queen: { numbers: ['rows', '[columns]'], make: ([rows = 0, columns = rows]) => queen(rows, columns) },
    mycielski: { numbers: ['k'], make: ([k = 0]) => mycielski(k) },
    latin: { numbers: ['order'], make: ([n = 0]) => latinSquare(n) },
    quasigroup: { numbers: ['order'], make: ([n = 0]) => quasigroup(n) },
    grid: { numbers: ['width', '[height]'], make: ([width = 0, height = width]) => grid(width, height) },
    gnp: { numbers: ['n', 'p'], make: ([n = 0, p = 0], seed) => gnp(n, p, seed) },
    gnm: { numbers: ['n', 'm'], make: ([n = 0, m = 0], seed) => gnm(n, m, seed) },
    flat: { numbers: ['n', 'k'], make: ([n = 0, k = 0], seed) => flat(n, k, seed).graph },
    leighton: {
      numbers: ['n', 'k', 'edges'],
      make: ([n = 0, k = 0, edges = 0], seed) => leighton(n, k, edges, seed).graph,
    },
    geometric: { numbers: ['n', 'radius'], make: ([n = 0, radius = 0], seed) => geometric(n, radius, seed) },
    rmat: { numbers: ['scale', '[edgeFactor]'], make: ([scale = 0, factor = 16], seed) => rmat(scale, factor, seed) },
  };

/** `aatgs-whcr generate`: writes a graph of a known family. */
export function generateCommand(): Command {
  const kinds = Object.entries(KINDS).map(([kind, { numbers }]) => `${kind} ${numbers.join(' ')}`);
  return new Command('generate')
    .description(`Write a graph as DIMACS text. Kinds: ${kinds.join('; ')}`)
    .argument('<kind>', 'the family')
    .argument('[numbers...]', 'its sizes')
    .requiredOption('--out <file>', 'where to write; gzipped where it ends in .gz')
    .option('--seed <n>', 'seed of the random families', Number, 0)
    .action(async (kind: string, texts: string[], { out, seed }: { out: string; seed: number }) => {
      const family = KINDS[kind];
      if (!family) throw invalidArgument('kind', kind, `one of ${Object.keys(KINDS).join(', ')}`);
      const required = family.numbers.filter((name) => !name.startsWith('[')).length;
      const numbers = texts.map(Number);
      if (numbers.length < required || numbers.length > family.numbers.length || numbers.some(Number.isNaN)) {
        throw invalidArgument('numbers', texts.join(' '), `numbers for ${family.numbers.join(' ')}`);
      }
      const graph = family.make(numbers, seed);
      await writeGraph(out, graph);
      process.stdout.write(`${graph.name ?? kind}: ${graph.n} vertices, ${graph.m} edges -> ${out}\n`);
    });
}
