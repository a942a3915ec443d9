/** A queue with constant-time ends; the buffer is reused, so steady traffic allocates nothing. */
export class Fifo<T> {
  #items: (T | undefined)[] = new Array(64);
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    if (this.#size === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#size) & (this.#items.length - 1)] = item;
    this.#size++;
  }

  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#size--;
    return item;
  }

  drain(): T[] {
    const all: T[] = [];
    while (this.#size > 0) all.push(this.shift() as T);
    return all;
  }

  #grow(): void {
    const size = this.#size;
    const items = this.drain();
    this.#items = items.concat(new Array(size));
    this.#head = 0;
    this.#size = size;
  }
}
