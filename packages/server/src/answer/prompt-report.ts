import { logSoftmax } from "@decodekit/core";
import { topK } from "@decodekit/core/toolkit";
import type { ServedModel } from "../served-models.ts";
import type { ReportedToken } from "./token-report.ts";

/** Number of rows that are held at a time. */
const ROWS = 32;

/**
 * Returns the tokens of a prompt, each with its log-probability after those before it and its `count` alternatives; the first has none. It
 * costs one reading of the prompt, which a prefix cache keeps.
 */
export async function reportedPrompt(
  { causal }: ServedModel,
  prompt: Int32Array,
  { count, signal }: { readonly count: number; readonly signal: AbortSignal },
): Promise<readonly ReportedToken[]> {
  const reported: ReportedToken[] = [{ token: prompt[0]!, logProbability: NaN, alternatives: [] }];
  const session = await causal.createSession();
  try {
    for (let start = 0; start < prompt.length - 1; start += ROWS) {
      const tokens = prompt.subarray(start, Math.min(start + ROWS, prompt.length - 1));
      const logits = await session.forward(tokens, { rows: "all", signal });
      for (let row = 0; row < tokens.length; row++) {
        const values = logSoftmax(logits.row(row));
        const token = prompt[start + row + 1]!;
        const alternatives = count === 0 ? [] : topK(values, count);
        reported.push({
          token,
          logProbability: values[token]!,
          alternatives: alternatives.map((each) => ({ token: each, logProbability: values[each]! })),
        });
      }
    }
    return reported;
  } finally {
    await session.dispose();
  }
}
