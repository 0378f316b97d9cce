import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installed } from "./installed.ts";

/** A certificate for localhost, in files, for as long as it is not disposed of. */
export class Certificate implements Disposable {
  readonly #folder: string = mkdtempSync(join(tmpdir(), "docs-certificate-"));
  readonly env: { readonly TLS_KEY: string; readonly TLS_CERT: string };

  constructor() {
    const [key, cert] = [join(this.#folder, "key.pem"), join(this.#folder, "cert.pem")];
    const how =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost";
    const args = [...how.split(" "), "-keyout", key, "-out", cert];
    execFileSync(installed.openssl ?? "openssl", args, { stdio: "ignore" });
    this.env = { TLS_KEY: key, TLS_CERT: cert };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}
