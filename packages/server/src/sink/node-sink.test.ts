import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2, type Http2ServerResponse } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { type SinkUnderTest, testSink } from "../../test/contracts/sink.ts";
import { NodeSink } from "./node-sink.ts";

testSink("of a node:http response", async (owner): Promise<SinkUnderTest> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").pause();
  socket.on("error", () => {});
  let raw: Buffer = Buffer.alloc(0);
  let closed = false;
  socket.on("data", (data: Buffer) => {
    raw = Buffer.concat([raw, data]);
  });
  socket.on("close", () => {
    closed = true;
  });
  socket.pause();
  const response = new Promise<ServerResponse>((resolve) =>
    server.once("request", (_req, res) => resolve(res)),
  );
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  const res = await response;
  res.flushHeaders();
  const sink = new NodeSink(res, owner);
  return {
    sink,
    read: () => void socket.resume(),
    received: () => parse(raw).body,
    ended: () => (parse(raw).isWhole ? "end" : closed ? "cut" : "open"),
    leave: () => void socket.destroy(),
    dispose: async () => {
      socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
});

testSink("of a node:http2 response", async (owner): Promise<SinkUnderTest> => {
  const server = createHttp2();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const response = once(server, "request");
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const stream = session.request({ ":path": "/" }).pause();
  const pieces: Buffer[] = [];
  let ended: "open" | "end" | "cut" = "open";
  stream.on("error", () => {});
  stream.on("data", (piece: Buffer) => void pieces.push(piece)).pause();
  // RFC 9113, 7: any other code than NO_ERROR tells that something is missing.
  stream.on("close", () => {
    ended = stream.rstCode === 0 ? "end" : "cut";
  });
  const [, res]: [unknown, Http2ServerResponse] = (await response) as never;
  res.stream.respond();
  const sink = new NodeSink(res, owner);
  return {
    sink,
    read: () => void stream.resume(),
    received: () => Buffer.concat(pieces),
    ended: () => ended,
    leave: () => void stream.destroy(),
    dispose: async () => {
      session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
});

/** The body of a chunked response, as far as it has come. */
function parse(raw: Buffer): { readonly body: Uint8Array; readonly isWhole: boolean } {
  const parts: Buffer[] = [];
  let at = raw.indexOf("\r\n\r\n") + 4;
  while (at >= 4) {
    const line = raw.indexOf("\r\n", at);
    if (line === -1) break;
    const size = Number.parseInt(raw.toString("latin1", at, line), 16);
    if (size === 0) return { body: Buffer.concat(parts), isWhole: true };
    if (line + 2 + size > raw.length) break;
    parts.push(raw.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return { body: Buffer.concat(parts), isWhole: false };
}
