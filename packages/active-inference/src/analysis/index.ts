export { dirichletDivergence, type ModelReduction, reduceModel } from './dirichlet.ts';
