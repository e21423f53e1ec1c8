import type { DecodeStatistics } from "@decodekit/core";
import { generate, type WorkerGenerateOptions } from "@decodekit/core/worker";
import { eventTokens } from "../trace/event-tokens.ts";
import type { LaneTrace, TracedEvent } from "../trace/trace.ts";
import type { HostedModel } from "./model-host.ts";

export interface LaneRequest {
  readonly decoder: WorkerGenerateOptions["decoder"];
  readonly promptTokens: Int32Array;
  readonly maxNewTokens: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Decodes once and passes each event to `onEvent` as it arrives. Rejects with the decoder's error. */
export async function recordLane(
  { model, draft, texts }: HostedModel,
  { decoder, promptTokens, ...rest }: LaneRequest,
  onEvent: (event: TracedEvent) => void,
): Promise<NonNullable<LaneTrace["result"]>> {
  const generation = generate(model, promptTokens, { decoder, draft, ...rest });
  const learning: Promise<void>[] = [];
  for await (const timed of generation.timedEvents) {
    const tokens = eventTokens(timed.event).filter((token) => token !== model.masked?.maskTokenId);
    if (tokens.length > 0) learning.push(texts.learn(tokens));
    onEvent(timed);
  }
  const { text, finishReason, statistics } = await generation.result;
  await Promise.all(learning);
  return { text, finishReason, statistics };
}

/** Decodes once without stop tokens or events: `maxNewTokens` tokens, unless the decoder ends earlier. Rejects with the decoder's error. */
export async function timeLane({ model, draft }: HostedModel, { decoder, promptTokens, ...rest }: LaneRequest): Promise<DecodeStatistics> {
  const { statistics } = await generate(model, promptTokens, { decoder, draft, stopTokens: [], ...rest }).result;
  return statistics;
}
