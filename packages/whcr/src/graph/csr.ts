import { WhcrError } from '../errors.ts';
import type { EdgeChunk } from './edge-buffer.ts';

/** Most arcs (directed edges, two for each edge) a graph can hold: offsets are 32 bits wide. */
export const MAX_ARCS = 0xffff_ffff;

/** Most vertices a graph can hold. */
export const MAX_VERTICES = 0xffff_fffe;

/** The two arrays of a compressed sparse row graph. */
export interface Csr {
  readonly offsets: Uint32Array;
  readonly neighbors: Uint32Array;
}

/** A typed array, or a typed error in place of the engine's RangeError when memory does not suffice. */
export function allocate(length: number, what: string): Uint32Array {
  try {
    return new Uint32Array(length);
  } catch (cause) {
    const message = `cannot allocate ${length} x 4 bytes for the ${what}; use a smaller graph or a machine with more memory`;
    throw new WhcrError('ERR_WHCR_TOO_LARGE', message, { details: { value: length }, cause });
  }
}

/**
 * Builds symmetric CSR with sorted rows from undirected edges in O(n + m), by two counting sorts: scattering every arc to
 * its row, then transposing. Transposing a symmetric matrix gives the same matrix, with its rows filled in ascending order.
 *
 * Parallel edges stay in; self loops must be gone. Needs 16 bytes an edge besides the input.
 *
 * @throws {WhcrError} `ERR_WHCR_TOO_LARGE` beyond 2^32-1 arcs or the machine's memory.
 */
export function buildCsr(n: number, edges: readonly EdgeChunk[]): Csr {
  let total = 0;
  for (const chunk of edges) total += chunk.length;
  if (2 * total > MAX_ARCS) {
    const message = `${total} edges need ${2 * total} arcs, more than the ${MAX_ARCS} that 32-bit offsets address`;
    throw new WhcrError('ERR_WHCR_TOO_LARGE', `${message}; colour the graph's components apart`, {
      details: { value: total },
    });
  }
  const offsets = allocate(n + 1, 'offsets');
  for (const { u, v, length } of edges) {
    for (let i = 0; i < length; i++) {
      offsets[u[i]! + 1]!++;
      offsets[v[i]! + 1]!++;
    }
  }
  for (let i = 0; i < n; i++) offsets[i + 1]! += offsets[i]!;

  const cursor = offsets.slice(0, n);
  const scattered = allocate(2 * total, 'arcs');
  for (const { u, v, length } of edges) {
    for (let i = 0; i < length; i++) {
      const a = u[i]!;
      const b = v[i]!;
      scattered[cursor[a]!++] = b;
      scattered[cursor[b]!++] = a;
    }
  }
  cursor.set(offsets.subarray(0, n));
  const neighbors = allocate(2 * total, 'neighbours');
  for (let s = 0; s < n; s++) {
    for (let i = offsets[s]!, end = offsets[s + 1]!; i < end; i++) neighbors[cursor[scattered[i]!]!++] = s;
  }
  return { offsets, neighbors };
}

/** The first parallel edge of sorted rows, or undefined. */
export function findParallel(csr: Csr): { u: number; v: number } | undefined {
  const { offsets, neighbors } = csr;
  for (let s = 0; s + 1 < offsets.length; s++) {
    for (let i = offsets[s]! + 1, end = offsets[s + 1]!; i < end; i++) {
      if (neighbors[i] === neighbors[i - 1]) return { u: s, v: neighbors[i]! };
    }
  }
  return undefined;
}

/** Merges parallel edges of sorted rows, in place where there are any, and gives back what is left. */
export function mergeParallel(csr: Csr): Csr {
  const { offsets, neighbors } = csr;
  let write = 0;
  let begin = 0;
  for (let s = 0; s + 1 < offsets.length; s++) {
    const end = offsets[s + 1]!;
    const row = write;
    for (let i = begin; i < end; i++) {
      const t = neighbors[i]!;
      if (write === row || neighbors[write - 1] !== t) neighbors[write++] = t;
    }
    begin = end;
    offsets[s + 1] = write;
  }
  return { offsets, neighbors: write === neighbors.length ? neighbors : neighbors.slice(0, write) };
}

