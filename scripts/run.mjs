// `node scripts/run.mjs <file> [arguments]` installs what is needed, builds the file's workspace if there is something
// to build, and runs the file.
// Plain JavaScript, because it must also run on the Node that is too old for the rest.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const above = process.ppid;
const isWindows = process.platform === "win32";
const root = fileURLToPath(new URL("..", import.meta.url));
const [file, ...rest] = process.argv.slice(2);

// On Windows npm is a batch file, which takes a shell.
run("npm", ["run", "--silent", "setup"], { cwd: root, shell: isWindows });
// What the install brought, where it brings one: see require-node.mjs.
const installed = join(root, "node_modules", ".bin", "node");
const node = !isWindows && existsSync(installed) ? installed : process.execPath;
const workspace = workspaceOf(join(root, file));
if (hasBuild(workspace)) run(node, ["--run", "build"], { cwd: workspace });

// No shell and no other program in between, all of which keep signals to themselves.
const child = spawn(node, ["--conditions=@sse/source", join(root, file), ...rest], {
  stdio: ["inherit", "inherit", "inherit", "ipc"], // it ends when this channel does, whatever ended this process
});
child.on("exit", (status) => process.exit(status ?? 1));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));

// npm passes a signal on to the shell above, and that to nobody: that it is gone is all that is seen here.
if (!isWindows) setInterval(() => process.ppid === above || process.exit(1), 200).unref();

function run(program, args, options) {
  const { status } = spawnSync(program, args, { stdio: "inherit", ...options });
  if (status !== 0) process.exit(status ?? 1);
}

function hasBuild(workspace) {
  const { scripts } = JSON.parse(readFileSync(join(workspace, "package.json"), "utf8"));
  return scripts?.build !== undefined;
}

function workspaceOf(path) {
  return existsSync(join(path, "package.json")) ? path : workspaceOf(dirname(path));
}
