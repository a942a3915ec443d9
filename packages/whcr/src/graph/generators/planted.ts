import { checkInteger, invalidArgument } from '../../errors.ts';
import { EdgeBuffer } from '../edge-buffer.ts';
import { Graph } from '../graph.ts';
import { PhiloxStream, type Seed } from '../random.ts';
import { checkSize } from './structured.ts';

/** A graph together with the colouring it was built around. */
export interface PlantedGraph {
  /** The graph itself. */
  readonly graph: Graph;
  /** A proper colouring with the planted number of colours. */
  readonly coloring: Uint32Array;
}

/** Options of {@link flat}. */
export interface FlatOptions {
  /** Share of the edges between different classes that exist, 0 to 1. Default 0.5. */
  readonly density?: number;
  /**
   * How far a vertex's number of neighbours in another class may lie from the average over its class, besides rounding.
   * Default 0: as even as integers allow, which hides the classes best.
   */
  readonly flatness?: number;
}

/**
 * Flat graph (Culberson and Luo, "Exploring the k-colorable landscape with iterated greedy", DIMACS vol. 26, 1996): k
 * planted classes of almost equal size; between every two classes the same share of edges, spread evenly over the
 * vertices, so that degrees tell nothing about the classes. `flat(1000, 76, seed)` has the size of flat1000_76_0, not its edges.
 *
 * @param n number of vertices
 * @param k number of classes, 1 to n
 */
export function flat(n: number, k: number, seed: Seed, options: FlatOptions = {}): PlantedGraph {
  checkSize('the flat graph', n);
  checkInteger('k', k, 1, Math.max(1, n));
  const density = options.density ?? 0.5;
  if (!(density >= 0 && density <= 1)) throw invalidArgument('density', density, 'a number from 0 to 1');
  const flatness = checkInteger('flatness', options.flatness ?? 0, 0, n);
  const random = new PhiloxStream(seed);
  const shuffled = random.permutation(n);
  const coloring = new Uint32Array(n);
  const classes = Array.from({ length: k }, (_, color) => {
    const members = shuffled.subarray(Math.floor((color * n) / k), Math.floor(((color + 1) * n) / k));
    for (const v of members) coloring[v] = color;
    return members;
  });
  const edges = new EdgeBuffer();
  // Rounding the running total, not each pair of classes, keeps the number of edges at density x pairs.
  let pairs = 0;
  let placed = 0;
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < a; b++) {
      pairs += classes[a]!.length * classes[b]!.length;
      const count = Math.round(density * pairs) - placed;
      placed += count;
      joinEvenly(classes[a]!, classes[b]!, count, flatness, random, edges);
    }
  }
  const name = `flat${n}_${k}_${flatness}_${seed}`;
  return { graph: Graph.fromChunks(n, edges.chunks(), { name }), coloring };
}

/** Joins two classes by `count` random edges, degrees within one of each other on both sides, then loosened by `flatness`. */
function joinEvenly(
  rows: Uint32Array,
  columns: Uint32Array,
  count: number,
  flatness: number,
  random: PhiloxStream,
  edges: EdgeBuffer,
): void {
  const [r, c] = [rows.length, columns.length];
  const joined = new Uint8Array(r * c);
  const rowOrder = random.permutation(r);
  const columnOrder = random.permutation(c);
  // Row after row takes the next columns in a circle: every row gets count / r, every column count / c, rounded.
  for (let i = 0, next = 0; i < r; i++) {
    const until = Math.floor(((i + 1) * count) / r);
    for (; next < until; next++) joined[rowOrder[i]! * c + columnOrder[next % c]!] = 1;
  }
  for (let step = 0; step < 8 * count; step++) swapCorners(joined, r, c, random);
  if (flatness > 0) moveEdges(joined, r, c, count, flatness, random);
  for (let i = 0; i < r; i++) {
    for (let j = 0; j < c; j++) if (joined[i * c + j] === 1) edges.push(rows[i]!, columns[j]!);
  }
}

