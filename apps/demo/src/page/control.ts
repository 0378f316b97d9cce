import type { Control, ControlBodies } from "../contract.ts";

/** Asks the server to do something. Rejects with what it says when it will not. */
export async function control<C extends Control>(name: C, body: ControlBodies[C]): Promise<unknown> {
  const response = await fetch(`/control/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}
