/** Never the same twice, and short, since every id carries it. */
export function newEpoch(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (word) => word.toString(36)).join("");
}
