import { type Graph, Whcr, type WhcrOptions } from '../src/index.ts';

/** The sparse regime on the CPU, on the graph as it is. */
export const sparse = (graph: Graph, options: WhcrOptions = {}): Whcr =>
  new Whcr(graph, { device: 'cpu', regime: 'sparse', reduction: false, ...options });
