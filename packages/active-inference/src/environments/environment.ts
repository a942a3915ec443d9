/** What agents act on: all of them at once, in plain arrays. */
export interface Environment {
  /** Begins an episode for agents `first` to `first + count - 1`; fills their first observations `[agent][modality]`. */
  reset(first: number, count: number, observations: Uint32Array): void;
  /** Lets their actions `[agent][factor]` happen; fills the observations that follow. */
  step(first: number, count: number, actions: Uint32Array, observations: Uint32Array): void;
}

/** An environment that takes its time: a simulator elsewhere, a robot. */
export interface AsyncEnvironment {
  /** As {@link Environment.reset}. */
  reset(first: number, count: number, observations: Uint32Array): Promise<void>;
  /** As {@link Environment.step}. */
  step(first: number, count: number, actions: Uint32Array, observations: Uint32Array): Promise<void>;
}

/** A model and the process it is about. */
export interface World<Spec> {
  /** The generative model of its agents. */
  readonly model: Spec;
  /** The process, for so many agents. */
  environment(agents: number, seed?: number): Environment;
}
