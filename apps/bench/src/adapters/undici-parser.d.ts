/** The part of it that the bench calls; undici declares no types for it. */
declare module "undici/lib/web/eventsource/eventsource-stream.js" {
  interface DispatchedEvent {
    readonly type: string;
    readonly options: { readonly data: string; readonly lastEventId: string };
  }
  export class EventSourceStream {
    constructor(options: {
      eventSourceSettings: { lastEventId: string };
      push: (event: DispatchedEvent) => undefined;
    });
    _transform(chunk: Uint8Array, encoding: string, done: (error?: Error | null) => void): void;
  }
}