/** Where the edge {u, v} is listed for the second time, counting edges from 0. */
export function secondListing(edges: readonly EdgeChunk[], u: number, v: number): number {
  let seen = 0;
  let index = 0;
  for (const chunk of edges) {
    for (let i = 0; i < chunk.length; i++, index++) {
      const a = chunk.u[i];
      const b = chunk.v[i];
      if (((a === u && b === v) || (a === v && b === u)) && ++seen === 2) return index;
    }
  }
  return -1;
}

function broken(message: string, details: Record<string, unknown>): WhcrError {
  return new WhcrError(
    'ERR_WHCR_INVALID_GRAPH',
    `${message}; build the graph with Graph.fromEdges to have it repaired`,
    {
      details,
    },
  );
}

/**
 * Checks in O(n + m) that CSR arrays describe a simple undirected graph: offsets rise from 0 to the number of arcs, rows are
 * strictly ascending and in range, no loops, and every arc has its reverse.
 *
 * @throws {WhcrError} `ERR_WHCR_INVALID_GRAPH`, `ERR_WHCR_VERTEX_OUT_OF_RANGE`, `ERR_WHCR_SELF_LOOP` or
 * `ERR_WHCR_DUPLICATE_EDGE`, with the vertex and the value.
 */
export function validateCsr({ offsets, neighbors }: Csr): void {
  const n = offsets.length - 1;
  if (n < 0) throw broken('offsets is empty; it has one entry more than there are vertices', { value: 0 });
  if (offsets[0] !== 0) throw broken(`offsets[0] is ${offsets[0]}, not 0`, { index: 0, value: offsets[0] });
  for (let s = 0; s < n; s++) {
    const value = offsets[s + 1]!;
    if (value < offsets[s]!)
      throw broken(`offsets[${s + 1}] is ${value}, less than the one before`, { index: s + 1, value });
  }
  if (offsets[n] !== neighbors.length) {
    const message = `the last offset is ${offsets[n]}, but there are ${neighbors.length} neighbours`;
    throw broken(message, { index: n, value: offsets[n] });
  }
  for (let s = 0; s < n; s++) {
    for (let i = offsets[s]!, begin = i, end = offsets[s + 1]!; i < end; i++) {
      const t = neighbors[i]!;
      const details = { index: i, vertex: s, value: t };
      if (t >= n) {
        const message = `neighbors[${i}] of vertex ${s} is ${t}; the graph has ${n} vertices, numbered from 0`;
        throw new WhcrError('ERR_WHCR_VERTEX_OUT_OF_RANGE', message, { details });
      }
      if (t === s)
        throw new WhcrError('ERR_WHCR_SELF_LOOP', `vertex ${s} is its own neighbour; remove the loop`, { details });
      if (i > begin && t === neighbors[i - 1]) {
        throw new WhcrError('ERR_WHCR_DUPLICATE_EDGE', `vertex ${s} lists neighbour ${t} twice; list it once`, {
          details,
        });
      }
      if (i > begin && t < neighbors[i - 1]!)
        throw broken(`the neighbours of vertex ${s} are not ascending at ${t}`, details);
    }
  }
  // Sources arrive in ascending order, so each must be the next entry of its target's sorted row.
  const cursor = offsets.slice(0, n);
  for (let s = 0; s < n; s++) {
    for (let i = offsets[s]!, end = offsets[s + 1]!; i < end; i++) {
      const t = neighbors[i]!;
      const at = cursor[t]!++;
      if (at >= offsets[t + 1]! || neighbors[at] !== s) {
        throw broken(`the graph is not symmetric: ${s}-${t} or an edge of ${t} lacks its reverse`, {
          vertex: s,
          value: t,
        });
      }
    }
  }
}
