/** Names as they are printed, where they are not those of the packages. */
const LABELS: { readonly [name: string]: string } = {
  ours: "@sse/protocol",
  "ours-batches": "@sse/protocol, .batches()",
  "ours-stream": "EventStreamDecoderStream",
  decode: "TextDecoder alone",
  body: "body alone",
  "fetch-event-source": "@microsoft/fetch-event-source",
  "server-sent-stream": "@server-sent-stream/parser",
  openai: "OpenAI SDK",
  anthropic: "Anthropic SDK",
  hono: "hono, writeSSE",
  node24: "Node",
  node26: "Node",
  bun: "Bun",
  deno: "Deno",
};

export function label(name: string): string {
  return LABELS[name] ?? name;
}
