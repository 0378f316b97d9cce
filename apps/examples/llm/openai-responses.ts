import { request } from "@sse/client";
import { defineEvents, json } from "@sse/protocol";

type State = { readonly response: { readonly id: string; readonly error?: { message: string } } };
const going = { "response.created": json<State>(), "response.output_text.delta": json<{ delta: string }>() };
const over = { "response.completed": json<State>(), "response.failed": json<State>() };
const end = ["response.completed", "response.failed"] as const;
const answer = defineEvents({ ...going, ...over }, { by: "type", id: "sequence_number", end });

/** The words of an answer. Cut off, it goes on where it was: the server has kept what came since. */
export async function* ask(input: string, headers: HeadersInit, url = "https://api.openai.com/v1/responses") {
  let id = "";
  const resume = (n: string) => new Request(`${url}/${id}?stream=true&starting_after=${n}`, { headers });
  const body = { model: "gpt-5-mini", input, stream: true, background: true };
  for await (const { type, data } of request(answer, url, { headers, json: body, resume })) {
    if (type === "response.output_text.delta") yield data.delta;
    else if (type === "response.failed") throw new Error(data.response.error?.message);
    else id = data.response.id;
  }
}
