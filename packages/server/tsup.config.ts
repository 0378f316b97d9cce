import { defineConfig, type Options } from "tsup";

const config: Options = defineConfig({
  entry: ["src/index.ts", "src/node.ts", "src/nats.ts", "src/redis.ts", "src/sqlite.ts"],
  format: ["esm"],
  target: "es2022",
  dts: false, // tsc writes the declarations: tsup's own way needs an API that TypeScript 7 no longer has
  sourcemap: true,
  clean: true,
  treeshake: false,
  removeNodeProtocol: false, // Deno and Workers know these modules by no other name
}) as Options;

export default config;
