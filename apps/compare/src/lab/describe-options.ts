import type { PluginOptionValues } from "@decodekit/core";
import { texts } from "../texts/en.ts";

/** Formats the options of a lane in one line. */
export function describeOptions(options: PluginOptionValues): string {
  const parts = Object.entries(options).map(([name, value]) => `${name} ${String(value)}`);
  return parts.length > 0 ? parts.join(" · ") : texts.lane.defaults;
}
