/** How one event type's data is written: as JSON, as text, or as bytes in base64. Types only, no checks. */
export interface Codec<In, Out, Kind extends "json" | "text" | "bytes"> {
  readonly kind: Kind;
  /** Carries the types; never there at run time. */
  readonly "~types"?: { readonly input: In; readonly output: Out };
}
/** What `json<T>()` returns: data as JSON. */
export interface JsonCodec<T> extends Codec<T, T, "json"> {}
/** What `text()` returns: data as it is. */
export interface TextCodec<T extends string = string> extends Codec<T, T, "text"> {}
/** What `bytes()` returns: data as a `Uint8Array`, in base64 on the wire. */
export interface BytesCodec extends Codec<Uint8Array, Uint8Array<ArrayBuffer>, "bytes"> {}

/** Data as JSON, typed but not checked: what the other side sends is believed. */
export function json<T>(): JsonCodec<T> {
  return { kind: "json" };
}

/** Data as it is, without JSON. */
export function text<T extends string = string>(): TextCodec<T> {
  return { kind: "text" };
}

/** Data as bytes, in base64 on the wire. */
export function bytes(): BytesCodec {
  return { kind: "bytes" };
}
