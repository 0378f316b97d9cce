import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe } from "vitest";
import type { Backplane } from "../../src/index.ts";
import { natsBackplane } from "../../src/nats.ts";
import { type BackplaneUnderTest, testBackplane } from "../contracts/backplane.ts";
import { testControl } from "../contracts/control.ts";
import { hasNats, NatsServer } from "../support/nats-server.ts";

describe.runIf(hasNats)("on a real NATS", () => {
  let server: NatsServer;
  let names = 0;
  beforeAll(async () => {
    server = await NatsServer.start();
  });
  afterAll(() => server.stop());

  const setUp = async (): Promise<BackplaneUnderTest> => {
    const name = `log-${++names}`;
    const opened: [Backplane, NatsConnection][] = [];
    return {
      async open(replay) {
        const connection = await connect({ servers: server.url, maxReconnectAttempts: -1 });
        const backplane = natsBackplane(connection, { name, replay });
        opened.push([backplane, connection]);
        return backplane;
      },
      async dispose() {
        for (const [backplane, connection] of opened) {
          await backplane.close();
          await connection.close();
        }
      },
    };
  };
  testBackplane("on NATS JetStream", setUp);
  testControl("on NATS JetStream", setUp);
});
