/**
 * The promise that `publish` returns. A rejection that somebody handles is theirs; one that nobody does is given to
 * `onUnhandled`, and never ends the process as an unhandled rejection.
 *
 * `await` uses a subclass's own `then`, which is how it is known whether somebody listens.
 */
export class Publication<T> extends Promise<T> {
  #handled = false;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** Settles as the work does, with what `finish` makes of its value. */
  static of<W, T>(
    work: Promise<W>,
    finish: (value: W) => T,
    onUnhandled: (error: unknown) => void,
  ): Promise<T> {
    const publication: Publication<T> = new Publication<T>((resolve, reject) => {
      const fail = (error: unknown) => {
        publication.#watch(error, onUnhandled); // before it rejects, so that it never counts as unhandled
        reject(error);
      };
      work.then((value) => {
        try {
          resolve(finish(value));
        } catch (error) {
          fail(error);
        }
      }, fail);
    });
    return publication;
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise's own
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#handled = true;
    return super.then(onFulfilled, onRejected);
  }

  #watch(error: unknown, onUnhandled: (error: unknown) => void): void {
    super.then(undefined, () => {
      // A caller that awaits does so within the turn; one more task, and nobody did.
      setTimeout(() => {
        if (!this.#handled) onUnhandled(error);
      }, 0);
    });
  }
}
