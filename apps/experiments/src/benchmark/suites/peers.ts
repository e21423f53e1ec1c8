import { bareLoop } from "../contenders/bare-loop.ts";
import { decodekit, decodekitLookup } from "../contenders/decodekit.ts";
import { defineSuite } from "../suite.ts";
import { readPrompts, taskPrompts } from "./prompts.ts";
import { type DecodeCase, timedDecodes } from "./timed-decodes.ts";

const QUICK = { tokens: 4, prompts: 2 };
/** Prompts that a contender decodes before the next one takes its turn: one of each kind. */
const BLOCKS = 3;

/** Greedy decoding of the chat tasks, with decodekit and with other programs. */
export const peers = defineSuite({
  name: "peers",
  where: ["native", "wasm", "chromium"],
  per: "file",
  pairs: 1,
  async *run(context) {
    const { quick, tokens, prompts: perKind } = context.settings;
    const maxNewTokens = quick ? QUICK.tokens : tokens;
    const choice = { perKind: quick ? 1 : perKind, maxNewTokens };
    const { prompts, stopTokens } = await readPrompts(context.place, (model) => taskPrompts(model, choice));
    const cases = prompts.slice(0, quick ? QUICK.prompts : undefined).map(({ task, kind, ...prompt }): DecodeCase => {
      return { name: String(task), prompt, limits: { maxNewTokens, stopTokens }, labels: { task, kind } };
    });
    const blocks = Array.from({ length: BLOCKS }, (_, block) => cases.filter(({ labels }) => labels!.task! % BLOCKS === block));
    const rounds = Array.from({ length: context.pairs }, () => blocks).flat();
    yield* timedDecodes(
      context,
      [decodekit, decodekitLookup, bareLoop, ...context.peers],
      rounds.filter((block) => block.length > 0),
    );
  },
});
