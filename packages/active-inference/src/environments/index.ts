export type { AsyncEnvironment, Environment, World } from './environment.ts';
