import { checkInteger, checkNumber, invalidArgument } from './errors.ts';

/**
 * Choices in which implementations differ, each an option of its own. Two presets: `'pymdp-1'` as pymdp 1.0 (JAX) has them,
 * `'spm'` as SPM and pymdp's NumPy code have them.
 */
export interface ConventionOptions {
  /** Which preset fills in what is left out. Default `'pymdp-1'`. */
  readonly conventions?: ConventionName;
  /** `'given'`: C enters as it is. `'log-softmax'`: ln(softmax(C) + 1e-16). pymdp-1: `'given'`, spm: `'log-softmax'`. */
  readonly preferences?: 'given' | 'log-softmax';
  /** Logarithms of probabilities p: `'clip'` is ln max(p, 2.2e-16), `'add'` is ln(p + 1e-16). pymdp-1: `'clip'`, spm: `'add'`. */
  readonly logFloor?: 'clip' | 'add';
  /**
   * State information gain: `'exact'`, or `'spm'` with its floor of e^-16 and without joint states that are less likely
   * than that. pymdp-1: `'exact'`, spm: `'spm'`.
   */
  readonly informationGain?: 'exact' | 'spm';
  /** Parameter information gain: `'exact'` (digamma), or SPM's heuristic. pymdp-1: `'exact'`, spm: `'spm'`. */
  readonly novelty?: 'exact' | 'spm';
  /** Iterations of inference at most. pymdp-1: 16, spm: 10. */
  readonly iterations?: number;
  /** Fixed-point iteration stops when the free energy changes by less, nats; 0: never. pymdp-1: 0, spm: 1e-3. */
  readonly tolerance?: number;
  /** Step size of message passing. pymdp-1: 1, spm: 0.25. */
  readonly tau?: number;
  /** Precision of policies (or 1 / beta, its prior, where it is inferred). pymdp-1: 1, spm: 16. */
  readonly gamma?: number;
  /** Precision of actions drawn at random. pymdp-1: 1, spm: 16. */
  readonly alpha?: number;
  /** Inductive paths: `'predecessors'` leads back from goals, `'successors'` as pymdp's NumPy code does. */
  readonly induction?: 'predecessors' | 'successors';
  /**
   * Equally probable actions (within 1e-5 in f32, 1e-8 in f64): the `'first'` of them, or one at `'random'`. pymdp-1: `'first'`,
   * spm: `'random'`.
   */
  readonly ties?: 'first' | 'random';
  /** Whether probabilities that are zero stay zero when they are learned. Default true with both presets. */
  readonly structuralZeros?: boolean;
}

/** A preset of conventions. */
export type ConventionName = 'pymdp-1' | 'spm';

/** Conventions with every choice made. */
export type Conventions = Required<Omit<ConventionOptions, 'conventions'>>;

/** The presets. */
export const CONVENTIONS: Readonly<Record<ConventionName, Conventions>> = {
  'pymdp-1': {
    preferences: 'given',
    logFloor: 'clip',
    informationGain: 'exact',
    novelty: 'exact',
    iterations: 16,
    tolerance: 0,
    tau: 1,
    gamma: 1,
    alpha: 1,
    induction: 'predecessors',
    ties: 'first',
    structuralZeros: true,
  },
  spm: {
    preferences: 'log-softmax',
    logFloor: 'add',
    informationGain: 'spm',
    novelty: 'spm',
    iterations: 10,
    tolerance: 1e-3,
    tau: 0.25,
    gamma: 16,
    alpha: 16,
    induction: 'successors',
    ties: 'random',
    structuralZeros: true,
  },
};

const CHOICES = {
  preferences: ['given', 'log-softmax'],
  logFloor: ['clip', 'add'],
  informationGain: ['exact', 'spm'],
  novelty: ['exact', 'spm'],
  induction: ['predecessors', 'successors'],
  ties: ['first', 'random'],
} as const;

/** Fills in the preset and checks every choice. */
export function resolveConventions(options: ConventionOptions): Conventions {
  const name = options.conventions ?? 'pymdp-1';
  if (!Object.hasOwn(CONVENTIONS, name)) throw invalidArgument('conventions', name, "'pymdp-1' or 'spm'");
  const given = Object.entries(options).filter(([key, value]) => key in CONVENTIONS.spm && value !== undefined);
  const resolved: Conventions = { ...CONVENTIONS[name], ...Object.fromEntries(given) };
  for (const [key, values] of Object.entries(CHOICES)) {
    const value = resolved[key as keyof Conventions];
    if (!(values as readonly unknown[]).includes(value))
      throw invalidArgument(key, value, values.map((v) => `'${v}'`).join(' or '));
  }
  checkInteger('iterations', resolved.iterations, 1, 2 ** 20);
  checkNumber('tolerance', resolved.tolerance, 0);
  checkNumber('tau', resolved.tau, 0);
  checkNumber('gamma', resolved.gamma, 0);
  checkNumber('alpha', resolved.alpha, 0);
  return resolved;
}
