import { WhcrError } from '../../errors.ts';
import type { EdgeBuffer } from '../edge-buffer.ts';
import { Graph } from '../graph.ts';
import type { ResolvedReadOptions } from './options.ts';
import type { Scanner } from './scanner.ts';

/** Refuses a number of vertices over the limit before anything of that size is allocated. */
export function checkVertexCount(scanner: Scanner, n: number, options: ResolvedReadOptions): number {
  if (n > options.maxVertices) {
    const message = `${n} vertices are more than maxVertices, ${options.maxVertices}; raise maxVertices if that is meant`;
    throw scanner.error('ERR_WHCR_TOO_LARGE', message, n);
  }
  return n;
}

/** The error for an edge from a vertex to itself. */
export function selfLoop(scanner: Scanner, vertex: number): WhcrError {
  const message = `edge from vertex ${vertex} to itself: no colouring exists; pass selfLoops: 'drop' to leave it out`;
  return scanner.error('ERR_WHCR_SELF_LOOP', message, vertex);
}

/**
 * Builds the graph from the edges read, turning the index of a duplicate into its line.
 *
 * @param first number of the first vertex in the file, for messages
 * @param lineOf finds the line of the edge with that index, by reading the file again: only on the way to an error
 */
export function assemble(
  n: number,
  edges: EdgeBuffer,
  first: number,
  options: ResolvedReadOptions,
  lineOf: (index: number) => number,
): Graph {
  const { duplicates, name, source } = options;
  try {
    return Graph.fromChunks(n, edges.chunks(), { duplicates, ...(name === undefined ? {} : { name }) });
  } catch (error) {
    if (!(error instanceof WhcrError) || error.code !== 'ERR_WHCR_DUPLICATE_EDGE') throw error;
    const value = (error.details.value as number[]).map((vertex) => vertex + first);
    const line = lineOf(error.details.index as number);
    const message = `edge ${value.join('-')} is listed for the second time; pass duplicates: 'merge' to accept it`;
    throw new WhcrError('ERR_WHCR_DUPLICATE_EDGE', `${source}:${line}: ${message}`, {
      details: { source, line, value },
    });
  }
}

/**
 * Compares a DIMACS header's number of edges with the file's.
 *
 * Published files count listings rather than edges (queen, miles, the GPIA graphs), or count each edge twice (DSJC500.9);
 * both pass unless `strict`.
 *
 * @param promised the header's number
 * @param listed edge lines, dropped loops included
 * @param distinct edges of the graph
 */
export function checkEdgeCount(
  scanner: Scanner,
  promised: number,
  listed: number,
  distinct: number,
  options: ResolvedReadOptions,
): void {
  if (!options.checkCounts || promised === listed) return;
  const tolerated = promised === distinct || promised === 2 * distinct;
  if (!options.strict && tolerated) return;
  const counts = { promised, listed, distinct };
  const message = `the header promises ${promised} edges, the file lists ${listed} (${distinct} distinct)`;
  const cut = listed < promised;
  const advice = `${cut ? 'it is cut, or ' : ''}its header is wrong; pass checkCounts: false to read it all the same`;
  throw scanner.error(cut ? 'ERR_WHCR_TRUNCATED' : 'ERR_WHCR_PARSE', `${message}: ${advice}`, listed, counts);
}
