import type { CausalModel, TokenId } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import type { RemoteModel } from "@decodekit/remote";
import { expect, test } from "vitest";

/** A server that was started, and how to end and start it again at the same address. */
interface StartedEngine {
  readonly pid: number;
  kill(): Promise<void>;
}

export interface FaultCase {
  /** Connects anew, with few retries for a short test. */
  connect(options: { readonly retries?: number; readonly timeoutMilliseconds?: number }): Promise<RemoteModel>;
  /** The engine that runs now. */
  engine(): StartedEngine;
  /** Starts it again at the same address. */
  restart(): Promise<void>;
  readonly prompt: Int32Array;
}

const MAX_NEW_TOKENS = 24;

const textOf = async (
  causal: CausalModel,
  prompt: Int32Array,
  onToken?: (count: number) => void,
  signal?: AbortSignal,
): Promise<TokenId[]> => {
  const tokens: TokenId[] = [];
  for await (const event of greedy().decode({ causal }, prompt, { maxNewTokens: MAX_NEW_TOKENS, signal })) {
    if (event.type !== "tokens-commit") continue;
    tokens.push(...event.tokens);
    onToken?.(tokens.length);
  }
  return tokens;
};

/** Registers tests in which the server fails while it is used. */
export function testEngineFaults(given: FaultCase): void {
  test("a server that is killed and started again in the middle of a text changes nothing of it", async () => {
    const model = await given.connect({ retries: 30 });
    const expected = await textOf(model, given.prompt);
    let restarted: Promise<void> | undefined;
    const text = await textOf(model, given.prompt, (count) => {
      if (count === 8)
        restarted = given
          .engine()
          .kill()
          .then(() => given.restart());
    });
    await restarted;
    expect(text).toEqual(expected);
    expect(model.usage().failures).toBeGreaterThan(0);
  });

  test("a server that stops for a while is waited for, and one that takes too long is an error, after which the session goes on", async () => {
    const model = await given.connect({ retries: 0, timeoutMilliseconds: 3000 });
    await using session = await model.createSession();
    await session.forward(given.prompt, { reads: { top: 1 } });
    const { pid } = given.engine();
    process.kill(pid, "SIGSTOP");
    const late = session.forward(given.prompt.slice(0, 1), { reads: { top: 1 } });
    setTimeout(() => process.kill(pid, "SIGCONT"), 1000);
    await late;
    process.kill(pid, "SIGSTOP");
    const failure = session.forward(given.prompt.slice(0, 1), { reads: { top: 1 } });
    await expect(failure).rejects.toMatchObject({ code: "REMOTE", reason: "timeout" });
    process.kill(pid, "SIGCONT");
    expect(session.length).toBe(given.prompt.length + 1);
    await session.forward(given.prompt.slice(0, 1), { reads: { top: 1 } });
  });

  test("an abort ends a decode within one pass, and the next one works", async () => {
    const model = await given.connect({});
    const controller = new AbortController();
    const tokens = await textOf(model, given.prompt, (count) => count === 5 && controller.abort(), controller.signal);
    expect(tokens).toHaveLength(5);
    expect(await textOf(model, given.prompt)).toHaveLength(MAX_NEW_TOKENS);
  });
}
