import { describe, expect, test } from 'vitest';
import { parseGraph, type ReadOptions } from '../../src/graph/index.ts';
import { failure, graphOf, pairsOf } from './helpers.ts';

const banner = (kind: string) => `%%MatrixMarket matrix coordinate ${kind}\n`;
const path = graphOf(3, [0, 1], [1, 2]).fingerprint();

describe('Matrix Market', () => {
  const parse = (text: string, options: ReadOptions = {}) => parseGraph(text, options, 'g.mtx');

  test.each([
    ['pattern symmetric', `${banner('pattern symmetric')}% note\n3 3 2\n2 1\n3 2\n`],
    ['real symmetric with a diagonal', `${banner('real symmetric')}3 3 3\n1 1 4.5\n2 1 -1e-3\n3 2 0\n`],
    ['integer general, both triangles', `${banner('integer general')}3 3 4\n1 2 7\n2 1 7\n2 3 1\n3 2 1\n`],
    ['general, one triangle', `${banner('pattern general')}3 3 2\n1 2\n2 3\n`],
    ['complex hermitian', `${banner('complex hermitian')}3 3 2\n2 1 0 1\n3 2 0 -1\n`],
    [
      'capitals, CRLF, blank lines',
      `%%MATRIXMARKET MATRIX Coordinate Pattern Symmetric\r\n\r\n3 3 2\r\n2 1\r\n\r\n3 2\r\n`,
    ],
  ])('reads %s', (_, text) => {
    expect(parse(text).fingerprint()).toBe(path);
  });

  test.each([
    ['ERR_WHCR_PARSE', `${banner('pattern symmetric')}3 4 1\n2 1\n`, 2],
    ['ERR_WHCR_VERTEX_OUT_OF_RANGE', `${banner('pattern symmetric')}3 3 1\n4 1\n`, 3],
    ['ERR_WHCR_VERTEX_OUT_OF_RANGE', `${banner('pattern symmetric')}3 3 1\n0 1\n`, 3],
    ['ERR_WHCR_TRUNCATED', `${banner('pattern symmetric')}3 3 2\n2 1\n`, 4],
    ['ERR_WHCR_TRUNCATED', `${banner('real symmetric')}3 3 1\n2 1`, 3],
    ['ERR_WHCR_TRUNCATED', `${banner('real symmetric')}`, 2],
    ['ERR_WHCR_PARSE', `${banner('real symmetric')}3 3 1\n2 1\n`, 3],
    ['ERR_WHCR_PARSE', `${banner('pattern symmetric')}3 3 1\n2 1 5\n`, 3],
    ['ERR_WHCR_PARSE', `${banner('pattern symmetric')}3 3 1\n2 1\n3 2\n`, 4],
    ['ERR_WHCR_PARSE', `${banner('quaternion symmetric')}3 3 0\n`, 1],
    ['ERR_WHCR_PARSE', `${banner('constructor symmetric')}3 3 0\n`, 1],
    ['ERR_WHCR_PARSE', `${banner('real')}3 3 0\n`, 1],
    ['ERR_WHCR_PARSE', '%%MatrixMarket vector coordinate real general\n3 3 0\n', 1],
    ['ERR_WHCR_UNKNOWN_FORMAT', '%%MatrixMarket matrix array real general\n3 3\n1\n', 1],
    ['ERR_WHCR_TOO_LARGE', `${banner('real general')}1152921504606846976 1152921504606846976 1\n`, 2],
    ['ERR_WHCR_TOO_LARGE', `${banner('real general')}999999999 999999999 1\n`, 2],
  ] as const)('%s: %j', (code, text, line) => {
    expect(failure(code, () => parse(text)).details).toMatchObject({ source: 'g.mtx', line });
  });

  test('strict: the diagonal and repeated entries are errors, the other triangle is not', () => {
    const general = banner('pattern general');
    expect(parse(`${general}3 3 4\n1 2\n2 1\n2 3\n3 2\n`, { strict: true }).fingerprint()).toBe(path);
    const repeated = failure('ERR_WHCR_DUPLICATE_EDGE', () =>
      parse(`${general}3 3 3\n3 1\n%\n1 2\n3 1\n`, { strict: true }),
    );
    expect(repeated.details).toMatchObject({ line: 6, value: [3, 1] });
    const mirrored = failure('ERR_WHCR_DUPLICATE_EDGE', () =>
      parse(`${banner('pattern symmetric')}3 3 2\n2 1\n1 2\n`, { strict: true }),
    );
    expect(mirrored.details.line).toBe(4);
    failure('ERR_WHCR_SELF_LOOP', () => parse(`${general}3 3 1\n2 2\n`, { strict: true }));
  });
});

