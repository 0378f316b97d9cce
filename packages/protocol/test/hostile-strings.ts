import fc from "fast-check";

/** Strings that break formats made of lines, and objects that are keyed by what others send. */
export const hostileStrings: readonly string[] = [
  ..."\r|\n|\r\n|\n\r|\0|a\r|a\n|a\r\n|\ra|\na|a\rb|a\nb|a\r\nb|a\0b|\r\r|\n\n|\r\n\r\n|a\n\nb".split("|"),
  ..."\u0085|a\u0085b|\u2028|\u2029|a\u2028|a\u2029b|\v|\f|\x1c|\x1e|\u200b|\u00a0|\x7f|\x1b[2J".split("|"),
  ..." |  | a|a |\t|:|::|: a| :|:a|a: b|data: x|data|id: 1|event: t|retry: 1|: c".split("|"),
  ..."x\n\nevent: admin\ndata: y|x\r\rdata: y|x\nid: 666|x\nretry: 1|x\u2028data: y".split("|"),
  ..."\uFEFF|\uFEFFdata: a|\uFEFF\uFEFF|a\uFEFF|\uFFFD|\ud800|\udc00|a\ud83d|\ude00a|\ude00\ud83d|😀|é|日本".split(
    "|",
  ),
  ..."__proto__|constructor|prototype|toString|hasOwnProperty|*|sse.end|error|open|message".split("|"),
  ..."null|undefined|[object Object]|0|-1|[DONE]|{}|\"|'|<script>|%0d%0a|\\r\\n|&#10;".split("|"),
  "",
  "x".repeat(70),
  "é".repeat(600),
];

/** Hostile strings, pieces of them put together, and any string there is, lone surrogates included. */
export const hostileString: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...hostileStrings),
  fc.array(fc.constantFrom(...hostileStrings), { maxLength: 4 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
    .map((units) => String.fromCharCode(...units)),
);
