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

  static of<T>(work: Promise<T>, onUnhandled: (error: unknown) => void): Publication<T> {
    const publication = new Publication<T>((resolve, reject) => work.then(resolve, reject));
    Promise.prototype.then.call(publication, undefined, (error: unknown) => {
      // A caller that awaits does so within the turn; one more task, and nobody did.
      setTimeout(() => {
        if (!publication.#handled) onUnhandled(error);
      }, 0);
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
}
