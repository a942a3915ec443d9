import { checkInteger, invalidArgument } from '../../errors.ts';
import { EdgeBuffer } from '../edge-buffer.ts';
import { Graph } from '../graph.ts';
import { PhiloxStream, type Seed } from '../random.ts';
import { checkSize, complement } from './structured.ts';

function checkProbability(name: string, value: number): number {
  if (!(value >= 0 && value <= 1)) throw invalidArgument(name, value, 'a number from 0 to 1');
  return value;
}

/**
 * G(n, p): each of the n (n - 1) / 2 edges with probability p, independently. The DSJC graphs are of this kind
 * (Johnson, Aragon, McGeoch, Schevon, Operations Research, 1991). O(n + m), by skipping absent edges (Batagelj and Brandes,
 * Physical Review E, 2005).
 *
 * @param n at least 0
 * @param p 0 to 1
 */
export function gnp(n: number, p: number, seed: Seed): Graph {
  checkSize('G(n, p)', n);
  checkProbability('p', p);
  const random = new PhiloxStream(seed);
  const edges = new EdgeBuffer();
  const name = `gnp_${n}_${p}_${seed}`;
  const scale = p < 1 ? 1 / Math.log1p(-p) : 0;
  // Pair (u, v) with u > v is passed in the order of the lower triangle; v may run over into the next rows.
  let v = -1;
  for (let u = 1; u < n && p > 0; ) {
    v += 1 + (p < 1 ? Math.floor(Math.log1p(-random.float64()) * scale) : 0);
    while (v >= u && u < n) v -= u++;
    if (u < n) edges.push(u, v);
  }
  return Graph.fromChunks(n, edges.chunks(), { name });
}

/**
 * G(n, m): m edges drawn uniformly from all n (n - 1) / 2, without repetition. O(n + m).
 *
 * @param n 0 to 2^28
 * @param m 0 to n (n - 1) / 2
 */
export function gnm(n: number, m: number, seed: Seed): Graph {
  checkSize('G(n, m)', n);
  const pairs = (n * (n - 1)) / 2;
  checkInteger('m', m, 0, pairs);
  const name = `gnm_${n}_${m}_${seed}`;
  // Drawing the absent edges of a dense graph is quicker, and as uniform.
  const dense = m > pairs / 2;
  const wanted = dense ? pairs - m : m;
  const random = new PhiloxStream(seed);
  const edges = new EdgeBuffer();
  let graph = Graph.fromChunks(n, [], { name });
  // Repetitions merge, and as many edges as are missing are drawn again: never more, so this is drawing until m differ.
  while (graph.m < wanted) {
    for (let missing = wanted - graph.m; missing > 0; ) {
      const u = random.below(n);
      const v = random.below(n);
      if (u === v) continue;
      edges.push(u, v);
      missing--;
    }
    graph = Graph.fromChunks(n, edges.chunks(), { name });
  }
  if (!dense) return graph;
  const { offsets, neighbors } = complement(graph);
  return Graph.fromCsr(offsets, neighbors, { validate: false, copy: false, name });
}

/** Options of {@link geometric}. */
export interface GeometricOptions {
  /** Join points that are not close instead (the R...c and DSJR...c graphs). Default false. */
  readonly complement?: boolean;
}

/**
 * Random geometric graph: n uniform points in the unit square, joined when closer than `radius` (the R and DSJR graphs:
 * Johnson, Aragon, McGeoch, Schevon, Operations Research, 1991). Points are sorted into cells, so sparse ones take O(n + m).
 *
 * @param n at least 0
 * @param radius at least 0; from sqrt(2) on, all points are joined
 */
