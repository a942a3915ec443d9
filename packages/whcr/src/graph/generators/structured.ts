import { checkInteger } from '../../errors.ts';
import { EdgeBuffer } from '../edge-buffer.ts';
import { Graph } from '../graph.ts';

/** Most vertices a generator makes. */
export const MAX_GENERATED: number = 2 ** 28;

/** How many vertices a generator would make, checked before it starts. */
export function checkSize(what: string, n: number): number {
  return checkInteger(`the number of vertices of ${what}`, n, 0, MAX_GENERATED);
}

/**
 * Queen graph: the squares of a board, joined where a queen moves from one to the other. Square (r, c) is vertex
 * r x columns + c, as in DIMACS queen8_8 (64 vertices, 728 edges).
 *
 * @param rows at least 1
 * @param columns at least 1; default `rows`
 */
export function queen(rows: number, columns: number = rows): Graph {
  checkInteger('rows', rows, 1);
  checkInteger('columns', columns, 1);
  const n = checkSize('the queen graph', rows * columns);
  const edges = new EdgeBuffer();
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const square = r * columns + c;
      for (let right = c + 1; right < columns; right++) edges.push(square, r * columns + right);
      for (let down = r + 1; down < rows; down++) {
        const step = down - r;
        if (c - step >= 0) edges.push(square, down * columns + c - step);
        edges.push(square, down * columns + c);
        if (c + step < columns) edges.push(square, down * columns + c + step);
      }
    }
  }
  return Graph.fromChunks(n, edges.chunks(), { name: `queen${rows}_${columns}` });
}

/**
 * Mycielski graph (Colloquium Mathematicum, 1955): K2 with the Mycielskian taken k-1 times. No triangles, chromatic number
 * k + 1, 3 x 2^(k-1) - 1 vertices; numbered as DIMACS myciel3 (k = 3: 11 vertices, 20 edges).
 *
 * @param k 1 to 20
 */
export function mycielski(k: number): Graph {
  checkInteger('k', k, 1, 20);
  let n = 2;
  let pairs: [number, number][] = [[0, 1]];
  for (let round = 1; round < k; round++) {
    // Vertex v gets the copy n + v, joined to the neighbours of v; vertex 2n is joined to all copies.
    const next = pairs.slice();
    for (const [u, v] of pairs) next.push([u, n + v], [v, n + u]);
    for (let v = 0; v < n; v++) next.push([n + v, 2 * n]);
    pairs = next;
    n = 2 * n + 1;
  }
  const edges = new EdgeBuffer();
  for (const [u, v] of pairs) edges.push(u, v);
  return Graph.fromChunks(n, edges.chunks(), { name: `myciel${k}` });
}

/**
 * Quasigroup graph: the cells of an n x n square, joined where they share a row or a column (a rook's graph), so that an
 * n-colouring is a Latin square. Cell (r, c) is vertex r x n + c; `quasigroup(30)` is DIMACS qg.order30.
 *
 * @param n at least 1; the chromatic number
 */
export function quasigroup(n: number): Graph {
  return cells(n, false, `qg.order${n}`);
}

/**
 * Latin square graph of the cyclic square of order n: the cells of the square, joined where they share a row, a column or
 * the symbol (r + c) mod n. Strongly regular of degree 3(n - 1) for n > 2. An n-colouring is a Latin square orthogonal to the cyclic one:
 * there is one for odd n, none for even n.
 *
 * DIMACS latin_square_10 (900 vertices, degree 683) is another graph, not made by this construction.
 *
 * @param n order, at least 1; n^2 vertices
 */
export function latinSquare(n: number): Graph {
  return cells(n, true, `latin_square_cyclic_${n}`);
}

function cells(n: number, symbols: boolean, name: string): Graph {
  checkInteger('n', n, 1);
  const total = checkSize('the square', n * n);
  const edges = new EdgeBuffer();
  for (let r = 0; r < n; r++) {
    for (let c = 0; c < n; c++) {
      const cell = r * n + c;
      for (let right = c + 1; right < n; right++) edges.push(cell, r * n + right);
      for (let down = r + 1; down < n; down++) {
        edges.push(cell, down * n + c);
        if (symbols) edges.push(cell, down * n + ((c + n - ((down - r) % n)) % n));
      }
    }
  }
  return Graph.fromChunks(total, edges.chunks(), { name });
}

/** Options of {@link grid}. */
export interface GridOptions {
  /** Join diagonal neighbours too (9-point instead of 5-point stencil). Default false. */
  readonly diagonals?: boolean;
}

/**
 * Grid graph: each cell joined to the next in its row and column, with `diagonals` to all eight around it. Cell (x, y) is
 * vertex y x width + x. Chromatic number 2, with diagonals 4 (from 2 x 2 on).
 *
 * @param width at least 1
 * @param height at least 1; default `width`
 */
export function grid(width: number, height: number = width, options: GridOptions = {}): Graph {
  checkInteger('width', width, 1);
  checkInteger('height', height, 1);
  const n = checkSize('the grid', width * height);
  const diagonals = options.diagonals ?? false;
  const edges = new EdgeBuffer();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = y * width + x;
      if (x + 1 < width) edges.push(cell, cell + 1);
      if (y + 1 === height) continue;
      edges.push(cell, cell + width);
      if (diagonals && x > 0) edges.push(cell, cell + width - 1);
      if (diagonals && x + 1 < width) edges.push(cell, cell + width + 1);
    }
  }
  return Graph.fromChunks(n, edges.chunks(), { name: `grid${width}x${height}${diagonals ? 'd' : ''}` });
}

/**
 * The complement: an edge wherever the graph has none. Needs n (n - 1) / 2 - m edges of memory.
 *
 * @throws {WhcrError} `ERR_WHCR_TOO_LARGE` where that does not fit.
 */
export function complement(graph: Graph): Graph {
  const { n, offsets, neighbors } = graph;
  const edges = new EdgeBuffer();
  for (let u = 0; u < n; u++) {
    let next = offsets[u]!;
    const end = offsets[u + 1]!;
    for (let v = u + 1; v < n; v++) {
      while (next < end && neighbors[next]! < v) next++;
      if (next === end || neighbors[next] !== v) edges.push(u, v);
    }
  }
  const name = graph.name === undefined ? {} : { name: `${graph.name}c` };
  return Graph.fromChunks(n, edges.chunks(), name);
}
