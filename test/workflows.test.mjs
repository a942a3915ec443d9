// What can be checked of .github/workflows without GitHub: they parse, name scripts and commands that exist, state their
// permissions, and let nobody but the publishing job have an identity.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.github', 'workflows');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe.each(readdirSync(folder))('%s', (file) => {
  const workflow = parse(readFileSync(join(folder, file), 'utf8'));
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);
  const commands = steps.flatMap((step) => (step.run ?? '').split('\n'));

  test('permissions are stated, and least by default', () => {
    expect(workflow.permissions).toBeDefined();
    expect(Object.values(workflow.permissions)).not.toContain('write');
  });

  test('jobs it needs are there', () => {
    for (const [, job] of jobs) for (const name of [job.needs ?? []].flat()) expect(workflow.jobs).toHaveProperty(name);
  });

  test('actions have a version', () => {
    for (const { uses } of steps.filter((step) => step.uses)) expect(uses).toMatch(/@v\d+$/);
  });

  test('the commands exist', () => {
    for (const command of commands) {
      for (const [, name] of command.matchAll(/(?:npm run|npx pnpm) ([a-z][\w:-]+)/g))
        expect(scripts).toHaveProperty([name]);
      for (const [, path] of command.matchAll(/(?:^|node )((?:scripts|\.ci)\/\S+)/g))
        expect(existsSync(join(root, path)), path).toBe(true);
    }
  });
});

test('only the job that publishes, and the one that deploys the site, have an identity', () => {
  const holders = readdirSync(folder).flatMap((file) =>
    Object.entries(parse(readFileSync(join(folder, file), 'utf8')).jobs)
      .filter(([, job]) => job.permissions?.['id-token'])
      .map(([name]) => `${file} ${name}`),
  );
  expect(holders.sort()).toEqual(['docs.yml deploy', 'release.yml publish']);
  const { publish } = parse(readFileSync(join(folder, 'release.yml'), 'utf8')).jobs;
  // What has credentials runs nothing that was built or installed before it publishes.
  const order = publish.steps.map((step) => step.uses ?? step.run);
  expect(order.findIndex((step) => /release\.mjs/.test(step))).toBeLessThan(
    order.findIndex((step) => /pnpm@12 install/.test(step)),
  );
});
