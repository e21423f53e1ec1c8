import { seededRandom } from "@decodekit/core";
import type { BenchmarkPrompt, Contender, DecodeLimits, OpenContender } from "../contenders/contender.ts";
import { MissingPeerError } from "../contenders/contender.ts";
import type { DecodeRow, MissingRow } from "../rows.ts";
import { chosenOf, type SuiteContext } from "../suite.ts";

/** A prompt to decode, and what its row says of it. */
export interface DecodeCase {
  /** Different for each case of a round. */
  readonly name: string;
  readonly prompt: BenchmarkPrompt;
  readonly limits: DecodeLimits;
  readonly labels?: Pick<DecodeRow, "task" | "kind">;
}

const WARM_UP_TOKENS = 4;
const WARM_UP_PROMPT_TOKENS = 16;

/**
 * Decodes the cases of each round with every contender, in random order. Each contender loads the model, decodes a few tokens that do not
 * count, decodes all cases of the round and frees the model, because the threads of another loaded model would wait busily beside it.
 * Rows that an earlier run left are not measured again.
 */
export async function* timedDecodes(
  context: SuiteContext,
  contenders: readonly Contender[],
  rounds: readonly (readonly DecodeCase[])[],
): AsyncGenerator<DecodeRow | MissingRow> {
  for (const [round, cases] of rounds.entries()) {
    for (const contender of shuffled(chosenOf(context.settings, contenders), round)) {
      const left = cases.filter(({ name }) => !context.isDone(keyOf(contender, round, name)));
      if (left.length === 0) continue;
      let open: OpenContender;
      try {
        open = await contender.open(context.place);
      } catch (error) {
        if (!(error instanceof MissingPeerError)) throw error;
        yield { key: `${contender.name}/missing`, contender: contender.name, missing: error.message };
        continue;
      }
      try {
        await open.decode(beginningOf(left[0]!.prompt), { maxNewTokens: WARM_UP_TOKENS, stopTokens: [] });
        for (const each of left) yield { ...(await timedDecode(context, open, each)), ...labelsOf(contender, round, each) };
      } finally {
        await open.close();
      }
    }
  }
}

async function timedDecode(
  { place }: SuiteContext,
  open: OpenContender,
  { prompt, limits }: DecodeCase,
): Promise<Pick<DecodeRow, "promptTokens" | "tokens" | "firstTokenMilliseconds" | "milliseconds" | "digest">> {
  // A loop that never yields leaves its garbage to the next run.
  await new Promise((resolve) => setTimeout(resolve));
  place.collectGarbage();
  return { promptTokens: prompt.tokens.length, ...(await open.decode(prompt, limits)) };
}

function labelsOf(contender: Contender, round: number, { name, labels }: DecodeCase): Pick<DecodeRow, "key" | "contender" | "round"> {
  return { key: keyOf(contender, round, name), contender: contender.name, round, ...labels };
}

function keyOf(contender: Contender, round: number, name: string): string {
  return `${contender.name}/${round}/${name}`;
}

function beginningOf({ tokens, text }: BenchmarkPrompt): BenchmarkPrompt {
  return { tokens: tokens.slice(0, WARM_UP_PROMPT_TOKENS), text: text.slice(0, 4 * WARM_UP_PROMPT_TOKENS) };
}

/** Returns the items in an order that `seed` decides. */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = seededRandom(seed);
  return items
    .map((item) => ({ item, place: random.uniform() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
