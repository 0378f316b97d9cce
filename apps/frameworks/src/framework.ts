/** A framework, and how its users build a project and start it in production. */
export interface Framework {
  /** The folder of its project. */
  readonly name: string;
  /** Which recipe is which file of the project. */
  readonly recipes: Readonly<Record<string, string>>;
  /** The folder of the project in which the hub and its contract are. */
  readonly shared: string;
  /** A script of an installed package, and its arguments; undefined where nothing is built. */
  readonly build?: readonly string[];
  /** The same, or a file of the project. */
  readonly start: readonly string[];
}

export const frameworks = {
  next: {
    name: "next",
    recipes: { "app/events/route.ts": "next.ts" },
    shared: ".",
    build: ["next/dist/bin/next", "build"],
    start: ["next/dist/bin/next", "start"],
  },
  sveltekit: {
    name: "sveltekit",
    recipes: { "src/routes/events/+server.ts": "sveltekit.ts" },
    shared: "src",
    build: ["vite/bin/vite.js", "build"],
    start: ["./build/index.js"],
  },
  nitro: {
    name: "nitro",
    recipes: { "routes/events.ts": "nitro.ts" },
    shared: ".",
    build: ["nitro/dist/cli/index.mjs", "build"],
    start: ["./.output/server/index.mjs"],
  },
  nuxt: {
    name: "nuxt",
    recipes: { "routes/events.ts": "nuxt.ts" },
    shared: ".",
    build: ["nitropack/dist/cli/index.mjs", "build"],
    start: ["./.output/server/index.mjs"],
  },
  reactRouter: {
    name: "react-router",
    recipes: { "app/routes/events.ts": "react-router.ts" },
    shared: "app",
    build: ["@react-router/dev/bin.cjs", "build"],
    start: ["@react-router/serve/bin.cjs", "./build/server/index.js"],
  },
  astro: {
    name: "astro",
    recipes: { "src/pages/events.ts": "astro.ts" },
    shared: "src",
    build: ["astro/bin/astro.mjs", "build"],
    start: ["./dist/server/entry.mjs"],
  },
  nestjs: {
    name: "nestjs",
    recipes: { "main.ts": "nestjs.ts" },
    shared: ".",
    start: ["./main.ts"],
  },
} as const satisfies Readonly<Record<string, Framework>>;
