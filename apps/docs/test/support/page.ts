import { build } from "esbuild";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { chromiumArgs } from "../../../../scripts/chromium.ts";
import { installed } from "./installed.ts";
import { type Served, serve } from "./serve.ts";

/** Pages of an origin of their own in one Chromium. */
export class Pages implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #server: Served;
  readonly #scripts: Map<string, string>;

  private constructor(browser: Browser, server: Served, scripts: Map<string, string>) {
    this.#browser = browser;
    this.#server = server;
    this.#scripts = scripts;
  }

  static async start(): Promise<Pages> {
    const scripts = new Map<string, string>();
    const server = await serve((req, res) => {
      const script = scripts.get(req.url ?? "");
      res.setHeader("content-type", script === undefined ? "text/html" : "text/javascript");
      res.end(script ?? `<!doctype html><script type="module" src="${req.url}.js"></script>`);
    });
    const browser = await chromium.launch({
      executablePath: installed.chromium ?? "",
      args: [...chromiumArgs],
    });
    return new Pages(browser, server, scripts);
  }

  /** Without a slash at its end. */
  get origin(): string {
    return this.#server.url.slice(0, -1);
  }

  /** A profile: its tabs have storage and locks in common. */
  profile(): Promise<BrowserContext> {
    return this.#browser.newContext();
  }

  /** Opens a page that runs this TypeScript, whose imports are relative to `pages/`. */
  async open(contents: string, profile?: BrowserContext): Promise<Page> {
    const { outputFiles } = await build({
      stdin: { contents, loader: "ts", resolveDir: `${import.meta.dirname}/../../pages` },
      bundle: true,
      format: "esm",
      conditions: ["@sse/source"],
      write: false,
    });
    const path = `/${this.#scripts.size}`;
    this.#scripts.set(`${path}.js`, outputFiles[0]?.text ?? "");
    const page = await (profile ?? this.#browser).newPage();
    await page.goto(this.origin + path);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.#server[Symbol.asyncDispose]();
  }
}
