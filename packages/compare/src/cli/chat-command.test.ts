import type { ChatMessage } from "@decodekit/core";
import { interceptPasses } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import type { LoadModel } from "../load-models.ts";
import { alphabet, decodekit } from "./run-for-tests.ts";

const textOf = ({ content }: ChatMessage): string => (typeof content === "string" ? content : "");

/** Returns a loader of the alphabet model with a chat template, and the conversations that it was given. */
function chatty(): { readonly load: LoadModel; readonly conversations: (readonly ChatMessage[])[]; readonly open: () => number } {
  const conversations: (readonly ChatMessage[])[] = [];
  let open = 0;
  const load: LoadModel = async () => {
    open++;
    const model = alphabet();
    const render = (messages: readonly ChatMessage[]): string => messages.map(textOf).join("");
    const encode = (messages: readonly ChatMessage[]): Int32Array => {
      conversations.push(messages);
      return model.tokenizer.encode(render(messages));
    };
    return { ...model, chat: { names: ["default"], render, encode }, dispose: async () => void open-- };
  };
  return { load, conversations, open: () => open };
}

const chat = (...flags: readonly string[]): string[] => ["chat", "--max-new-tokens", "3", ...flags];

describe("decodekit chat", () => {
  test("answers line by line, with all earlier messages, and frees the model", async () => {
    const { load, conversations, open } = chatty();
    const { exitCode, stdout, stderr } = await decodekit(chat("--system", "z"), { load, input: ["abc", "", "  x "] });
    expect([exitCode, stdout]).toEqual([0, "def\nyza\n"]);
    expect(conversations.at(-1)).toEqual([
      { role: "system", content: "z" },
      { role: "user", content: "abc" },
      { role: "assistant", content: "def" },
      { role: "user", content: "x" },
    ]);
    expect(stderr).toMatch(/^3 tokens in 3 passes, .*first after \d+ ms, cut at the limit$/m);
    expect(open()).toBe(0);
  });

  test("says if drafts are not verified exactly on the model", async () => {
    const { load } = chatty();
    const inEightBits: LoadModel = async (...args) => {
      const model = await load(...args);
      const causal = { ...model.causal!, capabilities: { ...model.causal!.capabilities, rowConsistency: "approximate" as const } };
      return { ...model, causal };
    };
    const flags = chat("--decoder", "speculative:drafter=suffix,draftLength=2");
    const { stderr } = await decodekit(flags, { load: inEightBits, input: ["/decoder greedy", "/decoder"] });
    const note = "speculative is not lossless here, because this file computes with activations of 8 bits: the text can part from plain";
    expect(stderr.split("\n").filter((line) => line.includes("lossless"))).toEqual([expect.stringContaining(note)]);
    expect((await decodekit(flags, { load, input: ["/decoder"] })).stderr).not.toContain("lossless");
  });

  test("reads only what is new in a conversation, and says so", async () => {
    const read: number[] = [];
    const load: LoadModel = async (source, options) => {
      const model = await chatty().load(source, options);
      return {
        ...model,
        causal: interceptPasses(model.causal!, ({ tokens, run }) => {
          read.push(tokens.length);
          return run();
        }),
      };
    };
    const { stdout, stderr } = await decodekit(chat("--system", "z"), { load, input: ["abc", "x", "/reset", "abd"] });
    expect(stdout).toBe("def\nyza\nefg\n");
    // The last token of an answer is not read, until it is part of the next prompt.
    expect(read).toEqual([4, 1, 1, 2, 1, 1, 1, 1, 1]);
    expect(stderr.match(/first after \d+ ms.*$/gm)!.map((line) => line.replace(/.* ms, /, ""))).toEqual([
      "cut at the limit",
      "6 of 8 prompt tokens reused, cut at the limit",
      "3 of 4 prompt tokens reused, cut at the limit",
    ]);
  });

  test("switches the decoder in the middle, and refuses what there is not or what the model cannot run", async () => {
    const { load, conversations } = chatty();
    const input = [
      "a",
      "/decoder speculative:drafter=suffix,draftLength=2",
      "/decoder",
      "b",
      "/decoder nothing",
      "/decoder speculative:drafter=draft-model",
      "c",
    ];
    const { exitCode, stdout, stderr } = await decodekit(chat(), { load, input });
    expect([exitCode, stdout]).toEqual([0, "bcd\ncde\ndef\n"]);
    expect(stderr.match(/^speculative drafter=suffix, draftLength=2.*$/gm)).toHaveLength(2);
    expect(stderr).toContain("error: decoder nothing: decoder must be ");
    expect(stderr).toContain("error: decoder speculative:drafter=draft-model: alphabet has no draft model, which this decoder requires.");
    expect(conversations.at(-1)).toHaveLength(5);
  });

  test("begins again at /reset and /system, ends at /exit, and explains itself", async () => {
    const { load, conversations } = chatty();
    const input = ["a", "/reset", "b", "/system y", "c", "/system", "d", "/help", "/what", "/exit", "e"];
    const { stdout, stderr } = await decodekit(chat("--system", "z"), { load, input });
    expect(stdout).toBe("bcd\ncde\ndef\nefg\n");
    expect(conversations.map((messages) => messages.map(textOf).join(" "))).toEqual(["z a", "z b", "y c", "d"]);
    expect(stderr).toContain("/decoder [name[:key=value,…]]  switch the decoder");
    expect(stderr).toContain("error: there is no /what; /help lists what there is.");
  });

  test("Ctrl-C stops the answer and not the program; what was said stays", async () => {
    const { load, conversations } = chatty();
    let interrupted = false;
    const slow: LoadModel = async (source, options) => {
      const model = await load(source, options);
      const { causal } = model;
      return {
        ...model,
        causal: {
          ...causal!,
          async createSession() {
            const session = await causal!.createSession();
            const forward = session.forward.bind(session);
            return Object.assign(session, {
              forward: async (...args: Parameters<typeof forward>) => {
                if (session.length > 2 && !interrupted) {
                  interrupted = true;
                  interrupt();
                }
                return forward(...args);
              },
            });
          },
        },
      };
    };
    let interrupt = (): void => undefined;
    const { exitCode, stdout, stderr } = await decodekit(["chat", "--max-new-tokens", "9"], {
      load: slow,
      input: ["ab", "x"],
      onStderr: (_, now) => (interrupt = now),
    });
    expect(exitCode).toBe(0);
    expect(stdout).toBe("cd\nyzabcdefg\n");
    expect(stderr).toContain("stopped");
    expect(conversations.at(-1)!.map(({ content }) => content)).toEqual(["ab", "cd", "x"]);
  });

  test("a model without a chat template is a usage error", async () => {
    const { exitCode, stderr } = await decodekit(chat(), { input: ["a"] });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error: --model: alphabet has no chat template. Name a model that was trained for conversations.");
  });
});
