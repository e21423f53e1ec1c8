import { Writable } from "node:stream";
import { greedy } from "@decodekit/greedy";
import { afterEach, expect, test, vi } from "vitest";
import type { CompareProgress } from "../compare.ts";
import { progressDisplay } from "./progress.ts";

/** A stream that records what is written; a terminal if `members` make it one. */
function recorder(members: object = {}): { readonly stream: NodeJS.WriteStream; readonly text: () => string } {
  let text = "";
  const sink = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return { stream: Object.assign(sink, members) as unknown as NodeJS.WriteStream, text: () => text };
}

const decoder = { decoder: greedy(), options: { p: 1 } };
const at = (changes: Partial<CompareProgress>): CompareProgress => ({
  stage: "run",
  decoder,
  completedRuns: 0,
  totalRuns: 3,
  tokens: 0,
  ...changes,
});

test("without a terminal, shows one line per step, without details or repetitions", () => {
  const { stream, text } = recorder();
  const display = progressDisplay(stream, "the model");
  display.loading({ file: "a", loadedBytes: 10, totalBytes: undefined, fromCache: false });
  display.loading({ file: "a", loadedBytes: 10, totalBytes: 2000, fromCache: false });
  display.loading({ file: "a", loadedBytes: 20, totalBytes: 20, fromCache: false });
  display.loading({ file: "b", loadedBytes: 2000, totalBytes: 2000, fromCache: false });
  display.loaded();
  display.comparing(at({ stage: "warm-up" }));
  display.comparing(at({ stage: "warm-up", tokens: 4 }));
  display.comparing(at({ completedRuns: 1 }));
  display.comparing(at({ completedRuns: 2, decoder: { decoder: greedy() } }));
  display.end();
  expect(text()).toBe("Loading the model\nLoading the model: 2.0 kB\nWarming up greedy p=1\nRun 2 of 3: greedy p=1\nRun 3 of 3: greedy\n");
});

/** Hides continuous integration, in which no stream counts as a terminal. */
const onTerminal = (): void => {
  vi.stubEnv("CI", undefined);
  vi.stubEnv("TERM", "xterm");
};
afterEach(() => vi.unstubAllEnvs());

test.each([
  ["CI", "true"],
  ["TERM", "dumb"],
])("a terminal with %s=%s shows a line per step", (name, value) => {
  onTerminal();
  vi.stubEnv(name, value);
  const { stream, text } = recorder({ isTTY: true, columns: 80 });
  progressDisplay(stream, "the model").end();
  expect(text()).toBe("Loading the model\n");
});

test("on a terminal, one line is updated, with details", async () => {
  onTerminal();
  const { stream, text } = recorder({ isTTY: true, columns: 80, cursorTo: () => true, clearLine: () => true, moveCursor: () => true });
  const display = progressDisplay(stream, "the model");
  const shown = async (): Promise<string> => {
    const before = text().length;
    while (text().length === before) await new Promise((resolve) => setTimeout(resolve, 5));
    return text().slice(before);
  };
  display.loading({ file: "a", loadedBytes: 10, totalBytes: 2000, fromCache: false });
  expect(await shown()).toContain("Loading the model: 10 B of 2.0 kB");
  display.comparing(at({ tokens: 4 }));
  expect(await shown()).toContain("Run 1 of 3: greedy p=1: 4 tokens");
  display.end();
});

test("a terminal of 0 columns gets plain lines", () => {
  onTerminal();
  const { stream, text } = recorder({ isTTY: true, columns: 0 });
  const display = progressDisplay(stream, "the model");
  display.comparing(at({}));
  display.end();
  expect(text()).toBe("Loading the model\nRun 1 of 3: greedy p=1\n");
});
