import { type DecodeEvent, type DecoderPlugin, generate as generateHere, seededRandom, type Warning } from "@decodekit/core";
import { describePlugins, generate, loadModel, type WorkerGenerateOptions, type WorkerLanguageModel } from "@decodekit/core/worker";
import greedy from "@decodekit/greedy/plugin";
import speculative from "@decodekit/speculative/plugin";
import topP from "@decodekit/top-p/plugin";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { peerAt } from "../../../../packages/core/src/worker/peer.ts";
import { byteModel } from "./byte-model.ts";
import { serveHere } from "./serve-here.ts";
import { wire } from "./wire.ts";

const PROMPT = "abc";

/** A plugin whose decoder yields greedy's events, changed by `alter`. */
const altered = (name: string, alter: (event: DecodeEvent) => DecodeEvent): DecoderPlugin => ({
  ...greedy,
  name,
  create: () => {
    const decoder = greedy.create({});
    return {
      ...decoder,
      async *decode(models, prompt, options) {
        for await (const event of decoder.decode(models, prompt, options)) yield alter(event);
      },
    };
  },
});
const plugins = {
  unsendable: async () => ({ default: altered("unsendable", (event) => Object.assign({}, event, { extra: () => 1 })) }),
  "not-described": async () => ({ default: { ...greedy, options: { p: { type: "number", help: "A number", check: () => true } } } }),
};

const served = serveHere({ plugins });
const other = serveHere({ plugins });
let model: WorkerLanguageModel;
beforeAll(async () => {
  model = await loadModel("bytes", { worker: served.worker });
});
afterAll(async () => {
  await model.dispose();
  expect([served.held(), other.held()]).toEqual([
    { here: {}, there: {} },
    { here: {}, there: {} },
  ]);
  served.close();
  other.close();
});

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const timeless = (events: readonly DecodeEvent[]): unknown[] =>
  events.map((event) => (event.type === "forward-end" ? { ...event, milliseconds: 0 } : event));

const cases: readonly (readonly [
  name: string,
  plugin: DecoderPlugin,
  options: object,
  settings: Omit<WorkerGenerateOptions, "decoder" | "draft">,
])[] = [
  ["greedy", greedy, {}, { maxNewTokens: 12 }],
  ["greedy", greedy, {}, { maxNewTokens: 0 }],
  ["greedy", greedy, {}, { maxNewTokens: 12, stopTokens: [104] }],
  ["greedy", greedy, {}, { maxNewTokens: 12, stopStrings: ["hij", "gh"] }],
  ["greedy", greedy, {}, {}],
  ["greedy", greedy, {}, { maxNewTokens: 12, logProbabilities: 2, stopStrings: ["hij"] }],
  ["top-p", topP, { p: 0.9, temperature: 9 }, { maxNewTokens: 12, seed: 3 }],
  ["top-p", topP, { p: 0.9, temperature: 9 }, { maxNewTokens: 12, random: seededRandom(8).fork(2) }],
  ["speculative", speculative[0]!, { drafter: "draft-model", draftLength: "3" }, { maxNewTokens: 12 }],
  ["speculative", speculative[0]!, { drafter: "masked-draft", draftLength: "3" }, { maxNewTokens: 12 }],
  ["speculative", speculative[0]!, { drafter: "masked-draft", draftLength: "3" }, { maxNewTokens: 12, logProbabilities: 0 }],
];

test.each(cases)("%s returns the same events, text and result as without a worker: %#", async (name, plugin, options, settings) => {
  const here = byteModel();
  const draft = await loadModel("bytes", { worker: served.worker });
  const { random, ...rest } = settings;
  const copy = (): object => (random ? { ...rest, random: seededRandom(8).fork(2) } : rest);
  const direct = generateHere(here, PROMPT, { ...copy(), decoder: plugin.create(options as never), draft: here });
  const expected = timeless(await collect(direct.events));
  const { statistics, ...result } = await direct.result;
  // Without a limit the decode is long, so it runs in one worker only.
  for (const worker of settings.maxNewTokens === undefined ? [undefined] : [undefined, other.worker]) {
    const generation = generate(model, PROMPT, { ...copy(), decoder: { plugin: name, options: options as never, worker }, draft });
    expect(timeless(await collect(generation.events))).toEqual(expected);
    expect(await generation.result).toMatchObject({ ...result, statistics: { passes: statistics.passes, tokens: statistics.tokens } });
    expect((await collect(generation.textStream)).join("")).toBe(result.text);
  }
  await draft.dispose();
});

test("a decoder that requires a draft model uses the given one, else the model's own, else rejects", async () => {
  const decoder = { plugin: "speculative", options: { drafter: "draft-model", draftLength: "3" } };
  await expect(generate(model, PROMPT, { decoder }).result).rejects.toMatchObject({ code: "MISSING_MODEL", role: "draft" });
  await expect(generate(model, PROMPT, { decoder: { ...decoder, worker: other.worker } }).result).rejects.toMatchObject({ role: "draft" });
  const draft = await loadModel("bytes", { worker: served.worker });
  const { statistics } = await generate(model, PROMPT, { decoder, draft, maxNewTokens: 9 }).result;
  expect(statistics.accepted).toBeGreaterThan(0);
  expect(served.models.at(-1)!.test.passes().length).toBeGreaterThan(0);
  await draft.dispose();
  await expect(generate(model, PROMPT, { decoder, draft }).result).rejects.toMatchObject({ where: "worker", option: "model" });
});

