import { afterEach, describe, expect, test } from 'vitest';
import { exampleModule } from '../src/example.ts';
import { DeviceBuffer, DeviceSpan, GpuExecutionContext } from '../src/index.ts';

const open: { shutdown(): Promise<void> }[] = [];
function context() {
  const made = new GpuExecutionContext(exampleModule({ entities: 8, goal: 10 }), { device: 'cpu', async: true });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.shutdown();
});
const withCode = (code: string, details?: object) =>
  expect.objectContaining({ code, ...(details && { details: expect.objectContaining(details) }) });

describe('borrowed device memory', () => {
  test('a span is a range of its buffer', async () => {
    const buffer = context().createBuffer(64);
    await buffer.upload(Uint8Array.from({ length: 64 }, (_, i) => i));
    const part = buffer.span(16, 8);
    expect([part.address, part.byteLength]).toEqual([buffer.address + 16n, 8]);
    expect(await part.download(new Uint8Array(8))).toEqual(Uint8Array.of(16, 17, 18, 19, 20, 21, 22, 23));
    await part.span(4).upload(Uint8Array.of(1, 2, 3, 4));
    expect(await buffer.download(new Uint8Array(4), 20)).toEqual(Uint8Array.of(1, 2, 3, 4));
    await part.copyTo(buffer.span(40));
    expect(await buffer.download(new Uint8Array(3), 43)).toEqual(Uint8Array.of(19, 1, 2));
  });
  test('it reaches nothing outside', async () => {
    const part = context().createBuffer(64).span(16, 8);
    await expect(part.upload(new Uint8Array(9))).rejects.toEqual(withCode('ERR_AATGS_INVALID_ARGUMENT'));
    expect(() => part.span(4, 5)).toThrow(withCode('ERR_AATGS_INVALID_ARGUMENT', { name: 'byteOffset' }));
    expect(() => part.span(-1, 2)).toThrow(withCode('ERR_AATGS_INVALID_ARGUMENT', { name: 'byteOffset' }));
    expect(() => part.span(8)).toThrow(withCode('ERR_AATGS_INVALID_ARGUMENT', { name: 'byteLength' }));
  });
  test('it frees nothing, and ends with its buffer', async () => {
    const buffer = context().createBuffer(64);
    const part = buffer.span(0, 8).span(4);
    expect(part).toBeInstanceOf(DeviceSpan);
    expect(part).not.toBeInstanceOf(DeviceBuffer);
    expect(Symbol.dispose in part).toBe(false);
    buffer.dispose();
    buffer.dispose();
    await expect(part.download(new Uint8Array(4))).rejects.toEqual(withCode('ERR_AATGS_CLOSED'));
    expect(() => part.span(0)).toThrow(withCode('ERR_AATGS_CLOSED'));
  });
  test("a context borrows another owner's memory by its address", async () => {
    const [owner, other] = [context(), context()];
    const buffer = owner.createBuffer(16);
    await buffer.upload(Uint32Array.of(1, 2, 3, 4));
    const borrowed = other.borrow(buffer.address + 4n, 8);
    expect(await borrowed.download(new Uint32Array(2))).toEqual(Uint32Array.of(2, 3));
    expect(() => other.borrow(0n, 8)).toThrow(withCode('ERR_AATGS_INVALID_ARGUMENT', { name: 'address' }));
    expect(() => other.borrow(1 as unknown as bigint, 8)).toThrow(withCode('ERR_AATGS_INVALID_ARGUMENT'));
    expect(() => other.borrow(8n, 0)).toThrow(withCode('ERR_AATGS_INVALID_ARGUMENT', { name: 'byteLength' }));
    await other.shutdown();
    expect(() => other.borrow(8n, 8)).toThrow(withCode('ERR_AATGS_CLOSED'));
  });
});
