import { type CausalModel, type RandomSource, seededRandom, type Session } from "@decodekit/core";
import { expect } from "vitest";

export interface Walk {
  readonly model: CausalModel;
  readonly seed: number;
  readonly steps: number;
  /**
   * Whether sessions begin alike and do not ask for all rows, as a prefix cache needs in order to be of use. Empty sessions then read up to
   * 8 tokens that are 0 or 1. @defaultValue false
   */
  readonly beginAlike?: boolean;
  /** Checks the logits that a session returned after `tokens`. */
  readonly expectRow: (row: Float32Array, tokens: readonly number[], what: string) => void | Promise<void>;
}

/** A session, and the tokens that it should hold. */
interface Held {
  readonly session: Session;
  tokens: number[];
  tree: { readonly tokens: Int32Array; readonly parents: Int32Array } | undefined;
}

/**
 * Runs random calls on sessions: reading, rewinding, forking, reading trees, keeping paths, aborting, disposing. After any calls, and
 * whichever sessions share a cache, each row must be that of the tokens that the session should hold.
 */
export async function walkSessions({ model, seed, steps, beginAlike = false, expectRow }: Walk): Promise<void> {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random.uniform() * limit);
  const beginning = (): Int32Array => Int32Array.from({ length: 2 + below(7) }, () => below(2));
  const randomTokens = (count: number): Int32Array => Int32Array.from({ length: count }, () => below(model.vocabSize));
  let held: Held[] = [{ session: await model.createSession(), tokens: [], tree: undefined }];
  const log: string[] = [];

  const read = async (each: Held, tokens: Int32Array): Promise<void> => {
    const rows = beginAlike ? 1 + below(Math.min(2, tokens.length)) : tokens.length;
    const logits = await each.session.forward(tokens, { rows });
    const first = tokens.length - rows;
    for (let row = 0; row < rows; row++) {
      await expectRow(logits.row(row), [...each.tokens, ...tokens.subarray(0, first + row + 1)], log.join(", "));
    }
    each.tokens = [...each.tokens, ...tokens];
    each.tree = undefined;
  };
  const rewind = async (each: Held, length: number): Promise<void> => {
    await each.session.rewindTo(length);
    each.tokens = each.tokens.slice(0, length);
    each.tree = undefined;
  };
  const abort = async (each: Held): Promise<void> => {
    const controller = new AbortController();
    const pass = each.session.forward(beginAlike ? beginning() : randomTokens(2), { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(pass).rejects.toThrow("enough");
    each.tree = undefined;
  };

  for (let step = 0; step < steps; step++) {
    const index = below(held.length);
    const each = held[index]!;
    const { session, tokens } = each;
    const room = model.contextLength - tokens.length;
    const isEmpty = beginAlike && tokens.length === 0;
    const call = room < (beginAlike ? 8 : 6) ? "rewind" : pick(random, CALLS);
    log.push(`${call} ${index}`);
    if (call === "read") await read(each, isEmpty ? beginning() : randomTokens(1 + below(3)));
    else if (call === "rewind") await rewind(each, below(tokens.length + 1));
    else if (call === "fork" && held.length < 4) held.push({ ...each, session: await session.fork!(), tree: undefined });
    else if (call === "tree" && session.forwardTree) each.tree = await readTree(each, randomTree(random, model.vocabSize), expectRow);
    else if (call === "keep" && each.tree) await keepPath(each, pathTo(below(each.tree.tokens.length), each.tree.parents));
    else if (call === "abort") await abort(each);
    else if (call === "dispose" && held.length > 1) {
      await session.dispose();
      held = held.filter((other) => other !== each);
    }
    for (const other of held) expect(other.session.length, log.join(", ")).toBe(other.tokens.length);
  }
  for (const each of held) {
    log.push(`last row of a session that holds ${each.tokens.length}`);
    await read(each, randomTokens(1));
    await each.session.dispose();
  }
}

type Call = "read" | "rewind" | "fork" | "tree" | "keep" | "abort" | "dispose";
const CALLS: readonly Call[] = [
  "read",
  "read",
  "read",
  "rewind",
  "rewind",
  "fork",
  "fork",
  "tree",
  "tree",
  "keep",
  "keep",
  "abort",
  "dispose",
];

function pick(random: RandomSource, calls: readonly Call[]): Call {
  return calls[Math.floor(random.uniform() * calls.length)]!;
}

function randomTree(random: RandomSource, vocabSize: number): NonNullable<Held["tree"]> {
  const count = 1 + Math.floor(random.uniform() * 5);
  const parents = Int32Array.from({ length: count }, (_, node) => Math.floor(random.uniform() * (node + 1)) - 1);
  return { tokens: Int32Array.from({ length: count }, () => Math.floor(random.uniform() * vocabSize)), parents };
}

async function readTree(
  { session, tokens }: Held,
  tree: NonNullable<Held["tree"]>,
  expectRow: Walk["expectRow"],
): Promise<NonNullable<Held["tree"]>> {
  const logits = await session.forwardTree!(tree.tokens, tree.parents);
  for (let node = 0; node < tree.tokens.length; node++) {
    const path = Array.from(pathTo(node, tree.parents), (each) => tree.tokens[each]!);
    await expectRow(logits.row(node), [...tokens, ...path], `node ${node} of a tree`);
  }
  return tree;
}

async function keepPath(each: Held, path: Int32Array): Promise<void> {
  await each.session.keepPath!(path);
  each.tokens = [...each.tokens, ...Array.from(path, (node) => each.tree!.tokens[node]!)];
  each.tree = undefined;
}

function pathTo(node: number, parents: Int32Array): Int32Array {
  const path: number[] = [];
  for (let each = node; each !== -1; each = parents[each]!) path.unshift(each);
  return Int32Array.from(path);
}