/** Exchanges edges i-j, k-l for i-l, k-j where that is possible: keeps all degrees, and reaches every graph with them. */
function swapCorners(joined: Uint8Array, r: number, c: number, random: PhiloxStream): void {
  const [i, k] = [random.below(r) * c, random.below(r) * c];
  const [j, l] = [random.below(c), random.below(c)];
  if (joined[i + j] !== 1 || joined[k + l] !== 1 || joined[i + l] !== 0 || joined[k + j] !== 0) return;
  joined[i + j] = joined[k + l] = 0;
  joined[i + l] = joined[k + j] = 1;
}

/** Moves edges to random free places while no degree leaves [floor - flatness, ceil + flatness] of its side's average. */
function moveEdges(
  joined: Uint8Array,
  r: number,
  c: number,
  count: number,
  flatness: number,
  random: PhiloxStream,
): void {
  const rowDegree = new Int32Array(r);
  const columnDegree = new Int32Array(c);
  for (let cell = 0; cell < r * c; cell++) {
    rowDegree[Math.floor(cell / c)]! += joined[cell]!;
    columnDegree[cell % c]! += joined[cell]!;
  }
  for (let step = 0; step < 8 * count; step++) {
    const [i, j, k, l] = [random.below(r), random.below(c), random.below(r), random.below(c)] as const;
    if (joined[i * c + j] !== 1 || joined[k * c + l] !== 0) continue;
    rowDegree[i]!--;
    columnDegree[j]!--;
    rowDegree[k]!++;
    columnDegree[l]!++;
    const allowed =
      rowDegree[i]! >= Math.floor(count / r) - flatness &&
      rowDegree[k]! <= Math.ceil(count / r) + flatness &&
      columnDegree[j]! >= Math.floor(count / c) - flatness &&
      columnDegree[l]! <= Math.ceil(count / c) + flatness;
    if (allowed) {
      joined[i * c + j] = 0;
      joined[k * c + l] = 1;
      continue;
    }
    rowDegree[i]!++;
    columnDegree[j]!++;
    rowDegree[k]!--;
    columnDegree[l]!--;
  }
}

/**
 * Leighton graph (Journal of Research of the National Bureau of Standards, 1979), in the spirit of the le450 graphs: random
 * cliques whose vertices are of different classes v mod k, the first a k-clique, until `edges` edges exist. Chromatic number
 * exactly k.
 *
 * @param n number of vertices
 * @param k chromatic number, 2 to n
 * @param edges least number of edges; up to k (k - 1) / 2 more may result
 */
export function leighton(n: number, k: number, edges: number, seed: Seed): PlantedGraph {
  checkSize('the Leighton graph', n);
  checkInteger('k', k, 2, n);
  const coloring = Uint32Array.from({ length: n }, (_, v) => v % k);
  const sizes = Array.from({ length: k }, (_, color) => Math.ceil((n - color) / k));
  const possible = (n * n - sizes.reduce((sum, size) => sum + size * size, 0)) / 2;
  checkInteger('edges', edges, (k * (k - 1)) / 2, Math.floor(possible / 2));
  const random = new PhiloxStream(seed);
  const seen = new Set<number>();
  const list = new EdgeBuffer();
  for (let size = k; list.length < edges; size = 2 + random.below(k - 1)) {
    const classes = random.permutation(k).subarray(0, size);
    const clique = Array.from(classes, (color) => color + k * random.below(sizes[color]!));
    for (const [i, u] of clique.entries()) {
      for (const v of clique.slice(0, i)) {
        const key = Math.min(u, v) * n + Math.max(u, v);
        if (seen.has(key)) continue;
        seen.add(key);
        list.push(u, v);
      }
    }
  }
  return { graph: Graph.fromChunks(n, list.chunks(), { name: `leighton${n}_${k}_${seed}` }), coloring };
}
