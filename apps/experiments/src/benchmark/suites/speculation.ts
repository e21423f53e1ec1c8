import { type Decoder, type Drafter, generate, type LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { cascade, judgedTree, promptLookup, speculative, suffix } from "@decodekit/speculative";
import { digestOf } from "../contenders/contender.ts";
import type { SpeculationRow } from "../rows.ts";
import { chosenOf, defineSuite, type SuiteContext } from "../suite.ts";
import { taskPrompts, type TaskPrompt } from "./prompts.ts";
import { shuffled } from "./timed-decodes.ts";

/** What all others are compared with. */
const PLAIN = "greedy";

const drafting = (drafter: Drafter, draftLength: number | "auto"): Decoder => speculative({ drafter, draftLength });

/** Each makes its decoder once for a file, so that what an automatic draft length learns serves all prompts. */
const SPECULATION_DECODERS: Readonly<Record<string, () => Decoder>> = {
  [PLAIN]: () => greedy(),
  "prompt lookup, auto": () => drafting(promptLookup(), "auto"),
  "suffix, auto": () => drafting(suffix(), "auto"),
  "cascade, auto": () => drafting(cascade({ drafters: [promptLookup(), suffix()] }), "auto"),
  "judged tree, 0 nats": () => judgedTree({ natsPerToken: 0 }),
  "prompt lookup, 4": () => drafting(promptLookup(), 4),
  "prompt lookup, 8": () => drafting(promptLookup(), 8),
  "prompt lookup, 16": () => drafting(promptLookup(), 16),
  "prompt lookup, 32": () => drafting(promptLookup(), 32),
};

const QUICK = { tokens: 6, prompts: 2 };
const WARM_UP_TOKENS = 16;

/** Speculation without another model, over greedy decoding of the same prompt on the same file. */
export const speculation = defineSuite({
  name: "speculation",
  where: ["native", "wasm", "chromium"],
  per: "file",
  pairs: 1,
  async *run(context) {
    const model = await context.place.load();
    try {
      yield* measure(context, model);
    } finally {
      await model.dispose();
    }
  },
});

async function* measure(context: SuiteContext, model: LanguageModel): AsyncGenerator<SpeculationRow> {
  const { quick, tokens, prompts: perKind } = context.settings;
  const maxNewTokens = quick ? QUICK.tokens : tokens;
  const prompts = taskPrompts(model, { perKind: quick ? 1 : perKind, maxNewTokens }).slice(0, quick ? QUICK.prompts : undefined);
  const all = Object.entries(SPECULATION_DECODERS).map(([name, create]) => ({ name, create }));
  const decoders = chosenOf(context.settings, all).map(({ name, create }) => ({ name, decoder: create() }));
  const warmUp = { maxNewTokens: Math.min(WARM_UP_TOKENS, maxNewTokens) };
  for (const { decoder } of decoders) await generate(model, prompts[0]!.tokens, { decoder, ...warmUp }).result;
  for (let round = 0; round < context.pairs; round++) {
    for (const prompt of prompts) {
      const keyOf = (name: string): string => `${round}/${prompt.task}/${name}`;
      // The decodes of a prompt belong together: all of them are repeated if one is missing.
      if (decoders.every(({ name }) => context.isDone(keyOf(name)))) continue;
      for (const { name, decoder } of shuffled(decoders, 1000 * round + prompt.task)) {
        context.place.collectGarbage();
        yield { key: keyOf(name), decoder: name, round, ...(await timedDecode(model, prompt, { decoder, maxNewTokens })) };
      }
    }
  }
}

async function timedDecode(
  model: LanguageModel,
  { tokens: prompt, task, kind }: TaskPrompt,
  options: { readonly decoder: Decoder; readonly maxNewTokens: number },
): Promise<Omit<SpeculationRow, "key" | "decoder" | "round">> {
  const started = performance.now();
  const { tokens, statistics } = await generate(model, prompt, options).result;
  const milliseconds = performance.now() - started;
  const { targetPasses: passes, drafted, accepted, timeToFirstTokenMilliseconds: firstTokenMilliseconds = milliseconds } = statistics;
  const cost = { tokens: tokens.length, firstTokenMilliseconds, milliseconds, passes, drafted, accepted };
  return { task, kind, promptTokens: prompt.length, ...cost, digest: digestOf(tokens) };
}
