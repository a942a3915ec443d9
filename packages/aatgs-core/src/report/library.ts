// uPlot 1.6 (Leon Sorokin, MIT licence, https://github.com/leeoniya/uPlot), as published, put in at build time.
import script from 'uplot/dist/uPlot.iife.min.js?raw';
import style from 'uplot/dist/uPlot.min.css?raw';

export const chartLibrary: string = script;
export const chartStyle: string = style;
