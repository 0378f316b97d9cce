// ask.tsx
import { request } from "@sse/client";
import { useEffect, useRef, useState } from "react";
import { answer } from "./events.ts";

export function Ask({ url }: { readonly url: string }) {
  const [text, setText] = useState("");
  const asking = useRef<AbortController>(undefined);
  useEffect(() => () => asking.current?.abort(), []);

  async function ask(question: string): Promise<void> {
    asking.current?.abort();
    const controller = new AbortController();
    const { signal } = controller;
    asking.current = controller;
    setText("");
    try {
      for await (const event of request(answer, url, { json: { question }, signal })) {
        if (event.type === "token") setText((before) => before + event.data);
      }
    } catch (error) {
      if (!signal.aborted) setText((before) => `${before} (cut off: ${String(error)})`);
    }
  }

  return (
    <>
      <button type="button" onClick={() => ask("Why is the sky blue?")}>
        Ask
      </button>
      <p>{text}</p>
    </>
  );
}
