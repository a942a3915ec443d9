export { type FlatOptions, flat, leighton, type PlantedGraph } from './planted.ts';
export { type GeometricOptions, geometric, gnm, gnp, type RmatOptions, rmat } from './random.ts';
export { complement, type GridOptions, grid, latinSquare, mycielski, quasigroup, queen } from './structured.ts';
