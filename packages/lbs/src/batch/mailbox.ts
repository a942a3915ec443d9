/** Results on their way from who makes them to who takes them: in order, each once, and all before an error. */
export class Mailbox<T> {
  readonly #capacity: number;
  #items: T[] = [];
  #end: { readonly error?: unknown } | undefined;
  #arrived: (() => void) | undefined;
  #taken: (() => void) | undefined;

  /** @param capacity items that may lie here before `room` waits. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Puts something in; never waits. */
  put(...items: T[]): void {
    this.#items.push(...items);
    this.#arrived?.();
  }

  /** No more will come; with a failure the taker throws its error once all is taken. */
  close(failure: { readonly error?: unknown } = {}): void {
    this.#end ??= failure;
    this.#arrived?.();
    this.#taken?.();
  }

  /** Resolves when enough has been taken, or the box is closed. */
  async room(): Promise<void> {
    while (this.#items.length >= this.#capacity && !this.#end) {
      await new Promise<void>((resolve) => {
        this.#taken = resolve;
      });
    }
  }

  /** Everything that arrives until the box is closed. */
  async *take(): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const items = this.#items;
      this.#items = [];
      this.#taken?.();
      yield* items;
      if (this.#items.length > 0) continue;
      if (this.#end) {
        if ('error' in this.#end) throw this.#end.error;
        return;
      }
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }
}