export function geometric(n: number, radius: number, seed: Seed, options: GeometricOptions = {}): Graph {
  checkSize('the geometric graph', n);
  if (!(radius >= 0)) throw invalidArgument('radius', radius, 'a number of at least 0');
  const random = new PhiloxStream(seed);
  const points = new Float64Array(2 * n).map(() => random.float64());
  const side = Math.max(1, Math.min(Math.floor(1 / radius), Math.ceil(Math.sqrt(n))));
  const cell = (i: number) => Math.floor(points[2 * i]! * side) + side * Math.floor(points[2 * i + 1]! * side);
  const start = new Uint32Array(side * side + 1);
  for (let i = 0; i < n; i++) start[cell(i) + 1]!++;
  for (let i = 0; i < side * side; i++) start[i + 1]! += start[i]!;
  const members = new Uint32Array(n);
  const cursor = start.slice();
  for (let i = 0; i < n; i++) members[cursor[cell(i)]!++] = i;

  const edges = new EdgeBuffer();
  for (let i = 0; i < n; i++) {
    const x = points[2 * i]!;
    const y = points[2 * i + 1]!;
    const column = Math.floor(x * side);
    const row = Math.floor(y * side);
    for (let r = Math.max(0, row - 1); r <= Math.min(side - 1, row + 1); r++) {
      // Cells of one row follow one another, so three of them are one run of points.
      const begin = start[r * side + Math.max(0, column - 1)]!;
      const end = start[r * side + Math.min(side - 1, column + 1) + 1]!;
      for (let k = begin; k < end; k++) {
        const j = members[k]!;
        const dx = points[2 * j]! - x;
        const dy = points[2 * j + 1]! - y;
        if (j > i && dx * dx + dy * dy < radius * radius) edges.push(i, j);
      }
    }
  }
  const name = `geometric_${n}_${radius}_${seed}`;
  const graph = Graph.fromChunks(n, edges.chunks(), { name });
  return options.complement ? complement(graph) : graph;
}

/** Options of {@link rmat}. */
export interface RmatOptions {
  /** Probability of the upper left quadrant. Default 0.57. */
  readonly a?: number;
  /** Probability of the upper right quadrant. Default 0.19. */
  readonly b?: number;
  /** Probability of the lower left quadrant. Default 0.19; the rest, 0.05, is the lower right one. */
  readonly c?: number;
}

/**
 * R-MAT graph (Chakrabarti, Zhan, Faloutsos, SIAM Data Mining, 2004) with the Graph500 defaults: 2^scale vertices, edgeFactor
 * x 2^scale draws, of which loops and repetitions are left out. Probabilities are rounded to multiples of 2^-16.
 *
 * @param scale 0 to 28
 * @param edgeFactor draws for each vertex; default 16
 */
export function rmat(scale: number, edgeFactor: number = 16, seed: Seed = 0, options: RmatOptions = {}): Graph {
  checkInteger('scale', scale, 0, 28);
  const { a = 0.57, b = 0.19, c = 0.19 } = options;
  for (const [name, value] of Object.entries({ a, b, c, 'a + b + c': a + b + c })) checkProbability(name, value);
  const n = 2 ** scale;
  if (!(edgeFactor >= 0)) throw invalidArgument('edgeFactor', edgeFactor, 'a number of at least 0');
  const draws = checkInteger('edgeFactor x 2^scale', Math.round(edgeFactor * n), 0, 2 ** 31 - 1);
  const [first, second, third] = [a, a + b, a + b + c].map((p) => Math.round(p * 0x1_0000)) as [number, number, number];
  const random = new PhiloxStream(seed);
  const edges = new EdgeBuffer();
  for (let i = 0; i < draws; i++) {
    let u = 0;
    let v = 0;
    for (let level = 0, word = 0; level < scale; level++) {
      word = (level & 1) === 0 ? random.uint32() : word >>> 16;
      const part = word & 0xffff;
      u = (u << 1) | (part >= second ? 1 : 0);
      v = (v << 1) | ((part >= first && part < second) || part >= third ? 1 : 0);
    }
    if (u !== v) edges.push(u, v);
  }
  return Graph.fromChunks(n, edges.chunks(), { name: `rmat_${scale}_${edgeFactor}_${seed}` });
}
