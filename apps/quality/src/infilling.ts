import { type Decoder, type LanguageModel, type TokenId } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { infill, reopenDoubted } from "@decodekit/refinement";
import { measuredRun } from "./measured-run.ts";
import type { Row } from "./report.ts";
import { natsOf } from "./stories.ts";

/** A story with a sentence cut out. */
interface Gap {
  readonly prefix: Int32Array;
  readonly sentence: Int32Array;
  readonly suffix: Int32Array;
}

const LONGEST_SUFFIX = 48;
const LONGEST_SENTENCE = 20;

/** Nats per token of the true text after the gap, given what a decoder has filled it with. */
export async function measureInfilling(model: LanguageModel, stories: readonly string[], count: number): Promise<Row[]> {
  const gaps = stories.flatMap((story) => gapOf(model, story) ?? []).slice(0, count);
  const length = ({ sentence }: Gap): number => sentence.length;
  const ways: readonly (readonly [name: string, family: Row["family"], make: (gap: Gap) => Decoder | undefined])[] = [
    ["the sentence that was cut out", "reference", () => undefined],
    ["greedy, cannot see what follows", "reference", () => greedy()],
    ["infill, its length told", "refine", (gap) => infill({ suffix: gap.suffix, length: length(gap) })],
    [
      "infill, half as many steps",
      "refine",
      (gap) => infill({ suffix: gap.suffix, length: length(gap), steps: Math.ceil(length(gap) / 2) }),
    ],
    [
      "infill, reopening doubted",
      "refine",
      (gap) => infill({ suffix: gap.suffix, length: length(gap), revise: reopenDoubted({ threshold: 0.3 }), steps: 2 * length(gap) }),
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
      const run = decoder ? await measuredRun(decoder, model, gap.prefix, limits) : given([...gap.sentence]);
      nats += await natsOf(model, Int32Array.of(...gap.prefix, ...run.tokens), [...gap.suffix]);
      read += gap.suffix.length;
      runs.push(run);
    }
    rows.push({ name, family, runs, quality: { "nats/token of what follows": nats / read } });
  }
  return rows;
}

function given(tokens: readonly TokenId[]): Row["runs"][number] {
  return { tokens, stopped: false, passes: 0, rows: 0, revisions: 0 };
}

/** Cuts out the sentence in the middle; nothing where there is none of fitting length. */
function gapOf({ tokenizer }: LanguageModel, story: string): Gap | undefined {
  const sentences = story.match(/[^.!?]+[.!?]+["']?/g) ?? [];
  const middle = sentences.length >> 1;
  if (middle < 1 || middle + 1 >= sentences.length) return undefined;
  const begin = tokenizer.encode("").length;
  const [prefix, sentence, suffix] = [sentences.slice(0, middle), sentences.slice(middle, middle + 1), sentences.slice(middle + 1)].map(
    (part) => tokenizer.encode(part.join("")),
  );
  if (sentence!.length - begin > LONGEST_SENTENCE) return undefined;
  return { prefix: prefix!, sentence: sentence!.subarray(begin), suffix: suffix!.subarray(begin, begin + LONGEST_SUFFIX) };
}
