import { type Decoder, type Drafter, generate, type LanguageModel } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { speculative } from "@decodekit/speculative";
import { stories } from "@decodekit/tiny-models";
import { median } from "@decodekit/compare/sweep";
import { earlierOutputs, editPrompts } from "../../tasks/model-outputs.ts";
import { EARLIER_OPENINGS, MANY_EARLIER_OPENINGS, NAMED_OPENINGS, OPENINGS } from "../../tasks/openings.ts";
import { digestOf } from "../contenders/contender.ts";
import type { DraftersRow } from "../rows.ts";
import { defineSuite, type SuiteContext } from "../suite.ts";
import { type EarlierOutputs, loadDraft, measuredDrafters } from "./measured-drafters.ts";
import { paddedModel } from "./padded-model.ts";

/** Feed-forward widths that give the story model, with width 512, about this many parameters. */
const TARGETS = { "as it is": undefined, "padded to 30 M": 8192, "padded to 120 M": 34304 } as const;
const LENGTHS = [1, 2, 4, 8, 16, "auto"] as const;
/** Tokens of a story to edit; the answer has about the same length. */
const STORY_TOKENS = 72;
const EARLIER_TOKENS = 96;
const QUICK = { tokens: 8, prompts: 2, drafters: 2, lengths: [4, "auto"], earlier: 2 } as const;
/** Prompts and drafters that are measured on padded targets, whose passes are slow. */
const PADDED_PROMPTS = 12;
const PADDED_DRAFTERS = new Set(["prompt-lookup", "draft-model"]);

interface Target {
  readonly name: keyof typeof TARGETS;
  readonly model: LanguageModel;
}

interface DrafterCase {
  readonly target: Target;
  readonly set: string;
  readonly drafter: string;
  readonly create: () => Drafter;
  readonly prompts: readonly string[];
}

/** Every drafter at every draft length on the embedded model, which has a draft model and a masked one, over greedy decoding. One thread. */
export const drafters = defineSuite({
  name: "drafters",
  where: ["native", "wasm"],
  per: "nothing",
  pairs: 3,
  async *run(context) {
    const { quick } = context.settings;
    const how = { execution: context.where as "native" | "wasm", threads: 1 };
    const small = await loadModel(stories, how);
    const draft = await loadDraft(how);
    const many = await earlierOutputs(small, MANY_EARLIER_OPENINGS.slice(0, quick ? QUICK.earlier : undefined), EARLIER_TOKENS);
    const earlier = { many, some: many.slice(0, EARLIER_OPENINGS.length) };
    const sets = {
      stories: OPENINGS,
      edits: await editPrompts(small, NAMED_OPENINGS.slice(0, quick ? QUICK.prompts : undefined), STORY_TOKENS),
    };
    for (const [name, width] of Object.entries(TARGETS).slice(0, quick ? 1 : undefined)) {
      const padded = width === undefined ? undefined : await loadModel(await paddedModel(stories, name, width), how);
      if (padded) await checkSameTokens(small, padded);
      const target = { name: name as keyof typeof TARGETS, model: languageModel(small, padded, draft) };
      for (const [set, prompts] of Object.entries(sets)) {
        const some = prompts.slice(0, quick ? QUICK.prompts : padded ? PADDED_PROMPTS : undefined);
        for (const [drafter, create] of draftersOf(target, earlier).slice(0, quick ? QUICK.drafters : undefined)) {
          yield* measure(context, { target, set, drafter, create, prompts: some });
        }
      }
      await padded?.dispose();
    }
    await small.dispose();
    await draft?.dispose();
  },
});

type Loaded = Awaited<ReturnType<typeof loadModel>>;

function languageModel({ name, tokenizer, stopTokens, causal, masked }: Loaded, padded?: Loaded, draft?: Loaded): LanguageModel {
  const models = { causal: (padded ?? { causal }).causal, ...(masked && { masked }), ...(draft && { draft: draft.causal }) };
  return { name, tokenizer, stopTokens, ...models };
}

function draftersOf({ name, model }: Target, earlier: EarlierOutputs): (readonly [name: string, create: () => Drafter])[] {
  const all = Object.entries(measuredDrafters(model, earlier));
  return name === "as it is" ? all : all.filter(([drafter]) => PADDED_DRAFTERS.has(drafter));
}

/**
 * Decodes every prompt plainly and with every draft length, in rotating order, so that drift of the machine affects all alike. Each decoder
 * is reused for all prompts, after a run that does not count.
 */
async function* measure(context: SuiteContext, { target, set, drafter, create, prompts }: DrafterCase): AsyncGenerator<DraftersRow> {
  const { quick } = context.settings;
  const lengths = quick ? QUICK.lengths : LENGTHS;
  const decoders: readonly { readonly length: DraftersRow["length"]; readonly decoder: Decoder }[] = [
    { length: "plain", decoder: greedy() },
    ...lengths.map((length) => ({ length, decoder: speculative({ drafter: create(), draftLength: length }) })),
  ];
  const keyOf = (prompt: number, length: string | number): string => `${target.name}/${set}/${drafter}/${prompt}/${length}`;
  if (decoders.every(({ length }) => prompts.every((_, prompt) => context.isDone(keyOf(prompt, length))))) return;
  const maxNewTokens = quick ? QUICK.tokens : 96;
  const decode = async (decoder: Decoder, prompt: string) => {
    context.place.collectGarbage();
    const started = performance.now();
    const result = await generate(target.model, prompt, { decoder, maxNewTokens }).result;
    return { result, milliseconds: performance.now() - started };
  };
  for (const { decoder } of decoders) await decode(decoder, prompts.at(-1)!);
  for (const [index, prompt] of prompts.entries()) {
    const runs = decoders.map((): Awaited<ReturnType<typeof decode>>[] => []);
    for (let turn = 0; turn < context.pairs * decoders.length; turn++) {
      const place = (index + turn + Math.floor(turn / decoders.length)) % decoders.length;
      runs[place]!.push(await decode(decoders[place]!.decoder, prompt));
    }
    for (const [place, { length }] of decoders.entries()) {
      const { tokens, statistics } = runs[place]!.at(-1)!.result;
      const { targetPasses: passes, passesByModel, drafted, accepted } = statistics;
      const draftModelPasses = Object.values(passesByModel.draft).reduce((total, count) => total + count, 0);
      yield {
        key: keyOf(index, length),
        target: target.name,
        set,
        drafter,
        length,
        prompt: index,
        tokens: tokens.length,
        passes,
        draftModelPasses,
        drafted,
        accepted,
        milliseconds: median(runs[place]!.map(({ milliseconds }) => milliseconds)),
        digest: digestOf(tokens),
      };
    }
  }
}

/** Checks that padding does not change the model's greedy tokens. */
async function checkSameTokens(small: LanguageModel, padded: LanguageModel): Promise<void> {
  for (const prompt of OPENINGS.slice(0, 4)) {
    const options = { decoder: greedy(), maxNewTokens: 48 };
    const [expected, actual] = [await generate(small, prompt, options).result, await generate(padded, prompt, options).result];
    if (expected.tokens.join() !== actual.tokens.join()) throw new Error(`The padded model produces different tokens after "${prompt}".`);
  }
}
