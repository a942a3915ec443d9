import { describe, expect, test } from 'vitest';
import { type Graph, gnp, parseGraph, queen, type ReadOptions } from '../../src/graph/index.ts';
import { failure, graphOf, pairsOf } from './helpers.ts';

const parse = (text: string, options: ReadOptions = {}) => parseGraph(text, { format: 'col', ...options }, 'g.col');

describe('DIMACS text', () => {
  const triangle = graphOf(3, [0, 1], [1, 2], [0, 2]).fingerprint();

  test.each([
    ['plain', 'c hello\np edge 3 3\ne 1 2\ne 2 3\ne 1 3\n'],
    ['p col', 'p col 3 3\ne 1 2\ne 2 3\ne 1 3\n'],
    ['CRLF', 'c hello\r\np edge 3 3\r\ne 1 2\r\ne 2 3\r\ne 1 3\r\n'],
    ['no newline at the end', 'p edge 3 3\ne 1 2\ne 2 3\ne 1 3'],
    ['blanks, tabs, empty lines', '\n  p  edge\t3 3  \n\ne 1\t2 \n e 2 3\n\ne 1 3\n \n'],
    ['comments anywhere', 'cfree text\np edge 3 3\nc\ne 1 2\ne 2 3\nc e 9 9\ne 1 3\nc'],
    ['node and geometry lines', 'p edge 3 3\nn 1 5\nd 2\nv 0.5 1\nx 3\ne 1 2\ne 2 3\ne 1 3\n'],
    ['both directions, listings counted (queen8_8)', 'p edge 3 6\ne 1 2\ne 2 1\ne 2 3\ne 3 2\ne 1 3\ne 3 1\n'],
    ['both directions, edges counted', 'p edge 3 3\ne 1 2\ne 2 1\ne 2 3\ne 3 2\ne 1 3\ne 3 1\n'],
    ['each edge counted twice (DSJC500.9)', 'p edge 3 6\ne 1 2\ne 2 3\ne 1 3\n'],
    ['byte order mark', '\ufeffp edge 3 3\ne 1 2\ne 2 3\ne 1 3\n'],
  ])('reads %s', (_, text) => {
    expect(parse(text).fingerprint()).toBe(triangle);
    expect(parseGraph(text).fingerprint()).toBe(triangle);
  });

  test('keeps isolated vertices, and none at all', () => {
    expect(parse('p edge 5 1\ne 2 4\n').n).toBe(5);
    expect(parse('p edge 0 0\n').n).toBe(0);
  });

  test.each([
    ['ERR_WHCR_VERTEX_OUT_OF_RANGE', 'p edge 3 1\ne 1 4\n', 2, 4],
    ['ERR_WHCR_VERTEX_OUT_OF_RANGE', 'p edge 3 1\ne 0 1\n', 2, 0],
    ['ERR_WHCR_SELF_LOOP', 'c\np edge 3 1\ne 2 2\n', 3, 2],
    ['ERR_WHCR_PARSE', 'e 1 2\n', 1, 'e 1 2'],
    ['ERR_WHCR_PARSE', 'c only comments\n', 2, ''],
    ['ERR_WHCR_PARSE', '', 1, ''],
    ['ERR_WHCR_PARSE', 'p edge 3 1\np edge 3 1\n', 2, 'p edge 3 1'],
    ['ERR_WHCR_PARSE', 'p cnf 3 1\n', 1, 'cnf'],
    ['ERR_WHCR_PARSE', 'p edge -3 1\n', 1, '-3'],
    ['ERR_WHCR_PARSE', 'p edge NaN 1\n', 1, 'NaN'],
    ['ERR_WHCR_PARSE', 'p edge 1e9 1\n', 1, '1e9'],
    ['ERR_WHCR_PARSE', 'p edge 3.5 1\n', 1, '3.5'],
    ['ERR_WHCR_PARSE', 'p edge 3\n', 1, ''],
    ['ERR_WHCR_PARSE', 'p edge 3 1 7\n', 1, '7'],
    ['ERR_WHCR_TOO_LARGE', 'p edge 1152921504606846976 1\n', 1, '1152921504606846976'],
    ['ERR_WHCR_TOO_LARGE', `p edge ${'9'.repeat(400)} 1\n`, 1, '9'.repeat(64)],
    ['ERR_WHCR_TOO_LARGE', 'p edge 300000000 1\n', 1, 300000000],
    ['ERR_WHCR_PARSE', 'p edge 3 1\ne 1 -2\n', 2, '-2'],
    ['ERR_WHCR_PARSE', 'p edge 3 1\ne 1 x\n', 2, 'x'],
    ['ERR_WHCR_PARSE', 'p edge 3 1\ne 1\n', 2, ''],
    ['ERR_WHCR_PARSE', 'p edge 3 1\ne 1 2 3\n', 2, '3'],
    ['ERR_WHCR_PARSE', 'p edge 3 1\ne 1 2\n%\n0\n', 3, '%'],
    ['ERR_WHCR_PARSE', 'p edge 3 1\nedge 1 2\n', 2, 'edge'],
    ['ERR_WHCR_PARSE', 'p edge 3 1\ne 1\u00002\n', 2, '\0'],
    ['ERR_WHCR_PARSE', 'c fine\nc\0\np edge 3 1\ne 1 2\n', 2, '\0'],
    ['ERR_WHCR_TRUNCATED', 'p edge 3 3\ne 1 2\ne 2', 3, ''],
    ['ERR_WHCR_TRUNCATED', 'p edge 9 4\ne 1 2\n', 3, 1],
    ['ERR_WHCR_PARSE', 'p edge 3 1\ne 1 2\ne 2 3\n', 4, 2],
    ['ERR_WHCR_TRUNCATED', 'p edge 3 9007199254740991\ne 1 2\n', 3, 1],
  ] as const)('%s: %j', (code, text, line, value) => {
    const error = failure(code, () => parse(text));
    expect(error.details).toMatchObject({ source: 'g.col', line, value });
    expect(error.message).toMatch(new RegExp(`^g\\.col:${line}: `));
  });

  test('strict refuses what published files contain', () => {
    const duplicate = failure('ERR_WHCR_DUPLICATE_EDGE', () =>
      parse('p edge 3 3\ne 1 2\nc\ne 3 2\ne 2 3\n', { strict: true }),
    );
    expect(duplicate.details).toMatchObject({ line: 5, value: [2, 3] });
    expect(duplicate.message).toContain('2-3');
    failure('ERR_WHCR_TRUNCATED', () => parse('p edge 3 4\ne 1 2\ne 2 3\n', { strict: true }));
    expect(parse('p edge 3 2\ne 1 2\ne 2 3\n', { strict: true }).m).toBe(2);
  });

  test('options override one check each', () => {
    expect(parse('p edge 3 2\ne 1 1\ne 2 3\n', { selfLoops: 'drop' }).m).toBe(1);
    expect(parse('p edge 9 400\ne 1 2\n', { checkCounts: false }).m).toBe(1);
    failure('ERR_WHCR_DUPLICATE_EDGE', () => parse('p edge 3 2\ne 1 2\ne 2 1\n', { duplicates: 'error' }));
    failure('ERR_WHCR_TOO_LARGE', () => parse('p edge 11 0\n', { maxVertices: 10 }));
    failure('ERR_WHCR_INVALID_ARGUMENT', () => parse('p edge 1 0\n', { maxVertices: -1 }));
    expect(parse('p edge 1 0\n', { name: 'dot' }).name).toBe('dot');
  });
});

