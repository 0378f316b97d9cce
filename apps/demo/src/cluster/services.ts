import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../../scripts/free-port.ts";

/** A program that is not here, or does not start. */
class ServiceError extends Error {}

/** Redis on a free port, with its log in memory only. */
export async function startRedis(directory: string): Promise<{ process: ChildProcess; port: number }> {
  const port = await freePort();
  const args = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  return { process: await start("redis-server", [...args, "--dir", directory], port), port };
}

/** nginx at a port: live streams in turns to some, everything else to one. */
export async function startNginx(
  directory: string,
  port: number,
  app: number,
  live: readonly number[],
): Promise<ChildProcess> {
  const file = join(directory, "nginx.conf");
  writeFileSync(file, configuration(directory, port, app, live));
  return start("nginx", ["-p", directory, "-c", file, "-e", "stderr"], port);
}

function configuration(directory: string, port: number, app: number, live: readonly number[]): string {
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
daemon off; master_process off; pid ${directory}/nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  ${folders.map((name) => `${name}_temp_path ${directory}/${name};`).join(" ")}
  # A process that was killed is tried again after a second.
  upstream live { ${live.map((each) => `server 127.0.0.1:${each} max_fails=1 fail_timeout=1s;`).join(" ")} }
  server {
    listen 127.0.0.1:${port};
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Connection "";
    proxy_buffering off;
    proxy_read_timeout 60s;
    location /live { proxy_pass http://live; proxy_next_upstream error timeout; proxy_connect_timeout 1s; }
    location / { proxy_pass http://127.0.0.1:${app}; }
  }
}
`;
}

async function start(program: string, args: readonly string[], port: number): Promise<ChildProcess> {
  // A group of its own: Ctrl-C is the cluster's to hear.
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
  let said = "";
  let failure: Error | undefined;
  child.stderr.on("data", (text: Buffer) => {
    said = `${said}${text}`.slice(-2000);
  });
  child.on("error", (error) => {
    failure = error;
  });
  while (!(await accepts(port))) {
    if (failure !== undefined)
      throw new ServiceError(`The cluster needs ${program}, which is not installed.`);
    if (child.exitCode !== null) throw new ServiceError(`${program} ended: ${said.trim()}`);
    await sleep(20);
  }
  return child;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (does: boolean): void => {
      socket.destroy();
      resolve(does);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}
