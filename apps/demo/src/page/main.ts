import type { Snapshot } from "../contract.ts";
import { serverTexts } from "../view.ts";
import { AskPanel } from "./ask-panel.ts";
import { ConnectionPanel } from "./connection-panel.ts";
import { one, panel, Texts } from "./dom.ts";
import { JobPanel } from "./job-panel.ts";
import { LiveConnection } from "./live-connection.ts";
import { LogPanel } from "./log-panel.ts";
import { MachinePanel } from "./machine-panel.ts";
import { Palette } from "./palette.ts";
import { Tape } from "./tape.ts";
import { bindTheme } from "./theme.ts";

// The server wrote it into the page, from the same contract.
const snapshot = JSON.parse(one(document, "#snapshot", HTMLScriptElement).text) as Snapshot;
const palette = new Palette();
const connection = new LiveConnection(crypto.randomUUID(), snapshot);

const machine = new MachinePanel(panel("machine"), connection, palette, snapshot.samples);
const job = new JobPanel(panel("job"), connection, snapshot.job);
new Tape(panel("tape"), connection, palette, snapshot.samples);
new ConnectionPanel(panel("connection"), connection, snapshot.server.canFreeze);
new LogPanel(panel("log"), connection);
new AskPanel(panel("ask"), connection.page);
bindTheme(document, () => {
  palette.forget();
  machine.redraw();
});

// After a gap the page no longer knows all that happened, so it asks for the state as a whole.
const facts = new Texts(document);
connection.listen({
  onGap: async () => {
    const response = await fetch("/snapshot", { cache: "no-store" });
    if (!response.ok) return;
    const fresh = (await response.json()) as Snapshot; // as above
    facts.set(serverTexts(fresh.server));
    job.show(fresh.job);
  },
});
connection.start();
