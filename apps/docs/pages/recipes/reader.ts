// reader.ts
import { connect } from "@sse/client";
import { news } from "./events.ts";

for await (const { data } of connect(news, `http://127.0.0.1:${process.env.PORT ?? 3000}/events`)) {
  console.log(data.n, data.text);
}
