import { LbsError } from '../errors.ts';

const NEWLINE = 10;
const CARRIAGE = 13;
const SPACE = 32;
const TAB = 9;
const SINGLE = 39;
const DOUBLE = 34;
const HASH = 35;
const SEMICOLON = 59;

const isBlank = (c: number): boolean => c === SPACE || c === TAB || c === NEWLINE || c === CARRIAGE;
const RESERVED = /^(data_|loop_$|save_|global_|stop_)/i;

/** The tokens of a CIF 1.1 file. */
export class CifTokens {
  readonly #text: string;
  readonly #source: string;
  #at = 0;
  /** Line of the last token, from 1. */
  line = 1;
  /** Whether the last token was quoted, and so is a value whatever it says. */
  quoted = false;
  #pending: { token: string; quoted: boolean; line: number } | undefined;

  constructor(text: string, source: string) {
    this.#text = text;
    this.#source = source;
  }

  /** The next token, or undefined at the end. Throws ERR_LBS_TRUNCATED where a quoted value has no end. */
  next(): string | undefined {
    if (this.#pending) {
      const { token, quoted, line } = this.#pending;
      this.#pending = undefined;
      this.quoted = quoted;
      this.line = line;
      return token;
    }
    const text = this.#text;
    for (;;) {
      const c = text.charCodeAt(this.#at);
      if (Number.isNaN(c)) return undefined;
      if (c === NEWLINE) this.line++;
      if (isBlank(c)) this.#at++;
      else if (c === HASH) this.#at = this.#lineEnd();
      else break;
    }
    const start = this.#at;
    const c = text.charCodeAt(start);
    if (c === SEMICOLON && (start === 0 || text.charCodeAt(start - 1) === NEWLINE)) return this.#textField();
    if (c === SINGLE || c === DOUBLE) return this.#quotedValue(c);
    while (this.#at < text.length && !isBlank(text.charCodeAt(this.#at))) this.#at++;
    this.quoted = false;
    return text.slice(start, this.#at);
  }

  /** The item names that follow `loop_`. */
  names(): string[] {
    const names: string[] = [];
    for (;;) {
      const token = this.next();
      if (token === undefined) throw this.#truncated('a loop has no values');
      if (this.quoted || !token.startsWith('_')) {
        this.#putBack(token);
        if (names.length === 0) throw this.unexpected(token, 'an item name after loop_');
        return names;
      }
      names.push(token);
    }
  }

  /** The rows of a loop with these names. Throws ERR_LBS_TRUNCATED where the last one is not complete. */
  *rows(names: readonly string[]): Generator<string[]> {
    const width = names.length;
    const row = new Array<string>(width);
    for (let i = 0; ; ) {
      const token = this.#loopValue();
      if (token === undefined) {
        if (i !== 0) throw this.#truncated(`a row of ${names[0]} has ${i} of ${width} values`);
        return;
      }
      row[i++] = token;
      if (i === width) {
        yield row;
        i = 0;
      }
    }
  }

  skipRows(): void {
    while (this.#loopValue() !== undefined) {
      // Nothing of this loop is wanted.
    }
  }

  /** The value of a single item. */
  value(item: string): string {
    const token = this.next();
    if (token === undefined) throw this.#truncated(`${item} has no value`);
    if (!this.quoted && (token.startsWith('_') || RESERVED.test(token)))
      throw this.unexpected(token, `the value of ${item}`);
    return token;
  }

  unexpected(token: string, expected: string): LbsError {
    const value = token.slice(0, 60);
    const message = `${this.#source}, line ${this.line}: found ${JSON.stringify(value)}; expected ${expected}`;
    return new LbsError('ERR_LBS_PARSE', message, { details: { source: this.#source, line: this.line, value } });
  }

  #loopValue(): string | undefined {
    const token = this.next();
    if (token === undefined || this.quoted) return token;
    const c = token.charCodeAt(0);
    // '_', and the first letters of data_, loop_, save_, global_ and stop_, in either case.
    if (c === 95 || ((c | 32) >= 100 && (c | 32) <= 115 && RESERVED.test(token))) {
      this.#putBack(token);
      return undefined;
    }
    return token;
  }

  #putBack(token: string): void {
    this.#pending = { token, quoted: this.quoted, line: this.line };
  }

  #lineEnd(): number {
    const end = this.#text.indexOf('\n', this.#at);
    return end < 0 ? this.#text.length : end;
  }

  #textField(): string {
    const start = this.#at + 1;
    const end = this.#text.indexOf('\n;', this.#at);
    if (end < 0) throw this.#truncated('a text field has no closing semicolon');
    const value = this.#text.slice(start, end);
    for (let i = value.indexOf('\n'); i >= 0; i = value.indexOf('\n', i + 1)) this.line++;
    this.line++;
    this.#at = end + 2;
    this.quoted = true;
    return value;
  }

  #quotedValue(quote: number): string {
    const start = this.#at + 1;
    for (let i = start; ; i++) {
      const c = this.#text.charCodeAt(i);
      if (Number.isNaN(c)) throw this.#truncated('a quoted value has no end');
      if (c === NEWLINE) throw this.unexpected(this.#text.slice(start, i), 'a closing quote on the same line');
      if (c !== quote) continue;
      const after = this.#text.charCodeAt(i + 1);
      if (!Number.isNaN(after) && !isBlank(after)) continue;
      this.#at = i + 1;
      this.quoted = true;
      return this.#text.slice(start, i);
    }
  }

  #truncated(what: string): LbsError {
    const message = `${this.#source}, line ${this.line}: ${what}; the file is cut, fetch it again`;
    return new LbsError('ERR_LBS_TRUNCATED', message, { details: { source: this.#source, line: this.line } });
  }
}
