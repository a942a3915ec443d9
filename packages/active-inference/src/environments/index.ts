export { type BanditOptions, bandit } from './bandit.ts';
export { type CueChainingOptions, cueChaining } from './cue-chaining.ts';
export type { AsyncEnvironment, Environment, World } from './environment.ts';
export { type GridWorldOptions, gridWorld } from './grid-world.ts';
export { ProcessEnvironment, processWorld } from './process.ts';
export { TMAZE_LOCATIONS, type TmazeOptions, tmaze } from './tmaze.ts';
