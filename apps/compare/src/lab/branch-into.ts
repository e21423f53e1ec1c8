import type { TokenId } from "@decodekit/core";
import { batch } from "@preact/signals";
import { MAX_LANES } from "../trace/trace-file.ts";
import type { BranchObstacle } from "../why/branch-obstacle.ts";
import { isRunning } from "./activity.ts";
import { branch, hasRoomAfter } from "./branch.ts";
import { canMakeLane } from "./decoders.ts";
import { addLane } from "./documents.ts";
import { restartReplay } from "./playback.ts";
import { run } from "./run-lanes.ts";
import * as state from "./state.ts";

/** Returns why a lane of the shown run cannot be continued with another token at an output position now; undefined if it can. */
export function branchObstacle(lane: number, position: number): BranchObstacle | undefined {
  const document = state.shownDocument.value;
  if (state.documentName.value === "tour") return "tour";
  if (isRunning()) return "running";
  if (document.settings.lanes.length >= MAX_LANES) return "lanes";
  const { decoder } = document.run?.settings.lanes[lane] ?? {};
  if (decoder === undefined || !canMakeLane(decoder, state.plugins.value)) return "decoder";
  return hasRoomAfter(document, lane, position) ? undefined : "length";
}

/**
 * Adds a lane that goes on with another token, and runs it into the shown run. If the results are from before a change of the settings, it
 * is only added, and runs with the others. Returns the number of the lane.
 */
export function branchInto(lane: number, position: number, token: TokenId): number {
  const document = state.shownDocument.peek();
  const index = document.settings.lanes.length;
  const isStale = state.staleness.peek() !== undefined;
  batch(() => {
    addLane(branch(document, lane, position, token));
    restartReplay();
  });
  if (!isStale) void run({ only: [index] });
  return index;
}