describe('edge lists', () => {
  const parse = (text: string, options: ReadOptions = {}) => parseGraph(text, { format: 'edges', ...options }, 'g.txt');

  test.each([
    ['from 0', '0 1\n1 2\n'],
    ['from 1', '1 2\n2 3\n'],
    ['tabs and comments', '# SNAP\n% KONECT\n0\t1\n1\t2\n'],
    ['commas', '1,2\n2, 3\n'],
    ['weights and times', '1 2 0.5 1234\n2,3,x\n'],
    ['CRLF, blank lines, no end', '\r\n1 2\r\n\r\n2 3'],
    ['both directions', '1 2\n2 1\n2 3\n3 2\n'],
  ])('reads %s', (_, text) => {
    expect(parse(text).fingerprint()).toBe(path);
    expect(parseGraph(text).fingerprint()).toBe(path);
  });

  test('base and vertices', () => {
    expect(pairsOf(parse('1 2\n', { base: 0 }))).toEqual([[1, 2]]);
    expect(parse('1 2\n', { vertices: 9 }).n).toBe(9);
    expect(parse('# nothing\n').n).toBe(0);
    expect(failure('ERR_WHCR_VERTEX_OUT_OF_RANGE', () => parse('1 2\n0 1\n', { base: 1 })).details.line).toBe(2);
    const outside = failure('ERR_WHCR_VERTEX_OUT_OF_RANGE', () => parse('1 2\n1 7\n', { vertices: 6 }));
    expect(outside.details).toMatchObject({ line: 2, value: 7 });
  });

  test.each([
    ['ERR_WHCR_SELF_LOOP', '0 1\n5 5\n', 2],
    ['ERR_WHCR_PARSE', '0 1\n2 -3\n', 2],
    ['ERR_WHCR_PARSE', '0 1\n2\n', 2],
    ['ERR_WHCR_PARSE', '0 1\na b\n', 2],
    ['ERR_WHCR_TRUNCATED', '0 1\n2', 2],
    ['ERR_WHCR_TOO_LARGE', '0 1\n0 1152921504606846976\n', 2],
    ['ERR_WHCR_TOO_LARGE', '0 1\n0 268435456\n', 2],
    ['ERR_WHCR_TOO_LARGE', '0 1\n\n0 4294967297\n', 3],
  ] as const)('%s: %j', (code, text, line) => {
    expect(failure(code, () => parse(text)).details).toMatchObject({ source: 'g.txt', line });
  });

  test('strict: one edge a line, each once', () => {
    expect(failure('ERR_WHCR_PARSE', () => parse('1 2 9\n', { strict: true })).details.line).toBe(1);
    expect(failure('ERR_WHCR_PARSE', () => parse('1 2,9\n', { strict: true })).details.line).toBe(1);
    const duplicate = failure('ERR_WHCR_DUPLICATE_EDGE', () => parse('1 2\n# x\n2 1\n', { strict: true }));
    expect(duplicate.details).toMatchObject({ line: 3, value: [1, 2] });
    expect(parse('1 2\n2 2\n', { selfLoops: 'drop' }).m).toBe(1);
  });
});

describe('format detection', () => {
  test.each([
    ['ERR_WHCR_UNKNOWN_FORMAT', ''],
    ['ERR_WHCR_UNKNOWN_FORMAT', ' \n\n'],
    ['ERR_WHCR_UNKNOWN_FORMAT', '<html>'],
    ['ERR_WHCR_UNKNOWN_FORMAT', '{"nodes": 3}'],
  ] as const)('%s: %j', (code, text) => {
    expect(failure(code, () => parseGraph(text)).message).toContain('pass format');
  });

  test('refuses a wrong name or input', () => {
    failure('ERR_WHCR_INVALID_ARGUMENT', () => parseGraph('p edge 1 0', { format: 'dot' as 'col' }));
    failure('ERR_WHCR_INVALID_ARGUMENT', () => parseGraph(5 as unknown as string));
  });
});
