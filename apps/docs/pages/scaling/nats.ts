// nats.ts
import { connect } from "@nats-io/transport-node";
import { createHub } from "@sse/server";
import { natsBackplane } from "@sse/server/nats";
import { news } from "./events.ts";
import { serve } from "./server.ts";

const servers = process.env.NATS_URL ?? "nats://127.0.0.1:4222";
const connection = await connect({ servers, maxReconnectAttempts: -1 });
serve(createHub(news, { backplane: natsBackplane(connection, { name: "news" }) }));
