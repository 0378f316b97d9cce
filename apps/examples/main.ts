import { existsSync, readdirSync } from "node:fs";

// `npm run example clock`: one of the folders beside this file that have a server.
const names = readdirSync(import.meta.dirname).filter((name) =>
  existsSync(`${import.meta.dirname}/${name}/server.ts`),
);
const [name = ""] = process.argv.slice(2);

if (names.includes(name)) {
  process.on("disconnect", () => process.exit()); // whoever started it is gone
  process.channel?.unref();
  process.on("uncaughtException", end);
  await import(`./${name}/server.ts`);
} else {
  const asked = name === "" ? "Which example?" : `There is no example "${name}".`;
  console.error(`${asked} There are: ${names.map((one) => `npm run example ${one}`).join(", ")}.`);
  process.exitCode = 1;
}

function end(error: Error & { readonly port?: number; readonly code?: string }): void {
  const isTaken = error.code === "EADDRINUSE";
  console.error(isTaken ? `Port ${error.port} is taken: choose another with PORT=… in front.` : error);
  process.exit(1);
}
