import { generate, type DecodeEvent, type Decoder } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { makeLane } from "../src/lab/decoders.ts";
import { withTokens } from "../src/lab/infill-plugin.ts";
import { embeddedModels } from "../src/lab/models.ts";
import { scoreTokens } from "../src/lab/score-tokens.ts";
import { type TokenTexts, tokenTexts } from "../src/lab/token-texts.ts";
import type { Settings } from "../src/url/settings.ts";
import type { LaneTrace, TracedEvent } from "../src/trace/trace.ts";
import { writeTrace } from "../src/trace/trace-file.ts";

interface RecordingModel {
  readonly model: OnnxLanguageModel;
  readonly draft: OnnxLanguageModel | undefined;
  readonly texts: TokenTexts;
}

/** The embedded models, each loaded on first use. */
export interface RecordingModels {
  readonly get: (name: string) => Promise<RecordingModel>;
  readonly dispose: () => Promise<void>;
}

const OPTIONS = { execution: "wasm", threads: 1 } as const;

export function recordingModels(): RecordingModels {
  const loaded = new Map<string, Promise<RecordingModel>>();
  const load = async (name: string): Promise<RecordingModel> => {
    const found = embeddedModels.find((each) => each.name === name);
    if (!found) throw new Error(`There is no embedded model "${name}". Use one of ${embeddedModels.map((each) => each.name).join(", ")}.`);
    const model = await loadModel(found.files, OPTIONS);
    const draft = found.draft && (await loadModel(found.draft, OPTIONS));
    return { model, draft, texts: tokenTexts((tokens) => model.tokenizer.decode(tokens), model.tokenizer.encode("a").at(-1)!) };
  };
  return {
    get(name) {
      let model = loaded.get(name);
      if (!model) loaded.set(name, (model = load(name)));
      return model;
    },
    async dispose() {
      for (const each of loaded.values()) {
        const { model, draft } = await each;
        await model.dispose();
        await draft?.dispose();
      }
    },
  };
}

/** Runs `settings` as the page does, and returns the content of the file that the page would save. */
export async function recordTrace(models: RecordingModels, { model: name, prompt, maxNewTokens, seed, lanes }: Settings): Promise<string> {
  const { model, draft, texts } = await models.get(name);
  const promptTokens = model.tokenizer.encode(prompt);
  const recorded: LaneTrace[] = [];
  for (const specification of lanes) {
    const { plugin, options = {} } = makeLane(specification);
    const decoder = plugin.create(await withTokens(plugin, options, (text) => model.tokenizer.encode(text, { addSpecialTokens: false })));
    const decode = (limit: number, onEvent: (event: TracedEvent) => void): ReturnType<typeof generate>["result"] =>
      generate(model, promptTokens, { decoder: recording(decoder, onEvent), draft, maxNewTokens: limit, seed }).result;
    await decode(8, () => undefined);
    const events: TracedEvent[] = [];
    const { text, finishReason, statistics, tokens } = await decode(maxNewTokens, (event) => events.push(event));
    const scores = await scoreTokens(model.causal, promptTokens, tokens);
    await texts.learn([
      ...promptTokens,
      ...events.flatMap(({ event }) => tokensOf(event)),
      ...scores.flatMap(({ candidates }) => candidates.map(({ token }) => token)),
    ]);
    recorded.push({ specification, title: plugin.title, options, seed, events, result: { text, finishReason, statistics }, scores });
  }
  const { execution, parameters, causal, masked } = model;
  return writeTrace({
    model: {
      name: model.name,
      execution,
      parameters,
      vocabSize: causal.vocabSize,
      roles: masked ? ["causal", "masked"] : ["causal"],
      maskTokenId: masked?.maskTokenId,
      rowConsistency: causal.capabilities.rowConsistency,
    },
    prompt,
    promptTokens: [...promptTokens],
    maxNewTokens,
    vocabulary: new Map([...texts.known].filter(([token]) => isUsed(token, promptTokens, recorded))),
    lanes: recorded,
  });
}

/** Returns the same decoder, which also reports each event and the milliseconds spent inside the decoder so far. */
function recording(decoder: Decoder, onEvent: (event: TracedEvent) => void): Decoder {
  return {
    ...decoder,
    async *decode(...input) {
      const events = decoder.decode(...input);
      let milliseconds = 0;
      try {
        for (;;) {
          const started = performance.now();
          const next = await events.next();
          milliseconds += performance.now() - started;
          if (next.done) return;
          onEvent({ event: next.value, milliseconds });
          yield next.value;
        }
      } finally {
        await events.return();
      }
    },
  };
}

function isUsed(token: number, prompt: Int32Array, lanes: readonly LaneTrace[]): boolean {
  if (prompt.includes(token)) return true;
  return lanes.some(
    ({ events, scores }) =>
      events.some(({ event }) => tokensOf(event).includes(token)) ||
      scores?.some(({ candidates }) => candidates.some((each) => each.token === token)),
  );
}

function tokensOf(event: DecodeEvent): readonly number[] {
  return "tokens" in event ? [...event.tokens] : [];
}
