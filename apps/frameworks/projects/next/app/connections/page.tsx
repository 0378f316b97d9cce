import type { ReactNode } from "react";
import { hub } from "../../global-hub.ts";

export const dynamic = "force-dynamic";

export default function Page(): ReactNode {
  return <output>{hub.stats().connections}</output>;
}
