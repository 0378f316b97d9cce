import { defineConfig } from "vite";
import { shared } from "../../vitest.shared.ts";

// The page is built from the packages' sources, so that `npm start` needs no other build before it.
export default defineConfig({
  ...shared,
  build: { target: "es2022", modulePreload: { polyfill: false } },
});
