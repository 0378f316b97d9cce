/** How many bytes at the end of `bytes` begin a UTF-8 sequence that is not whole yet: 0 to 3. */
export function incompleteTail(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
  }
  return 0;
}

/** The length of a sequence by its first byte; a byte that begins none stands alone. */
function sequenceLength(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** The UTF-8 bytes of a text, or of a part of it; a lone surrogate counts as the U+FFFD that it becomes. */
export function utf8Length(text: string, from = 0, to: number = text.length): number {
  let bytes = to - from;
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    // Each half of a surrogate pair is a unit and brings two of the pair's four bytes.
    bytes += unit < 0x800 || isHalfOfPair(text, at, unit) ? 1 : 2;
  }
  return bytes;
}

function isHalfOfPair(text: string, at: number, unit: number): boolean {
  if ((unit & 0xfc00) === 0xd800) return (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
  return (unit & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
}
