import type { Lane } from "../lab/decoders.ts";
import { shownFacts } from "../lab/shown-facts.ts";
import { whyNot } from "../models/why-not.ts";
import { texts } from "../texts/texts.ts";
import type { LaneTrace } from "../trace/trace.ts";

interface CannotRunProps {
  readonly lane: Lane | undefined;
  readonly shown: LaneTrace | undefined;
}

/** Why the model cannot run a lane, if that is known before it is tried, and the shown run does not say it. */
export function CannotRun({ lane, shown }: CannotRunProps) {
  const reason = lane && whyNot(lane.plugin, shownFacts.value, lane.options);
  if (reason === undefined) return null;
  const text = texts.models.cannotRun(reason);
  return shown?.error === text ? null : <p class="problem cannot-run">{text}</p>;
}
