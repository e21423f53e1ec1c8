import { compileConstraint, regex } from "@decodekit/constraints";
import { type Decoder, generate, type LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { infill, remaskDoubted } from "@decodekit/refinement";
import { topP } from "@decodekit/top-p";
import { withoutDecode, measuredRun } from "../measure/measured-run.ts";
import type { Row } from "../measure/report.ts";
import { natsOf } from "./stories.ts";

/** The beginning of a story, and its next sentence, whose last word is required. */
interface Ending {
  readonly prefix: Int32Array;
  readonly prefixText: string;
  /** The sentence up to its last word. */
  readonly head: Int32Array;
  /** The last word with the full stop. */
  readonly ending: Int32Array;
  readonly endingText: string;
  /** Number of words before the last one. */
  readonly words: number;
}

const MIN_WORDS = 4;
const MAX_WORDS = 14;

/**
 * Measures sentences that must end in a given word: nats per token of the whole sentence, and of the last word alone, under the causal model.
 * A sentence that does not lead to its last word makes that word unlikely.
 */
export async function measureEndings(model: LanguageModel, stories: readonly string[], count: number): Promise<Row[]> {
  const endings = stories.flatMap((story) => endingOf(model, story) ?? []).slice(0, count);
  const rows: Row[] = [];
  const add = async (name: string, family: Row["family"], write: (ending: Ending, seed: number) => Promise<Row["runs"][number]>) => {
    const runs = [];
    let nats = 0;
    let lastWord = 0;
    for (const [seed, ending] of endings.entries()) {
      const run = await write(ending, seed);
      const before = Int32Array.of(...ending.prefix, ...run.tokens);
      const ofWord = await natsOf(model, before, [...ending.ending]);
      nats += ((await natsOf(model, ending.prefix, run.tokens)) + ofWord) / (run.tokens.length + ending.ending.length);
      lastWord += ofWord;
      runs.push(run);
    }
    const quality = { "nats/token of the sentence": nats / endings.length, "nats of its last word": lastWord / endings.length };
    const [first] = endings;
    rows.push({ name, family, runs, quality, example: `${model.tokenizer.decode(Int32Array.from(runs[0]!.tokens))}${first!.endingText}` });
  };
  await add("the true sentence", "reference", async ({ head }) => withoutDecode([...head]));
  await add("greedy, then the word", "reference", (ending) => unconstrained(model, ending, greedy()));
  await add("greedy, constrained to end in the word", "reference", (ending) => constrained(model, ending, greedy(), 0));
  await add("top-p, constrained to end in the word", "reference", (ending, seed) => constrained(model, ending, topP({ p: 0.9 }), seed));
  const fill = (options: Partial<Parameters<typeof infill>[0]>) => (ending: Ending) => {
    const decoder = infill({ suffix: ending.ending, length: ending.head.length, ...options });
    return measuredRun(decoder, model, ending.prefix, { maxNewTokens: ending.head.length });
  };
  await add("infill", "refine", fill({}));
  await add("infill, remasking doubted", "refine", fill({ revise: remaskDoubted({ threshold: 0.3 }), steps: 2 * MAX_WORDS }));
  await add("infill, any length up to 4 tokens shorter or longer", "refine", (ending) => {
    const { length } = ending.head;
    return fill({ length: { minimum: Math.max(2, length - 4), maximum: length + 4 } })(ending);
  });
  return rows;
}

/** As many tokens as the true sentence has before its last word, with no regard to it. */
function unconstrained(model: LanguageModel, { prefix, head }: Ending, decoder: Decoder): Promise<Row["runs"][number]> {
  return measuredRun(decoder, model, prefix, { maxNewTokens: head.length });
}

/** A sentence of as many words as the true one, whose last word is forced by a constraint. */
async function constrained(model: LanguageModel, ending: Ending, decoder: Decoder, seed: number): Promise<Row["runs"][number]> {
  const pattern = `( [A-Za-z']{1,10},?){${ending.words}}${ending.endingText.replaceAll(/[.!?]/g, String.raw`\$&`)}`;
  const processors = [compileConstraint(model, regex(pattern)).processor];
  const { tokens, statistics } = await generate(model, ending.prefixText, { decoder, processors, maxNewTokens: 80, seed }).result;
  const end = tokens.length - ending.ending.length;
  return { ...withoutDecode([...tokens.subarray(0, end)]), passes: statistics.targetPasses };
}

/** The sentence after the first one with a suitable length; undefined if there is none, or its tokens do not split before the last word. */
function endingOf({ tokenizer }: LanguageModel, story: string): Ending | undefined {
  const sentences = story.match(/[^.!?]+[.!?]+["']?/g) ?? [];
  for (const [index, sentence] of sentences.entries()) {
    const found = index > 0 && /^( [A-Za-z',]+)+?( [a-z]+\.)$/.exec(sentence);
    if (!found) continue;
    const endingText = found[2]!;
    const headText = sentence.slice(0, -endingText.length);
    const words = headText.split(" ").length - 1;
    if (words < MIN_WORDS || words > MAX_WORDS) continue;
    const prefixText = sentences.slice(0, index).join("");
    const [head, ending] = [headText, endingText].map((text) => tokenizer.encode(text, { addSpecialTokens: false }));
    return { prefix: tokenizer.encode(prefixText), prefixText, head: head!, ending: ending!, endingText, words };
  }
  return undefined;
}
