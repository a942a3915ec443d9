/** Lets asynchronous tasks run one after another, in the order they were asked for. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Runs `task` after every earlier one has settled; an error is its caller's alone. */
  run<R>(task: () => Promise<R>): Promise<R> {
    const result = this.#last.then(task);
    this.#last = result.then(
      () => {},
      () => {},
    );
    return result;
  }
}
