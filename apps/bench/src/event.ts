/** What every reader has to find in a corpus: known from how the corpus was made, not from any parser. */
export interface BenchEvent {
  readonly type: string;
  readonly data: string;
  readonly id: string;
}

/** What every serializer is given: the same, with what the stream leaves out left out. */
export interface OutgoingEvent {
  readonly type: string | undefined;
  readonly data: string;
  readonly id: string | undefined;
}

export function outgoing(event: BenchEvent): OutgoingEvent {
  const type = event.type === "message" ? undefined : event.type;
  return { type, data: event.data, id: event.id === "" ? undefined : event.id };
}
