// Plain JavaScript, because it must also run on the Node that is too old for the rest.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`
This repository runs its TypeScript with Node itself, which takes Node 22.18 or newer.
On Linux and macOS the install brings such a Node with it; for ${process.platform} on ${process.arch} there is none,
and the one on the PATH is ${process.versions.node}. Please install a newer one from https://nodejs.org and run the command again.
`);
  process.exit(1);
}
