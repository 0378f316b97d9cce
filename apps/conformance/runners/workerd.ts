/** A configuration of workerd with `worker.mjs` and these modules; it may reach this machine. */
export function workerdConfig({
  modules,
  objects = [],
}: {
  readonly modules: readonly string[];
  /** Classes of the worker that are Durable Objects, each bound by its name. */
  readonly objects?: readonly string[];
}): string {
  const files = ["worker.mjs", ...modules].map((file) => `(name = "${file}", esModule = embed "${file}")`);
  const spaces = objects.map((name) => `(className = "${name}", uniqueKey = "${name}")`);
  const bindings = objects.map((name) => `(name = "${name}", durableObjectNamespace = "${name}")`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .w),
    (name = "internet", network = (allow = ["private", "local"])),
  ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ],
);
const w :Workerd.Worker = (
  modules = [ ${files.join(", ")} ],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = ["enable_request_signal"],
  durableObjectNamespaces = [ ${spaces.join(", ")} ],
  durableObjectStorage = (inMemory = void),
  bindings = [ ${bindings.join(", ")} ],
);
`;
}
