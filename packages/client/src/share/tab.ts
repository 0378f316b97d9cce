import type { ConnectionFace, ConnectionPlan } from "../connection.ts";
import type { ClientCloseReason, ConnectionState } from "../connection-state.ts";
import type { FrameLog } from "./frame-log.ts";
import type { Look } from "./glance.ts";
import type { Inbox } from "./inbox.ts";
import type { Intake } from "./intake.ts";
import type { Message } from "./message.ts";

/** What a tab has, whether it leads or follows. */
export interface Tab {
  readonly plan: ConnectionPlan;
  readonly face: ConnectionFace;
  readonly glance: Look;
  readonly log: FrameLog;
  readonly intake: Intake;
  readonly inbox: Inbox;
  /** Says something to the other tabs. */
  post(message: Message): void;
  /** The shared connection's state, also `closed`, which may be this tab's alone. */
  onState(state: ConnectionState, reason: ClientCloseReason | undefined): void;
}
