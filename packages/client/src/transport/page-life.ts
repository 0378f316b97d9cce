/** What a page's life does to a connection. */
export interface PageBound {
  /** The page goes to sleep, or away: let go of the connection. */
  suspend(): void;
  /** The page is back, or the network is: connect now rather than later. */
  wake(): void;
}

/**
 * Watches the page, where there is one. Returns the function that stops watching.
 * A page in the back/forward cache keeps fetch streams open and unread, and a frozen one is cut by its server: in
 * both cases it is better to let go, and to resume from the last event ID.
 */
export function watchPage(bound: PageBound): () => void {
  if (typeof document === "undefined" || typeof addEventListener === "undefined") return () => {};
  const suspend = () => bound.suspend();
  const wake = () => bound.wake();
  const watched: readonly (readonly [EventTarget, string, () => void])[] = [
    [globalThis, "pagehide", suspend],
    [document, "freeze", suspend],
    [globalThis, "pageshow", wake],
    [document, "resume", wake],
    [globalThis, "online", wake],
  ];
  for (const [target, type, listener] of watched) target.addEventListener(type, listener);
  return () => {
    for (const [target, type, listener] of watched) target.removeEventListener(type, listener);
  };
}
