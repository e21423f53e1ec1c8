import type { Decoder, LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { infill, remaskDoubted } from "@decodekit/refinement";
import { measuredRun, withoutDecode } from "../measure/measured-run.ts";
import type { Row } from "../measure/report.ts";
import { natsOf } from "./stories.ts";

/** A story without one of its sentences, and that sentence. */
interface Gap {
  readonly prefix: Int32Array;
  readonly sentence: Int32Array;
  readonly suffix: Int32Array;
}

const MAX_SUFFIX_TOKENS = 48;
const MAX_SENTENCE_TOKENS = 20;

/** Measures the nats per token of the true text after the gap, given each decoder's fill. */
export async function measureInfilling(model: LanguageModel, stories: readonly string[], count: number): Promise<Row[]> {
  const gaps = stories.flatMap((story) => gapOf(model, story) ?? []).slice(0, count);
  const length = ({ sentence }: Gap): number => sentence.length;
  const ways: readonly (readonly [name: string, family: Row["family"], make: (gap: Gap) => Decoder | undefined])[] = [
    ["the removed sentence", "reference", () => undefined],
    ["greedy, without the suffix", "reference", () => greedy()],
    ["infill, given the length", "refine", (gap) => infill({ suffix: gap.suffix, length: length(gap) })],
    [
      "infill, half as many steps",
      "refine",
      (gap) => infill({ suffix: gap.suffix, length: length(gap), steps: Math.ceil(length(gap) / 2) }),
    ],
    [
      "infill, remasking doubted",
      "refine",
      (gap) => infill({ suffix: gap.suffix, length: length(gap), revise: remaskDoubted({ threshold: 0.3 }), steps: 2 * length(gap) }),
    ],
  ];
  const rows: Row[] = [];
  for (const [name, family, make] of ways) {
    const runs = [];
    let nats = 0;
    let read = 0;
    for (const gap of gaps) {
      const decoder = make(gap);
      const limits = { maxNewTokens: length(gap), stopTokens: decoder?.name === "greedy" ? model.stopTokens : [] };
      const run = decoder ? await measuredRun(decoder, model, gap.prefix, limits) : withoutDecode([...gap.sentence]);
      nats += await natsOf(model, Int32Array.of(...gap.prefix, ...run.tokens), [...gap.suffix]);
      read += gap.suffix.length;
      runs.push(run);
    }
    rows.push({ name, family, runs, quality: { "nats/token of the suffix": nats / read } });
  }
  return rows;
}

/** Removes the middle sentence; undefined if it is too long or the story too short. */
function gapOf({ tokenizer }: LanguageModel, story: string): Gap | undefined {
  const sentences = story.match(/[^.!?]+[.!?]+["']?/g) ?? [];
  const middle = sentences.length >> 1;
  if (middle < 1 || middle + 1 >= sentences.length) return undefined;
  const [prefix, sentence, suffix] = [sentences.slice(0, middle), sentences.slice(middle, middle + 1), sentences.slice(middle + 1)].map(
    (part, index) => tokenizer.encode(part.join(""), { addSpecialTokens: index === 0 }),
  );
  if (sentence!.length > MAX_SENTENCE_TOKENS) return undefined;
  return { prefix: prefix!, sentence: sentence!, suffix: suffix!.subarray(0, MAX_SUFFIX_TOKENS) };
}
