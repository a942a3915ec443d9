// A thousand rats in a T-maze: a reward waits in one of two arms, and a cue elsewhere says in which. Curiosity is part of what
// they minimise, so they look at the cue first.
import { ActiveInference, tmaze } from '@aatgs/active-inference';

const AGENTS = 1000;
const MODALITIES = 3;
const world = tmaze();
await using agents = new ActiveInference(world.model, { agents: AGENTS, async: true, policies: { length: 2 } });

const { actions } = await agents.step(new Uint32Array(AGENTS * MODALITIES)); // all see: centre, nothing, cue 0
const counts = new Map();
const factors = actions.length / AGENTS; // an action for each factor of the world; where to go is the first
for (let a = 0; a < AGENTS; a++) {
  const action = actions[a * factors];
  counts.set(action, (counts.get(action) ?? 0) + 1);
}
for (const [action, count] of counts) {
  console.log(`first move ${action}: ${'#'.repeat(Math.round((40 * count) / AGENTS))} ${count}`);
}
await agents.rollout(world.environment(AGENTS), { steps: 3 });
const [location] = await agents.beliefs(); // [agent][state] of the first factor
const states = location.length / AGENTS;
console.log(
  `beliefs of the first rat about its place: ${[...location.slice(0, states)].map((p) => p.toFixed(2)).join(' ')}`,
);
