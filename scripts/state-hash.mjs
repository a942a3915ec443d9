// node scripts/state-hash.mjs <subject>: runs the conformance subject of a package (or 'example') on the CPU engine and
// prints a hash of its state, to compare machines with.
import { createHash } from 'node:crypto';

const id = process.argv[2] === 'example' ? '@aatgs/core/conformance/example' : process.argv[2];
const { conformanceSubject: subject } = await import(id);
const context = subject.open({ async: true, device: 'cpu', seed: 7 });
await context.executeBatch(subject.configs(40));
console.log(
  createHash('sha256')
    .update(await context.snapshot())
    .digest('hex'),
);
await context.shutdown();
