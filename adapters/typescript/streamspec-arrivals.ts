/** The loop over what an SDK hands to callbacks, for those that have no loop of their own. */

/** The items that callbacks have brought, in their order, each to be taken once. */
export class Arrivals<T> implements AsyncIterable<T> {
  readonly #arrived: T[] = [];
  readonly #leave: () => void;
  #over: { error?: unknown } | undefined;
  #wake = () => {};

  /** `leave` is called when nothing more is taken: at the end, and where the caller leaves the loop before. */
  constructor(leave: () => void) {
    this.#leave = leave;
  }

  push(item: T): void {
    this.#arrived.push(item);
    this.#wake();
  }

  /** Ends the loop behind what has arrived, with an error where there is one; the first end counts. */
  end(over: { error?: unknown } = {}): void {
    this.#over ??= over;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    try {
      for (;;) {
        const [next] = this.#arrived.splice(0, 1);
        if (next !== undefined) yield next;
        else if (this.#over && "error" in this.#over) throw this.#over.error;
        else if (this.#over) return;
        else await new Promise<void>((wake) => (this.#wake = wake));
      }
    } finally {
      this.#leave();
    }
  }
}
