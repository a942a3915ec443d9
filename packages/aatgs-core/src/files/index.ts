export { decompress, readBytes } from './bytes.ts';
export type { FileErrors, FileFault } from './file-errors.ts';
export { TextScanner } from './scanner.ts';