/** The reference writer of the binary format. */
function binary(graph: Graph, preamble: string = `c x\np edge ${graph.n} ${graph.m}\n`): Buffer {
  const head = new TextEncoder().encode(`${preamble.length}\n${preamble}`);
  const rows = Array.from({ length: graph.n }, (_, i) => {
    const row = new Uint8Array((i >> 3) + 1);
    for (const j of graph.neighborsOf(i)) if (j < i) row[j >> 3]! |= 0x80 >> (j & 7);
    return row;
  });
  return Buffer.concat([head, ...rows]);
}

describe('DIMACS binary', () => {
  const graph = queen(5);

  test.each([[1], [7], [8], [9], [16], [17], [40]])('reads %d vertices', (n) => {
    const random = gnp(n, 0.5, n);
    expect(pairsOf(parseGraph(binary(random), { strict: true }))).toEqual(pairsOf(random));
  });

  test('accepts the edge counted twice, a newline at the end, CRLF after the length', () => {
    expect(parseGraph(binary(graph, 'p col 25 320\n')).m).toBe(160);
    expect(parseGraph(Buffer.concat([binary(graph), Buffer.from('\n')])).m).toBe(160);
  });

  test('accepts published headers: listings counted (abb313GPIA), a preamble counted one byte too long (1-Insertions_4)', () => {
    expect(parseGraph(binary(graph, 'p edge 25 200\n')).m).toBe(160);
    const overcounted = Buffer.from(
      binary(graph)
        .toString('latin1')
        .replace(/^\d+/, (length) => `${+length + 1}`),
      'latin1',
    );
    expect(parseGraph(overcounted).fingerprint()).toBe(graph.fingerprint());
  });

  test('bounds everything by the file', () => {
    const bytes = binary(graph);
    failure('ERR_WHCR_TRUNCATED', () => parseGraph(bytes.subarray(0, bytes.length - 1)));
    failure('ERR_WHCR_TRUNCATED', () => parseGraph(binary(graph, 'p edge 268435456 9\n')));
    failure('ERR_WHCR_TOO_LARGE', () => parseGraph(binary(graph, 'p edge 1152921504606846976 9\n')));
    failure('ERR_WHCR_TRUNCATED', () => parseGraph('99999\np edge 3 1\n', { format: 'col.b' }));
    failure('ERR_WHCR_TRUNCATED', () => parseGraph('', { format: 'col.b' }));
    failure('ERR_WHCR_PARSE', () => parseGraph('abc\np edge 3 1\n', { format: 'col.b' }));
    failure('ERR_WHCR_PARSE', () => parseGraph(binary(graph, 'c no problem line\n')));
    failure('ERR_WHCR_PARSE', () => parseGraph(Buffer.concat([bytes, Buffer.from('tail')])));
    failure('ERR_WHCR_TRUNCATED', () => parseGraph(binary(graph, 'p edge 25 161\n'), { strict: true }));
  });

  test('refuses a bit on the diagonal', () => {
    const bytes = binary(graphOf(3, [0, 1]), 'p edge 3 1\n').slice();
    bytes[bytes.length - 1]! |= 0x20;
    expect(failure('ERR_WHCR_SELF_LOOP', () => parseGraph(bytes)).details.value).toBe(3);
    expect(parseGraph(bytes, { selfLoops: 'drop', checkCounts: false }).m).toBe(1);
  });
});
