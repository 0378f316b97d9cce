/**
 * Notes whether a policy of the page forbids a request. To fetch it looks like a lost network, but no attempt can help,
 * and each one would be reported. CSP, "connect-src".
 */
export class PolicyWatch {
  readonly #url: string;
  // A page's violations are told to its document, a worker's to its global scope. Elsewhere there are no policies.
  readonly #target: EventTarget | undefined = globalThis.location && (globalThis.document ?? globalThis);
  #forbidden = false;

  constructor(url: URL) {
    this.#url = url.href.slice(0, url.href.length - url.hash.length);
    this.#target?.addEventListener?.("securitypolicyviolation", this.#note);
  }

  /** Ends the watch; ask once, when fetch has failed: the violation is told a little later. */
  async forbids(): Promise<boolean> {
    if (this.#target !== undefined) await new Promise((resolve) => setTimeout(resolve));
    this.end();
    return this.#forbidden;
  }

  end(): void {
    this.#target?.removeEventListener?.("securitypolicyviolation", this.#note);
  }

  readonly #note = (event: Event): void => {
    const { blockedURI, disposition } = event as SecurityPolicyViolationEvent; // events of that type are
    if (disposition === "enforce" && blockedURI === this.#url) this.#forbidden = true;
  };
}
