import type { GenerateResult } from "@decodekit/core";
import { rotation } from "../src/measure/rotation.ts";
import { scoredTokens, scoreLane } from "../src/lab/score-lane.ts";
import { eventTokens } from "../src/trace/event-tokens.ts";
import type { LaneTrace, TracedEvent } from "../src/trace/trace.ts";
import { writeTrace } from "../src/trace/trace-file.ts";
import type { Settings } from "../src/url/settings.ts";
import { medianOf } from "./median-of.ts";
import type { RecordingModel, RecordingModels } from "./recording-models.ts";
import { type RunnableLane, runnableLanes } from "./run-lane.ts";

const WARM_UP_TOKENS = 8;

interface RecordOptions {
  /** How often each lane is run; the run of median time is kept. @defaultValue 1 */
  readonly rounds?: number;
}

/** Runs `settings` as the page does, and returns the content of the file that the page would save. */
export async function recordTrace(models: RecordingModels, settings: Settings, { rounds = 1 }: RecordOptions = {}): Promise<string> {
  const { model: name, dtype, hub, execution: choice, prompt, maxNewTokens } = settings;
  const recordingModel = await models.get(name);
  const { model, texts } = recordingModel;
  const promptTokens = model.tokenizer.encode(prompt);
  const lanes = await recordLanes(recordingModel, settings, { promptTokens, rounds });
  await texts.learn([...promptTokens, ...lanes.flatMap(tokensOf)]);
  const used = new Set([...promptTokens, ...lanes.flatMap(tokensOf)]);
  const { execution, parameters, causal, masked } = model;
  return writeTrace({
    model: {
      name: model.name,
      execution,
      parameters,
      vocabSize: causal.vocabSize,
      roles: masked ? ["causal", "masked"] : ["causal"],
      maskTokenId: masked?.maskTokenId,
      stopTokens: [...model.stopTokens],
      rowConsistency: causal.capabilities.rowConsistency,
    },
    request: { model: name, dtype, hub, execution: choice },
    prompt,
    promptTokens: [...promptTokens],
    maxNewTokens,
    vocabulary: new Map([...texts.known].filter(([token]) => used.has(token))),
    lanes,
  });
}

interface LaneRun {
  readonly events: readonly TracedEvent[];
  readonly result: GenerateResult;
}

/**
 * Runs each lane `rounds` times, alone on the model, and keeps the run of median time. All lanes are warmed up first, and every round starts
 * with another lane, so that none is recorded cold or always in the same place.
 */
async function recordLanes(
  recordingModel: RecordingModel,
  settings: Settings,
  { promptTokens, rounds }: { readonly promptTokens: Int32Array; readonly rounds: number },
): Promise<LaneTrace[]> {
  const { maxNewTokens, seed } = settings;
  const lanes = runnableLanes(recordingModel, settings, promptTokens);
  for (const { run } of lanes) await run({ maxNewTokens: rounds > 1 ? maxNewTokens : WARM_UP_TOKENS, seed });
  const runs: LaneRun[][] = lanes.map(() => []);
  const orders = rotation(lanes.length);
  for (let round = 0; round < rounds; round++)
    for (const lane of orders[round % orders.length]!) runs[lane]!.push(await recordRun(lanes[lane]!, { maxNewTokens, seed }));
  const traces: LaneTrace[] = [];
  for (const [index, { lane, start }] of lanes.entries()) {
    const { specification, plugin, options = {} } = lane;
    const { events, result } = medianOf(runs[index]!, ({ events: recorded }) => recorded.at(-1)!.milliseconds);
    const { text, finishReason, statistics } = result;
    const { causal, masked } = recordingModel.model;
    // A sampler may remember the rows that it saw in the decode.
    const { sampler } = plugin.create(options);
    const scores = await scoreLane(causal, promptTokens, { start, events }, { sampler, maskTokenId: masked?.maskTokenId });
    traces.push({
      specification,
      title: plugin.title,
      options,
      seed,
      ...(start.length > 0 && { start }),
      events,
      result: { text, finishReason, statistics },
      scores,
    });
  }
  return traces;
}

async function recordRun({ run }: RunnableLane, options: { readonly maxNewTokens: number; readonly seed: number }): Promise<LaneRun> {
  const events: TracedEvent[] = [];
  const result = await run({ ...options, onEvent: (event) => events.push(event) });
  return { events, result };
}

function tokensOf({ start = [], events, scores = [] }: LaneTrace): number[] {
  return [...start, ...events.flatMap(({ event }) => eventTokens(event)), ...scoredTokens(scores)];
}
