export { htmlReport } from './html.ts';
export { predictionJson, predictionsCsv, residuesCsv, SUMMARY_HEAD, summaryLines } from './tables.ts';
export { chimeraxScript, pymolScript, sitesPdb } from './viewers.ts';
