import { builtInDecoders, parseDecoder } from "@decodekit/compare";
import { type DecodeEvent, generate } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { puzzles, stories, storiesDraft } from "@decodekit/tiny-models";
import { foldLane } from "../../../compare/src/trace/fold.ts";
import type { TracedEvent } from "../../../compare/src/trace/trace.ts";

/** What a page asks for. */
export interface RunRequest {
  readonly model: "stories" | "puzzles";
  readonly prompt: string;
  /** Decoders as on the command line: "speculative:drafter=suffix". */
  readonly decoders: readonly string[];
  readonly tokens: number;
  readonly seed: number;
}

/** A run to show: what each decoder had after each pass. */
export interface RecordedLane {
  readonly decoder: string;
  readonly title: string;
  readonly text: string;
  /** Texts of the tokens that occur, by id. */
  readonly texts: Readonly<Record<number, string>>;
  /** After each pass, for each position: the token and its state, or null if nothing is shown there. */
  readonly frames: readonly Frame[];
}

interface Frame {
  /** Passes so far of the model, and of its draft model. */
  readonly passes: readonly [target: number, draft: number];
  readonly cells: readonly (readonly [token: number, state: string] | null)[];
}

type Models = readonly [model: OnnxLanguageModel, draft: OnnxLanguageModel | undefined];

const FILES = { stories: [stories, storiesDraft], puzzles: [puzzles, undefined] } as const;
const loaded = new Map<string, Promise<Models>>();

/** Loads a model and its draft model once for all pages of a build. */
function modelsOf(name: RunRequest["model"]): Promise<Models> {
  let models = loaded.get(name);
  if (!models) {
    const [main, draft] = FILES[name];
    const options = { execution: "wasm", threads: 1 } as const;
    models = (async () => [await loadModel(main, options), draft && (await loadModel(draft, options))] as const)();
    loaded.set(name, models);
  }
  return models;
}

/** Runs each decoder of `request` when the site is built. */
export async function recordRun(request: RunRequest): Promise<readonly RecordedLane[]> {
  const lanes: RecordedLane[] = [];
  for (const specification of request.decoders) lanes.push(await recordLane(specification, request));
  return lanes;
}

async function recordLane(specification: string, { model: name, prompt, tokens, seed }: RunRequest): Promise<RecordedLane> {
  const [model, draft] = await modelsOf(name);
  const { decoder } = parseDecoder(specification, builtInDecoders, model);
  const plugin = builtInDecoders.find(({ name: each }) => specification.split(":")[0] === each)!;
  const generation = generate(model, prompt, {
    decoder,
    maxNewTokens: tokens,
    seed,
    ...(decoder.requires.includes("draft") && { draft }),
  });
  const events: TracedEvent[] = [];
  for await (const event of generation.events) events.push({ event, milliseconds: events.length });
  const { text } = await generation.result;
  const frames = framesOf(events, model.masked?.maskTokenId);
  const ids = new Set(frames.flatMap((frame) => frame.cells.flatMap((cell) => (cell ? [cell[0]] : []))));
  const space = model.tokenizer.encode("a").at(-1)!;
  const spell = (id: number): string =>
    id === model.masked?.maskTokenId
      ? "▢"
      : model.tokenizer.decode(Int32Array.of(space, id)).slice(model.tokenizer.decode(Int32Array.of(space)).length);
  return {
    decoder: specification,
    title: plugin.title,
    text,
    texts: Object.fromEntries([...ids].map((id) => [id, spell(id)])),
    frames,
  };
}

/** What is shown after each pass: its events, up to the next pass. */
function framesOf(events: readonly TracedEvent[], maskTokenId: number | undefined): readonly Frame[] {
  const isPass = ({ event }: { readonly event: DecodeEvent }): boolean => event.type === "forward-end";
  const ends = events.flatMap((traced, index) => (isPass(traced) ? [index] : [])).slice(1);
  return [...ends, events.length].map((count) => {
    const { cells, statistics } = foldLane(events, maskTokenId, { count });
    const all = Object.values(statistics.passes).reduce((sum, each) => sum + each, 0);
    return {
      passes: [statistics.targetPasses, all - statistics.targetPasses] as const,
      cells: Array.from(cells, (cell) => (cell ? ([cell.token, cell.isFinal ? `${cell.state} final` : cell.state] as const) : null)),
    };
  });
}
