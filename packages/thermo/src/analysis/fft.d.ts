declare module 'fft.js' {
  /** Transforms of `size` complex values, a power of two, laid out as re, im, re, im, ... */
  export default class FFT {
    constructor(size: number);
    readonly size: number;
    transform(out: Float64Array, data: Float64Array): void;
  }
}
