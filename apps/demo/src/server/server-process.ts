import { rmSync } from "node:fs";
import { DemoServer } from "./demo-server.ts";
import type { ServerProcessOptions, ToSupervisor } from "./messages.ts";

/** The process that serves. It is one of many over time: see supervisor.ts. */
const options = JSON.parse(process.argv[2] ?? "") as ServerProcessOptions; // written by the supervisor
const tell = (message: ToSupervisor): void => void process.send?.(message);

// Ctrl-C reaches the whole process group; the supervisor alone decides what it means.
process.on("SIGINT", () => {});
process.on("SIGHUP", () => {});

try {
  const server = await DemoServer.listen({
    ...options,
    onRestart: () => tell({ kind: "restart" }),
    onFreeze: (ms) => tell({ kind: "freeze", ms }),
    onBreak: (how, page) => tell({ kind: "break", how, page }),
  });
  const stop = async (): Promise<void> => {
    await server.close();
    rmSync(options.directory, { recursive: true, force: true }); // the supervisor may be dead, and cannot
    process.exit(0);
  };
  process.on("disconnect", stop);
  process.on("SIGTERM", stop);
  if (!process.connected) await stop(); // it was over before it began
  tell({ kind: "listening", port: server.port });
} catch (error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message =
    code === "EADDRINUSE"
      ? `Port ${options.port} is taken. Stop what uses it, or choose another: npm start -- --port ${options.port + 1}`
      : `The server cannot start: ${error instanceof Error ? error.message : String(error)}`;
  // Once the supervisor has the message: it is the one that talks to people.
  process.send?.({ kind: "refused", code, message } satisfies ToSupervisor, () => process.exit(1));
}
