import { createClient } from "redis";
import { until } from "./ports.ts";
import { Service } from "./services.ts";
import { Wire } from "./wire.ts";

/** A replica of a Redis, in sync, with a wire in between that can be silenced. */
export class Replica {
  readonly service: Service;
  readonly link: Wire;

  private constructor(service: Service, link: Wire) {
    this.service = service;
    this.link = link;
  }

  static async of(store: Service): Promise<Replica> {
    const link = await Wire.open(store.port);
    const replica = new Replica(await Service.redis(false, link.port), link);
    const isInSync = async (): Promise<boolean> =>
      String(await replica.command("INFO", "replication")).includes("master_link_status:up");
    await until(isInSync, "the replica never was in sync");
    return replica;
  }

  async command(...words: readonly string[]): Promise<unknown> {
    const client = createClient({ url: `redis://127.0.0.1:${this.service.port}` });
    await client.connect();
    try {
      return await client.sendCommand([...words]);
    } finally {
      client.destroy();
    }
  }

  async remove(): Promise<void> {
    await this.link.close();
    await this.service.remove();
  }
}
