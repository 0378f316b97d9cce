/**
 * Why a connection ended. A closed vocabulary, for hooks and metrics: the client left; the producer or an `end`
 * event finished the stream; it failed, or closed itself; the reader was too slow; the grant was taken back, or ran
 * out; the connection grew older than it may; the server drains.
 */
export type CloseReason =
  | "client"
  | "ended"
  | "error"
  | "closed"
  | "slow"
  | "revoked"
  | "expired"
  | "rotated"
  | "drained";
