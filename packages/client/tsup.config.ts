import { defineConfig, type Options } from "tsup";

const config: Options = defineConfig({
  // One file a face, behind one door: `sideEffects: false` works by file, and a bundler then drops the faces that an
  // application does not use. In a single file the interface shape of EventSource would stay.
  entry: ["src/index.ts", "src/event-source.ts", "src/connect.ts", "src/request.ts", "src/share.ts"],
  splitting: true,
  format: ["esm"],
  target: "es2022",
  dts: false, // tsc writes the declarations: tsup's own way needs an API that TypeScript 7 no longer has
  sourcemap: true,
  clean: true,
  treeshake: false,
}) as Options;

export default config;
