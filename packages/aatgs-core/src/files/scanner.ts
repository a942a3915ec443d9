import { shown } from '../argument-checks.ts';
import type { AatgsError } from '../errors.ts';
import type { FileErrors } from './file-errors.ts';

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const ZERO = 48;

/** Whether a byte separates tokens inside a line. CR counts, so that CRLF files read like any other. */
function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === RETURN;
}

/**
 * Walks over the bytes of a text file, keeping the line number; every error is of the package's own class and names the
 * file, the line and the value.
 */
export class TextScanner<Code extends string, E extends AatgsError> {
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** What messages call it. */
  readonly source: string;
  readonly #errors: FileErrors<Code, E>;
  /** Position of the next byte. */
  pos = 0;
  /** Number of the current line, from 1. */
  line = 1;

  /**
   * @param bytes the whole file
   * @param source what messages call it
   * @param errors how the package makes its errors
   * @throws the package's `PARSE` error for a NUL byte anywhere: no text format has one.
   */
  constructor(bytes: Uint8Array, source: string, errors: FileErrors<Code, E>) {
    this.#errors = errors;
    this.bytes = bytes;
    this.source = source;
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.pos = 3;
    const nul = bytes.indexOf(0);
    if (nul < 0) return;
    let start = 0;
    for (let next = bytes.indexOf(NEWLINE); next >= 0 && next < nul; next = bytes.indexOf(NEWLINE, start)) {
      start = next + 1;
      this.line++;
    }
    const column = nul - start + 1;
    throw this.error(
      this.#errors.codes.PARSE,
      `NUL byte in column ${column}; the file is binary, UTF-16 or damaged`,
      '\0',
      {
        column,
      },
    );
  }

  /** Whether all bytes are consumed. */
  get done(): boolean {
    return this.pos >= this.bytes.length;
  }

  /** Skips blanks inside the line and returns the next byte: a newline at the end of the line, -1 at the end of the file. */
  peek(): number {
    const { bytes } = this;
    let { pos } = this;
    while (pos < bytes.length && isBlank(bytes[pos]!)) pos++;
    this.pos = pos;
    return pos < bytes.length ? bytes[pos]! : -1;
  }

  /** Whether only blanks are left in the line. */
  atLineEnd(): boolean {
    const byte = this.peek();
    return byte === NEWLINE || byte === -1;
  }

  /** Moves to the start of the next line, whatever is left in this one. */
  skipLine(): void {
    const next = this.bytes.indexOf(NEWLINE, this.pos);
    this.pos = next < 0 ? this.bytes.length : next + 1;
    this.line++;
  }

  /** Moves to the start of the next line. @throws the package's `PARSE` error when more than blanks is left. */
  endLine(what: string): void {
    const byte = this.peek();
    if (byte !== NEWLINE && byte !== -1) {
      throw this.error(
        this.#errors.codes.PARSE,
        `${shown(this.rest())} follows ${what}; expected the end of the line`,
        this.rest(),
      );
    }
    if (byte === NEWLINE) this.pos++;
    this.line++;
  }

  /**
   * An unsigned decimal integer up to 2^53-1.
   *
   * @throws the package's `PARSE` error for a sign, a fraction, an exponent, a word or nothing; `TRUNCATED` where
   * the file ends instead; `TOO_LARGE` beyond 2^53-1.
   */
  unsigned(what: string): number {
    this.peek();
    const { bytes } = this;
    const start = this.pos;
    let { pos } = this;
    let value = 0;
    for (; pos < bytes.length; pos++) {
      const digit = bytes[pos]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const ended = pos >= bytes.length || isBlank(bytes[pos]!) || bytes[pos] === NEWLINE || bytes[pos] === 44;
    if (pos === start || !ended) throw this.#notUnsigned(what);
    if (value > Number.MAX_SAFE_INTEGER) {
      throw this.error(this.#errors.codes.TOO_LARGE, `${what} is ${shown(this.word())}, beyond 2^53-1`, this.word());
    }
    this.pos = pos;
    return value;
  }

  /**
   * A finite decimal number with an optional sign, fraction and exponent.
   *
   * @throws the package's `PARSE` error, or `TRUNCATED` where the file ends instead.
   */
  number(what: string): number {
    this.peek();
    if (this.done)
      throw this.error(this.#errors.codes.TRUNCATED, `the file ends where ${what} was expected; fetch it again`, '');
    const word = this.word();
    const value = Number(word);
    if (word === '' || !Number.isFinite(value)) {
      throw this.error(
        this.#errors.codes.PARSE,
        `${what} is ${word === '' ? 'missing' : shown(word)}; expected a number`,
        word,
      );
    }
    this.pos += word.length;
    return value;
  }

  /** The token at the position, without moving: up to the next blank, at most 64 bytes. */
  word(): string {
    let end = this.pos;
    while (end < this.bytes.length && end < this.pos + 64 && !isBlank(this.bytes[end]!) && this.bytes[end] !== NEWLINE)
      end++;
    return text(this.bytes.subarray(this.pos, end));
  }

  /** Reads the token at the position. */
  takeWord(): string {
    this.peek();
    const word = this.word();
    this.pos += word.length;
    return word;
  }

  /** What is left of the line, at most 64 bytes, without moving. */
  rest(): string {
    let end = this.pos;
    while (end < this.bytes.length && end < this.pos + 64 && this.bytes[end] !== NEWLINE) end++;
    return text(this.bytes.subarray(this.pos, end)).trimEnd();
  }

  /** A typed error that names file and line; `details` has `line`, `value` and `source`. */
  error(code: Code, message: string, value: unknown, more: Record<string, unknown> = {}): E {
    return this.#errors.make(code, `${this.source}:${this.line}: ${message}`, {
      details: { source: this.source, line: this.line, value, ...more },
    });
  }

  #notUnsigned(what: string): E {
    if (this.done)
      return this.error(this.#errors.codes.TRUNCATED, `the file ends where ${what} was expected; fetch it again`, '');
    const word = this.word();
    const found = word === '' ? 'missing' : shown(word);
    return this.error(this.#errors.codes.PARSE, `${what} is ${found}; expected an unsigned integer`, word);
  }
}

/** Bytes as text, one character a byte. */
function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
