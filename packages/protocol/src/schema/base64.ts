// The platform's own where it is there (2025 on), else by way of btoa and atob.
interface Base64Bytes extends Uint8Array<ArrayBuffer> {
  toBase64?(): string;
}
interface Base64Constructor {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}

const CHUNK = 8192; // characters a call: what String.fromCharCode takes as arguments everywhere

export function encodeBase64(bytes: Uint8Array): string {
  const native = (bytes as Base64Bytes).toBase64;
  if (native !== undefined) return native.call(bytes);
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}

/** Throws what the platform throws for text that is no base64. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as Base64Constructor).fromBase64;
  if (native !== undefined) return native.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
