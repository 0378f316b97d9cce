import { comment, committed, event } from "../observation.ts";
import { bytes, cut, type Vector, vector } from "./vector.ts";

const R = "\uFFFD";

function malformed(name: string, sequence: readonly number[], text: string): Vector {
  return vector(name, bytes("data: <", ...sequence, ">\n\n"), [event(`<${text}>`)]);
}

/** "Parsing an event stream": streams are always UTF-8; what is malformed becomes U+FFFD (Encoding Standard). */
export const utf8: readonly Vector[] = [
  vector("two-byte characters", "data: äöüß\n\n", [event("äöüß")]),
  vector("three-byte characters", "data: 日本語€\n\n", [event("日本語€")]),
  vector("four-byte characters", "data: 😀🏳️‍🌈𝒳\n\n", [event("😀🏳️‍🌈𝒳")]),
  vector("characters of all lengths in turn", "data: aé€😀aé€😀\n\n", [event("aé€😀aé€😀")]),
  vector(
    "the first and last characters of each length",
    "data: \u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}\n\n",
    [event("\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}")],
  ),
  vector("the characters beside the surrogates", "data: \ud7ff\ue000\n\n", [event("\ud7ff\ue000")]),
  vector("noncharacters stay", "data: \ufffe\uffff\ufdd0\n\n", [event("\ufffe\uffff\ufdd0")]),
  vector("U+FFFD itself stays", "data: \ufffd\n\n", [event("\ufffd")]),
  vector("combining characters are not normalised", "data: e\u0301 é\n\n", [event("e\u0301 é")]),
  malformed("a continuation byte alone", [0x80], R),
  malformed("the last continuation byte alone", [0xbf], R),
  malformed("four continuation bytes", [0x80, 0x81, 0x82, 0x83], R.repeat(4)),
  malformed("a two-byte lead alone", [0xc3], R),
  malformed("a three-byte lead alone", [0xe2], R),
  malformed("two thirds of a three-byte character", [0xe2, 0x82], R),
  malformed("a four-byte lead alone", [0xf0], R),
  malformed("half of a four-byte character", [0xf0, 0x9f], R),
  malformed("three quarters of a four-byte character", [0xf0, 0x9f, 0x98], R),
  malformed("bytes that are never UTF-8", [0xfe, 0xff], R.repeat(2)),
  malformed("leads of five and six bytes", [0xf8, 0x88, 0x80, 0x80, 0x80], R.repeat(5)),
  malformed("an overlong NUL", [0xc0, 0x80], R.repeat(2)),
  malformed("an overlong LF of two bytes", [0xc0, 0x8a], R.repeat(2)),
  malformed("an overlong LF of three bytes", [0xe0, 0x80, 0x8a], R.repeat(3)),
  malformed("an overlong CR of two bytes", [0xc0, 0x8d], R.repeat(2)),
  malformed("an overlong slash of four bytes", [0xf0, 0x80, 0x80, 0xaf], R.repeat(4)),
  malformed("the overlong lead C1", [0xc1, 0xbf], R.repeat(2)),
  malformed("a high surrogate in three bytes", [0xed, 0xa0, 0x80], R.repeat(3)),
  malformed("a low surrogate in three bytes", [0xed, 0xbf, 0xbf], R.repeat(3)),
  malformed("a surrogate pair in six bytes", [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80], R.repeat(6)),
  malformed("beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80], R.repeat(4)),
  malformed("the lead F5", [0xf5, 0x80, 0x80, 0x80], R.repeat(4)),
  malformed("a lead followed by a lead", [0xc3, 0xc3, 0xa9], `${R}é`),
  malformed("an unfinished character followed by a whole one", [0xe2, 0x82, 0xe2, 0x82, 0xac], `${R}€`),
  malformed(
    "an unfinished character of four followed by a whole one",
    [0xf0, 0x9f, 0x98, 0xf0, 0x9f, 0x98, 0x80],
    `${R}😀`,
  ),
  malformed("a whole character with a continuation byte too many", [0xc3, 0xa9, 0x80], `é${R}`),
  malformed("Latin-1's é is malformed", [0xe9], R),
  vector("an unfinished character of two before LF leaves the line end", bytes("data: ", 0xc3, "\n\n"), [
    event(R),
  ]),
  vector("an unfinished character of two before CR leaves the line end", bytes("data: ", 0xc3, "\r\r"), [
    event(R),
  ]),
  vector("an unfinished character of three before LF leaves it", bytes("data: ", 0xe2, 0x82, "\n\n"), [
    event(R),
  ]),
  vector("an unfinished character of three before CRLF leaves it", bytes("data: ", 0xe2, 0x82, "\r\n\r\n"), [
    event(R),
  ]),
  vector("an unfinished character of four before LF leaves it", bytes("data: ", 0xf0, 0x9f, 0x98, "\n\n"), [
    event(R),
  ]),
  vector("an unfinished character of four before CR leaves it", bytes("data: ", 0xf0, 0x9f, 0x98, "\r\r"), [
    event(R),
  ]),
  vector("a lead of four before LF leaves it", bytes("data: ", 0xf0, "\n\n"), [event(R)]),
  vector(
    "an unfinished character between the LFs makes the line another",
    bytes("data: a\n", 0xe2, 0x82, "\ndata: b\n\n"),
    [event("a\nb")],
  ),
  vector("a continuation byte alone on a line makes it not blank", bytes("data: a\n", 0x80, "\n\n"), [
    event("a"),
  ]),
  vector("a malformed byte in a field name makes it another", bytes("da", 0xff, "ta: a\n\n"), []),
  vector("a malformed byte before a field name makes it another", bytes(0xff, "data: a\ndata: b\n\n"), [
    event("b"),
  ]),
  vector("a malformed byte between name and colon makes it another", bytes("data", 0xc3, ": a\n\n"), []),
  vector("a malformed byte between colon and space keeps the space", bytes("data:", 0xff, " a\n\n"), [
    event(`${R} a`),
  ]),
  vector("a malformed byte in an id is U+FFFD", bytes("id: a", 0xff, "\ndata: x\n\n"), [
    committed(`a${R}`),
    event("x", { id: `a${R}` }),
  ]),
  vector("an overlong NUL in an id is no NUL", bytes("id: ", 0xc0, 0x80, "\n\n"), [committed(R.repeat(2))]),
  vector("a malformed byte in a type is U+FFFD", bytes("event: ", 0xff, "\ndata: x\n\n"), [
    event("x", { type: R }),
  ]),
  vector("a malformed byte in a retry makes it invalid", bytes("retry: 5", 0xff, "\n\n"), []),
  vector("a malformed byte in a comment is U+FFFD", bytes(":", 0xff, "\n\n"), [comment(R)]),
  cut("an unfinished character at the end of the stream", bytes("data: a\n\ndata: ", 0xf0, 0x9f), [
    event("a"),
  ]),
  cut("an unfinished character alone at the end of the stream", bytes("data: a\n\n", 0xe2), [event("a")]),
  vector("an unfinished character at the end of a comment at the end", bytes("data: a\n\n:", 0xe2), [
    event("a"),
  ]),
  vector("an unfinished character after CR is in the next line", bytes("data: a\r", 0xe2, "\r\r"), [
    event("a"),
  ]),
  vector(
    "UTF-16 text is malformed UTF-8 or NULs, not fields",
    bytes("d", 0, "a", 0, "t", 0, "a", 0, "\n\n"),
    [],
  ),
];
