import { type Spread, spread } from "../statistics.ts";
import type { FanResult, ServerResult, VisitResult } from "./result.ts";

/** One figure of a visit; undefined where it was not taken. */
export type Figure = (visit: VisitResult) => number | undefined;

export const cpuAt = (perTurn: number): Figure => fan(perTurn, ({ userUs, systemUs }) => userUs + systemUs);
export const userAt = (perTurn: number): Figure => fan(perTurn, ({ userUs }) => userUs);
export const p50: Figure = ({ latency }) => latency?.p50;
export const p99: Figure = ({ latency }) => latency?.p99;
export const acceptUs: Figure = (visit) => visit.acceptUs;
export const idleRss: Figure = ({ idle }) => idle.rss;
export const idleHeap: Figure = ({ idle }) => idle.heap;

function fan(perTurn: number, value: (result: FanResult) => number): Figure {
  return ({ fans }) => {
    const found = fans.find((one) => one.perTurn === perTurn);
    return found && value(found);
  };
}

export interface Standing {
  readonly adapter: string;
  /** Whether every client got every event, every time. */
  readonly isComplete: boolean;
  readonly value: Spread;
  /** Over the first adapter's figure in the same round. */
  readonly ratio: Spread;
}

/** What everybody did with so many connections, in the order in which they are listed. */
export function standings(
  { visits, settings }: Pick<ServerResult, "visits" | "settings">,
  connections: number,
  figure: Figure,
  base?: string,
): Standing[] {
  const here = visits.filter((visit) => visit.connections === connections);
  const reference = base ?? settings.base;
  return [...new Set(here.map(({ adapter }) => adapter))].flatMap((adapter) => {
    const own = here.filter((visit) => visit.adapter === adapter);
    const values = own.map(figure).filter((value) => value !== undefined);
    if (values.length === 0) return [];
    const ratios = own.flatMap((visit) => {
      const beside = here.find((one) => one.adapter === reference && one.round === visit.round);
      const [value, of] = [figure(visit), beside && figure(beside)];
      return value === undefined || of === undefined ? [] : [value / of];
    });
    return [
      {
        adapter,
        isComplete: own.every((visit) => visit.isComplete),
        value: spread(values),
        ratio: spread(ratios),
      },
    ];
  });
}
