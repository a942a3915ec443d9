// Random DAGs with skewed durations, and how short they can get when everything is known beforehand.

import { generator, normal } from './random.mjs';

/** Tasks with log-normal durations; each needs up to three of the dozen or so before it, so that there are chains and fans. */
export function randomDag({ seed, tasks, meanMs, sigma }) {
  const random = generator(seed);
  return Array.from({ length: tasks }, (_, i) => {
    const needs = new Set();
    const wanted = i === 0 ? 0 : Math.floor(random() * 4);
    for (let k = 0; k < wanted; k++) needs.add(Math.max(0, i - 1 - Math.floor(random() * 14)));
    const ms = meanMs * Math.exp(sigma * normal(random) - (sigma * sigma) / 2);
    return { ms: Math.min(20 * meanMs, Math.max(1, Math.round(ms))), needs: [...needs] };
  });
}

/** Milliseconds of the longest way from each task to an end. */
export function upwardRanks(dag) {
  const ranks = dag.map(({ ms }) => ms);
  for (let i = dag.length - 1; i >= 0; i--) {
    for (const j of dag[i].needs) ranks[j] = Math.max(ranks[j], dag[j].ms + ranks[i]);
  }
  return ranks;
}

/** No order is shorter than the longest way, nor than all work shared out evenly. */
export function lowerBound(dag, width) {
  const work = dag.reduce((sum, { ms }) => sum + ms, 0);
  return Math.max(work / width, ...upwardRanks(dag));
}

/** Makespan of list scheduling by priority, in simulated time. */
export function simulate(dag, width, priorities) {
  const waits = dag.map(({ needs }) => needs.length);
  const after = dag.map(() => []);
  for (const [i, { needs }] of dag.entries()) for (const j of needs) after[j].push(i);
  const ready = dag.map((_, i) => i).filter((i) => waits[i] === 0);
  const running = [];
  let now = 0;
  for (;;) {
    while (running.length < width && ready.length > 0) {
      const best = ready.reduce((a, b) => (priorities[b] > priorities[a] ? b : a));
      ready.splice(ready.indexOf(best), 1);
      running.push({ task: best, end: now + dag[best].ms });
    }
    if (running.length === 0) return now;
    const next = running.reduce((a, b) => (b.end < a.end ? b : a));
    running.splice(running.indexOf(next), 1);
    now = next.end;
    for (const i of after[next.task]) if (--waits[i] === 0) ready.push(i);
  }
}

/** The best of some rules and of 2000 random changes to them, with the true durations known. */
export function bestStaticOrder(dag, width) {
  const random = generator(dag.length * 7919 + width);
  const starts = [upwardRanks(dag), dag.map(({ ms }) => ms), dag.map((_, i) => -i)];
  let priorities = starts.reduce((a, b) => (simulate(dag, width, b) < simulate(dag, width, a) ? b : a));
  let makespan = simulate(dag, width, priorities);
  for (let i = 0; i < 2000; i++) {
    const changed = [...priorities];
    for (let k = 0; k < 3; k++) {
      const [a, b] = [Math.floor(random() * dag.length), Math.floor(random() * dag.length)];
      [changed[a], changed[b]] = [changed[b], changed[a]];
    }
    const tried = simulate(dag, width, changed);
    if (tried <= makespan) [priorities, makespan] = [changed, tried];
  }
  return { priorities, makespan };
}
