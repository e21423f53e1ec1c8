import type { TokenId } from "@decodekit/core";
import type { RunDocument } from "../document/run-document.ts";
import type { LaneSettings } from "../url/settings.ts";
import { makeLane, specificationOf } from "./decoders.ts";
import { gapOf } from "./infill-plugin.ts";
import { outputOf } from "./lane-figures.ts";

/**
 * Returns a lane that goes on with `token` at an output position of a lane of the document's run: the same decoder, after the tokens before
 * that position and `token`. In an infilling lane, the gap ends where it ended.
 */
export function branch({ run }: Pick<RunDocument, "run">, lane: number, position: number, token: TokenId): LaneSettings {
  const trace = run!.trace.lanes[lane]!;
  const { decoder } = run!.settings.lanes[lane]!;
  const start = [...outputOf(trace).slice(0, position), token];
  const gap = gapOf(trace);
  return { decoder: gap === undefined ? decoder : withGap(decoder, gap - start.length), start };
}

function withGap(decoder: string, length: number): string {
  const { plugin, given } = makeLane(decoder);
  return specificationOf(plugin.name, { ...given, length });
}

/** Whether a lane that goes on with another token at an output position would have a token after it. */
export function hasRoomAfter({ run, settings }: Pick<RunDocument, "run" | "settings">, lane: number, position: number): boolean {
  return position + 1 < (gapOf(run!.trace.lanes[lane]!) ?? settings.maxNewTokens);
}