test("times grow, and exclude the reader's time and the transfer", async () => {
  const slow = serveHere({ passMilliseconds: 12 });
  const there = await loadModel("bytes", { worker: slow.worker });
  const generation = generate(there, PROMPT, { decoder: { plugin: "greedy" }, maxNewTokens: 4 });
  const timed = [];
  const arrivals: number[] = [];
  for await (const each of generation.timedEvents) {
    timed.push(each);
    arrivals.push(performance.now());
  }
  const times = timed.map(({ milliseconds }) => milliseconds);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  let passes = 0;
  for (const { event, milliseconds } of timed) {
    if (event.type === "forward-end") passes += event.milliseconds;
    // The decode's time includes its passes.
    expect(milliseconds).toBeGreaterThanOrEqual(passes * 0.999);
  }
  expect(times[0]).toBeLessThan(times.at(-1)!);
  expect(arrivals).toHaveLength(timed.length);
  slow.close();
});

test("events arrive during the decode: one by one with slow passes, not all at the end", async () => {
  const slow = serveHere({ passMilliseconds: 12 });
  const there = await loadModel("bytes", { worker: slow.worker });
  const generation = generate(there, PROMPT, { decoder: { plugin: "greedy" }, maxNewTokens: 6 });
  const passesWhenSeen: number[] = [];
  const events = generation.events[Symbol.asyncIterator]();
  for (let next = await events.next(); !next.done; next = await events.next())
    if (next.value.type === "tokens-commit") passesWhenSeen.push(slow.models[0]!.test.passes().length);
  expect(passesWhenSeen[0]).toBeLessThan(6);
  expect((await collect(generation.textStream)).length).toBeGreaterThan(1);
  slow.close();
});

test("an event or a description that cannot be sent is an error that names the part", async () => {
  const unsendable = { code: "INVALID_OPTION", expected: "data that can be sent to another thread (no function, no symbol)" };
  const inPart = expect.stringMatching(/\.events\[0\]\.extra$/) as string;
  await expect(generate(model, PROMPT, { decoder: { plugin: "unsendable" } }).result).rejects.toMatchObject({
    ...unsendable,
    option: inPart,
  });
  const apart = generate(model, PROMPT, { decoder: { plugin: "unsendable", worker: other.worker } });
  await expect(apart.result).rejects.toMatchObject({ ...unsendable, where: "worker", option: "result.value.extra" });
  const described = describePlugins(served.worker, "not-described");
  await expect(described).rejects.toMatchObject({ ...unsendable, where: "worker", option: "result.value[0].options.p.check" });
});

test("input that the worker refuses rejects every way of reading the generation, and the next call works", async () => {
  const refused = generate(model, PROMPT, { decoder: { plugin: "greedy" }, maxNewTokens: -1 });
  await expect(refused.result).rejects.toMatchObject({ code: "INVALID_OPTION", option: "maxNewTokens" });
  await expect(collect(refused.events)).rejects.toMatchObject({ option: "maxNewTokens" });
  await expect(collect(refused.textStream)).rejects.toMatchObject({ option: "maxNewTokens" });
  await expect(generate(model, PROMPT, { decoder: { plugin: "top-p", options: { p: 2 } } }).result).rejects.toMatchObject({ option: "p" });
  expect((await generate(model, PROMPT, { decoder: { plugin: "greedy" }, maxNewTokens: 2 }).result).text).toBe("de");
});

test("a prompt may be tokens", async () => {
  const { text } = await generate(model, Int32Array.of(256, 97, 98), { decoder: { plugin: "greedy" }, maxNewTokens: 2 }).result;
  expect(text).toBe("cd");
});

test("concurrent generations do not disturb each other", async () => {
  const texts = ["abc", "klm", "xyz"].map(
    async (prompt) => (await generate(model, prompt, { decoder: { plugin: "greedy" }, maxNewTokens: 3 }).result).text,
  );
  expect(await Promise.all(texts)).toEqual(["def", "nop", "abc"]);
});

test("warnings of a generation reach the caller's handler, or the console by default; an error of the handler is thrown", async () => {
  const line = wire();
  const { connection, models } = peerAt(line.there);
  const warning: Warning = { where: "generate", option: "stopStrings", message: '"</s>" has no effect.' };
  const given = { text: "", tokens: new Int32Array(), finishReason: "length" };
  connection.expose({
    loadModel: () => ({ model: 1, models: models.send({ causal: byteModel().causal }).transferred, name: "bytes" }),
    async generate({ number }: { readonly number: number }) {
      await connection.notify("report", number, { type: "warning", warning });
      return given;
    },
  });
  const there = await loadModel("bytes", { worker: line.here });
  const warnings: Warning[] = [];
  const options = { decoder: { plugin: "greedy" } };
  expect(await generate(there, PROMPT, { ...options, onWarning: (each) => warnings.push(each) }).result).toEqual(given);
  expect(warnings).toEqual([warning]);
  const log = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  await generate(there, PROMPT, options).result;
  expect(log.mock.calls).toEqual([['decodekit: generate: "</s>" has no effect.']]);
  log.mockRestore();
  const error = new Error("warnings are errors here");
  const onWarning = (): void => {
    throw error;
  };
  await expect(generate(there, PROMPT, { ...options, onWarning }).result).rejects.toBe(error);
  line.close();
});
