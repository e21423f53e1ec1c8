import { isChat, readPrompt } from "../models/chat-prompt.ts";
import { describeEnvironment, modelReport, runReport, type RunReport, scoreOutput } from "@decodekit/compare";
import { generate } from "@decodekit/core/worker";
import { dependencies, version } from "@decodekit/core/package.json";
import { texts as t } from "../texts/texts.ts";
import type { PromptSet } from "../prompt-sets/prompt-set.ts";
import { runPromptSet } from "../prompt-sets/run-prompt-set.ts";
import { host, isInputError, runExclusive, withWatchdog } from "./activity.ts";
import { describeError } from "./describe-error.ts";
import type { HostedModel } from "./model-host.ts";
import { type PreparedLane, type PreparedLanes, prepareLanes } from "./prepare-lanes.ts";
import { chosenSet, setResult } from "./prompt-sets.ts";
import { clockTick, onQuietPage, sentinelTime } from "./quiet-page.ts";
import type { LaneRequest } from "./record-lane.ts";
import * as state from "./state.ts";

const WARM_UP_TOKENS = 8;
/** Small enough that the page stays responsive while a text is scored. */
const LOGITS_PER_SCORING_PASS = 2 ** 20;

/** Runs the lanes of the settings on the chosen prompts and shows the result, also that of a run that was stopped. Never rejects. */
export function runSet(): Promise<void> {
  const chosen = chosenSet.value;
  if ("problem" in chosen) return Promise.resolve();
  const { set } = chosen;
  return runExclusive(async (signal) => {
    const prepared = await prepareLanes(signal);
    const { hosted, settings, lanes } = prepared;
    for (const { lane, reason } of lanes) if (reason !== undefined) throw new Error(t.models.cannotMeasure(lane.plugin.title, reason));
    const encode = encoder(prepared, set);
    const score = scorer(hosted, encode, signal);
    const tickMilliseconds = clockTick();
    const runs = await onQuietPage(signal, ({ wasHidden, untilVisible }) =>
      runPromptSet({
        lanes: lanes.length,
        prompts: set.prompts.length,
        signal,
        wasHidden,
        untilVisible,
        sentinel: () => sentinelTime(hosted, prepared.prompt.tokens, signal),
        onProgress: (progress) => (state.activity.value = { kind: "running-set", ...progress }),
        explain: (error, lane) => (isAboutLane(error, lanes[lane]!) ? describeError(error) : undefined),
        runLane: async (lane, prompt, isWarmUp) => {
          const promptTokens = await encode(prompt);
          const result = await decode(prepared, lanes[lane]!, { promptTokens, isWarmUp });
          return reportOf(prepared, lanes[lane]!, {
            prompt: set.prompts[prompt]!,
            result,
            negativeLogLikelihood: isWarmUp ? null : await score(prompt, result.tokens),
          });
        },
      }),
    );
    setResult.value = {
      ...runs,
      set,
      asMessages: isChat(settings, hosted.model.chat !== undefined) === true,
      settings,
      lanes: lanes.map(({ lane: { specification, plugin, decoder, options = {} } }) => ({
        specification,
        title: plugin.title,
        decoder: decoder.name,
        options,
      })),
      model: modelReport(hosted.model),
      environment: describeEnvironment(),
      versions: { decodekit: version, "onnxruntime-web": dependencies["onnxruntime-web"] },
      isIsolated: crossOriginIsolated,
      tickMilliseconds,
    };
    state.announcement.value = runs.isComplete ? t.sets.ended : t.status.stopped;
    if (!("error" in runs)) return;
    host.reset(describeError(runs.error));
    throw new Error(t.sets.brokeOff(describeError(runs.error)), { cause: runs.error });
  });
}

/** Returns a function that turns a prompt of the set into tokens, once, in the way of the settings: as a text or as a message. */
function encoder({ hosted: { model }, settings }: PreparedLanes, { prompts }: PromptSet): (prompt: number) => Promise<Int32Array> {
  const known = new Map<number, Promise<Int32Array>>();
  const read = async (prompt: string): Promise<Int32Array> => (await readPrompt(model, { ...settings, prompt })).tokens;
  return (prompt) => {
    const tokens = known.get(prompt) ?? read(prompts[prompt]!);
    known.set(prompt, tokens);
    return tokens;
  };
}

/** Returns a function that scores an output once: lanes with the same output share its score. */
function scorer({ model: { causal } }: HostedModel, encode: (prompt: number) => Promise<Int32Array>, signal: AbortSignal) {
  const known = new Map<string, number | null>();
  return async (prompt: number, tokens: Int32Array): Promise<number | null> => {
    if (tokens.length === 0 || !causal) return null;
    const key = `${prompt}: ${tokens.join()}`;
    const score = known.get(key);
    if (score !== undefined) return score;
    const nats = await scoreOutput(causal, await encode(prompt), tokens, { signal, logitsPerPass: LOGITS_PER_SCORING_PASS });
    const finite = Number.isFinite(nats) ? nats : null;
    known.set(key, finite);
    return finite;
  };
}

interface SetDecode {
  readonly promptTokens: Int32Array;
  readonly isWarmUp: boolean;
}

/** Decodes a prompt of the set, up to a stop token, as `decodekit compare` does. The tokens that a lane starts with are left out. */
async function decode(
  { hosted: { model, draft }, settings }: PreparedLanes,
  { request }: PreparedLane,
  { promptTokens, isWarmUp }: SetDecode,
) {
  const { decoder, seed, signal }: LaneRequest = request;
  const maxNewTokens = isWarmUp ? Math.min(settings.maxNewTokens, WARM_UP_TOKENS) : settings.maxNewTokens;
  const result = await withWatchdog(generate(model, promptTokens, { decoder, draft, maxNewTokens, seed, signal }).result);
  signal.throwIfAborted();
  return result;
}

function reportOf(
  { hosted: { model }, settings: { seed } }: PreparedLanes,
  { lane: { decoder, options = {} } }: PreparedLane,
  ended: Pick<Parameters<typeof runReport>[0], "prompt" | "result" | "negativeLogLikelihood">,
): RunReport {
  return runReport({ decoder, options, seed, rowConsistency: modelReport(model).rowConsistency, ...ended });
}

/** Whether other prompts and lanes can still run after an error. A decoder of the visitor runs in a worker of its own. */
function isAboutLane(error: unknown, { request }: PreparedLane): boolean {
  const isAboutTemplate = (error as { readonly code?: unknown } | null)?.code === "CHAT_TEMPLATE";
  return isInputError(error) || isAboutTemplate || (request.decoder.worker !== undefined && host.current() !== undefined);
}
