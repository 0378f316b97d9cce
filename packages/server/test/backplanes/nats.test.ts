import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

  test("an event that is too large for the server is refused, and the others of its batch are logged", async () => {
    const connection = await connect({ servers: server.url });
    const backplane = natsBackplane(connection, { name: `log-${++names}` });
    const publish = (payload: string) =>
      backplane.publish({ channel: "a", payload, key: undefined, end: false });
    const tooLarge = "x".repeat((connection.info?.max_payload ?? 0) + 1);
    const [before, large, after] = await Promise.allSettled([publish("1"), publish(tooLarge), publish("2")]);
    expect(large).toMatchObject({ status: "rejected", reason: { name: "BackplaneError", uncertain: false } });
    expect([before, after]).toMatchObject([{ value: { offset: 1 } }, { value: { offset: 2 } }]);
    await backplane.close();
    await connection.close();
  });
});
