import type { Contender } from "../contenders/contender.ts";
import type { DecodeRow } from "../rows.ts";
import type { SuiteContext } from "../suite.ts";
import { promptsOfLength, readPrompts } from "./prompts.ts";
import { type DecodeCase, timedDecodes } from "./timed-decodes.ts";

export interface LengthPlan {
  readonly contenders: readonly Contender[];
  /** Prompt lengths in tokens. Those that the model cannot hold are left out. */
  readonly lengths: readonly number[];
  readonly newTokens: number;
}

const QUICK_NEW_TOKENS = 4;

/** Returns the `run` of a suite that decodes after prompts of given lengths, always to the same number of new tokens. */
export function lengthSuite({ contenders, lengths, newTokens }: LengthPlan): (context: SuiteContext) => AsyncGenerator<DecodeRow> {
  return async function* run(context) {
    const { quick } = context.settings;
    const maxNewTokens = quick ? Math.min(QUICK_NEW_TOKENS, newTokens) : newTokens;
    const { prompts } = await readPrompts(context.place, (model, contextLength) => {
      const possible = lengths.filter((length) => length + newTokens <= contextLength);
      return promptsOfLength(model, quick ? possible.slice(0, 1) : possible);
    });
    const cases = prompts.map((prompt): DecodeCase => {
      return { name: String(prompt.tokens.length), prompt, limits: { maxNewTokens, stopTokens: [] } };
    });
    const rounds = Array.from({ length: context.pairs }, () => cases);
    // Only peers can be missing.
    yield* timedDecodes(context, contenders, rounds) as AsyncGenerator<DecodeRow>;
  };
}
