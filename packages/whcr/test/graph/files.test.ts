import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WhcrError } from '../../src/errors.ts';
import {
  encodeColoring,
  encodeGraph,
  type Graph,
  gnp,
  parseColoring,
  parseGraph,
  queen,
  readColoring,
  readGraph,
  writeColoring,
  writeGraph,
} from '../../src/graph/index.ts';
import { failure } from './helpers.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whcr-graph-'));
});
afterAll(() => rm(folder, { recursive: true }));

const textOf = (graph: Graph) => Buffer.concat([...encodeGraph(graph)]);

describe('graph files', () => {
  test.each([['g.col'], ['g.col.gz']])('%s comes back as it was written', async (file) => {
    const graph = gnp(400, 0.3, 1);
    const path = join(folder, file);
    await writeGraph(path, graph, { comment: 'two\nlines' });
    for (const input of [path, pathToFileURL(path), await readFile(path)]) {
      expect((await readGraph(input, { strict: true })).fingerprint()).toBe(graph.fingerprint());
    }
    expect((await readGraph(path)).name).toBe('g');
    expect((await readFile(path))[0]).toBe(file.endsWith('.gz') ? 0x1f : 'c'.charCodeAt(0));
  });

  test('a comment cannot smuggle lines into the file', () => {
    const text = Buffer.concat([...encodeGraph(queen(3), { comment: 'x\ne 1 9\r\np edge 1 0\rq\0' })]);
    expect(parseGraph(text, { strict: true }).fingerprint()).toBe(queen(3).fingerprint());
  });

  test('a missing file, a folder, an unwritable place: typed errors', async () => {
    const io = { code: 'ERR_WHCR_IO' };
    await expect(readGraph(join(folder, 'absent.col'))).rejects.toMatchObject({ ...io, details: { reason: 'ENOENT' } });
    await expect(readGraph(folder)).rejects.toMatchObject({ ...io, details: { reason: 'EISDIR' } });
    await expect(writeGraph(join(folder, 'no', 'g.col'), queen(3))).rejects.toMatchObject(io);
  });

  test('gzip: cut, broken and oversized', () => {
    const bytes = gzipSync(textOf(queen(8)));
    failure('ERR_WHCR_TRUNCATED', () => parseGraph(bytes.subarray(0, bytes.length - 20)));
    failure('ERR_WHCR_PARSE', () => parseGraph(Uint8Array.from(bytes, (byte, i) => (i > 20 && i < 60 ? 255 : byte))));
    const bomb = gzipSync(new Uint8Array(1 << 22));
    failure('ERR_WHCR_TOO_LARGE', () => parseGraph(bomb, { maxBytes: 1 << 20 }));
    failure('ERR_WHCR_TOO_LARGE', () => parseGraph(textOf(queen(8)), { maxBytes: 100 }));
  });

  test('readGraph keeps to maxBytes', async () => {
    const path = join(folder, 'large.col');
    await writeFile(path, textOf(queen(8)));
    await expect(readGraph(path, { maxBytes: 100 })).rejects.toMatchObject({ code: 'ERR_WHCR_TOO_LARGE' });
  });
});

describe('colouring files', () => {
  test('come back as written', async () => {
    const coloring = Uint32Array.from({ length: 50_000 }, (_, v) => v % 83);
    for (const file of ['c.txt', 'c.txt.gz']) {
      await writeColoring(join(folder, file), coloring, { comment: '83 colours' });
      expect(await readColoring(join(folder, file), { vertices: 50_000, colors: 83 })).toEqual(coloring);
    }
  });

  test('are refused on the way out too', async () => {
    failure('ERR_WHCR_COLOR_OUT_OF_RANGE', () => [...encodeColoring([0, -1])]);
    await expect(writeColoring(join(folder, 'bad.txt'), [0.5])).rejects.toMatchObject({
      code: 'ERR_WHCR_COLOR_OUT_OF_RANGE',
    });
    const widest = [0, 9, 10, 99, 100, 4294967294, 1000000000];
    expect([...parseColoring(Buffer.concat([...encodeColoring(widest)]))]).toEqual(widest);
  });

  test('reads comments, CRLF, no newline at the end', () => {
    expect([...parseColoring('# x\r\nc y\r\n0\r\n\r\n12\r\n3')]).toEqual([0, 12, 3]);
    expect(parseColoring('').length).toBe(0);
  });

  test.each([
    ['ERR_WHCR_COLOR_OUT_OF_RANGE', '0\n3\n1\n', 2, 3],
    ['ERR_WHCR_PARSE', '0\n-1\n1\n', 2, '-1'],
    ['ERR_WHCR_PARSE', '0\n1 2\n1\n', 2, '2'],
    ['ERR_WHCR_PARSE', '0\n1\n1\n2\n', 4, '2'],
    ['ERR_WHCR_TRUNCATED', '0\n1\n', 3, 2],
  ] as const)('%s: %j', (code, text, line, value) => {
    expect(failure(code, () => parseColoring(text, { vertices: 3, colors: 3 })).details).toMatchObject({ line, value });
  });
});

describe('whatever the bytes, a graph or a typed error', () => {
  const options = { maxVertices: 100_000, maxBytes: 1 << 20 };
  const attempt = (bytes: Uint8Array) => {
    for (const format of ['auto', 'col', 'col.b', 'mtx', 'edges'] as const) {
      for (const strict of [false, true]) {
        try {
          parseGraph(bytes, { ...options, format, strict });
        } catch (error) {
          if (!(error instanceof WhcrError)) throw error;
        }
      }
    }
  };

  const seeds = [
    'c x\np edge 5 4\ne 1 2\ne 2 3\ne 3 4\ne 4 5\n',
    '%%MatrixMarket matrix coordinate real general\n3 3 2\n1 2 0.5\n2 3 1\n',
    '# list\n0 1\n1 2\n2 0\n',
    '13\np edge 4 2\n\0\0\u0040\u0080\u0040',
  ].map((text) => Buffer.from(text, 'latin1'));

  test('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt), { numRuns: 300 });
  });

  test('random text of the alphabet the formats use', () => {
    const piece = fc.constantFrom(
      'p',
      'edge',
      'e',
      'c',
      '\n',
      ' ',
      '%',
      '#',
      '0',
      '1',
      '2',
      '99999999999',
      '-',
      '\r\n',
      ',',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => attempt(Buffer.from(pieces.join('')))),
      {
        numRuns: 1000,
      },
    );
  });

  test('good files with bytes changed, cut or repeated', () => {
    const damage = fc.tuple(fc.constantFrom(...seeds), fc.nat(200), fc.nat(255), fc.nat(200), fc.boolean());
    fc.assert(
      fc.property(damage, ([seed, at, byte, cut, zip]) => {
        const bytes = Uint8Array.from(seed);
        bytes[at % bytes.length] = byte;
        const text = Buffer.concat([bytes.subarray(0, cut % (bytes.length + 1)), bytes.subarray(at % bytes.length)]);
        attempt(zip ? gzipSync(text).subarray(0, 18 + cut) : text);
      }),
      { numRuns: 1000 },
    );
  });

  test('every cut of every good file', () => {
    for (const seed of seeds) for (let length = 0; length <= seed.length; length++) attempt(seed.subarray(0, length));
  });
});
