export { decompress, readBytes } from './bytes.ts';
export { type FileErrors, type FileFault, fileErrorsOf } from './file-errors.ts';
export { TextScanner } from './scanner.ts';
