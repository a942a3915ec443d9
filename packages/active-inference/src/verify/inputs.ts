import { ActiveInferenceError } from '../errors.ts';
import type { NestedNumbers } from '../model/tensor.ts';

/** The inputs of a case: names as pymdp has them. */
export type Inputs = Readonly<Record<string, unknown>>;

/** A golden case as its file holds it. */
export interface Case {
  readonly id: string;
  readonly kind: string;
  readonly inputs: Inputs;
  readonly legacy: Readonly<Record<string, unknown>> | undefined;
  /** Where the values come from, e.g. the function's name. */
  readonly legacySource: string;
  readonly jax: readonly Readonly<Record<string, unknown>>[];
}

const object = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

/** Reads a case from the text of its file. Throws ERR_AI_CASE. */
export function readCase(text: string, file: string): Case {
  const bad = (problem: string, cause?: unknown) =>
    new ActiveInferenceError('ERR_AI_CASE', `${file}: ${problem}`, {
      details: { file },
      ...(cause !== undefined && { cause }),
    });
  let parsed: Record<string, unknown> | undefined;
  try {
    parsed = object(JSON.parse(text));
  } catch (cause) {
    throw bad(`is not JSON (${(cause as Error).message})`, cause);
  }
  const expected = object(parsed?.expected);
  const inputs = object(parsed?.inputs);
  if (typeof parsed?.kind !== 'string' || !inputs || !expected)
    throw bad('is no case; expected an object with id, kind, inputs and expected');
  const legacy = object(expected.legacy);
  const source = object(legacy?.source)?.function ?? legacy?.source;
  const jax: unknown[] = Array.isArray(expected.jax) ? expected.jax : expected.jax ? [expected.jax] : [];
  return {
    id: String(parsed.id ?? file),
    kind: parsed.kind,
    inputs,
    legacy: object(legacy?.values),
    legacySource: typeof source === 'string' ? source : '',
    jax: jax.map((entry) => object(object(entry)?.values)).filter((values) => values !== undefined),
  };
}

/** Reads inputs by name, with the types the kinds need. */
export class InputReader {
  readonly #inputs: Inputs;

  constructor(inputs: Inputs) {
    this.#inputs = inputs;
  }

  has(name: string): boolean {
    return this.#inputs[name] !== undefined && this.#inputs[name] !== null;
  }
  get<T>(name: string): T | undefined {
    return this.has(name) ? (this.#inputs[name] as T) : undefined;
  }
  /** The first of these names that is there. */
  any<T>(...names: string[]): T | undefined {
    for (const name of names) if (this.has(name)) return this.#inputs[name] as T;
    return undefined;
  }
  need<T>(name: string): T {
    if (!this.has(name))
      throw new ActiveInferenceError('ERR_AI_CASE', `the input ${name} is missing`, { details: { input: name } });
    return this.#inputs[name] as T;
  }
  tensors(name: string): NestedNumbers[] | undefined {
    return this.get<NestedNumbers[]>(name);
  }
  number(name: string, usual: number): number {
    return this.get<number>(name) ?? usual;
  }
  flag(name: string, usual: boolean): boolean {
    return this.get<boolean>(name) ?? usual;
  }
  /** A list of indices; `"all"` is none given. */
  indices(name: string): number[] | undefined {
    const value = this.get<number[] | string>(name);
    return Array.isArray(value) ? value : undefined;
  }
  dependencies() {
    const a = this.any<number[][]>('A_dependencies', 'A_factor_list');
    const b = this.any<number[][]>('B_dependencies', 'B_factor_list');
    return { ...(a && { aDependencies: a }), ...(b && { bDependencies: b }) };
  }
}
