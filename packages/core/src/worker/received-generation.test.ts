import { expect, test, vi } from "vitest";
import type { GenerateResult } from "../generate/generation.ts";
import { receivedGeneration } from "./received-generation.ts";
import type { GenerationPart } from "./generation-part.ts";
import type { WorkerGeneration } from "./worker-generation.ts";

/** The other side of a generation, controlled by the test: on abort it ends with "abort", as a real one does, unless the test ends it. */
interface OtherSide {
  readonly generation: WorkerGeneration;
  readonly starts: () => number;
  readonly leave: () => AbortSignal;
  readonly part: (count: number) => void;
  readonly end: (finishReason?: GenerateResult["finishReason"]) => void;
  readonly fail: (error: unknown) => void;
}

function otherSide(signal?: AbortSignal, { endsByItself = true } = {}): OtherSide {
  let starts = 0;
  let left: AbortSignal | undefined;
  let receive: (part: GenerationPart) => void = () => undefined;
  let tokens = 0;
  const { promise, resolve, reject } = withResolvers<GenerateResult>();
  const end = (finishReason: GenerateResult["finishReason"] = "length"): void => {
    const statistics = {} as GenerateResult["statistics"];
    resolve({ text: "x".repeat(tokens), tokens: new Int32Array(tokens), finishReason, statistics });
  };
  const generation = receivedGeneration(signal, (receives, leave) => {
    starts++;
    receive = receives;
    left = leave;
    const endSoon = (): void => void setTimeout(() => end("abort"), 1);
    if (leave.aborted) endSoon();
    if (endsByItself) leave.addEventListener("abort", endSoon);
    return promise;
  });
  return {
    generation,
    starts: () => starts,
    leave: () => left!,
    part(count) {
      const indices = Array.from({ length: count }, () => tokens++);
      receive({
        events: indices.map((start) => ({ type: "tokens-commit", start, tokens: Int32Array.of(start) })),
        times: indices.map((index) => index * 10),
        pieces: indices.map((index) => `${index} `),
      });
    },
    end,
    fail: reject,
  };
}

function withResolvers<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void; reject: (error: unknown) => void } {
  let resolve!: (value: Value) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<Value>((resolves, rejects) => {
    resolve = resolves;
    reject = rejects;
  });
  return { promise, resolve, reject };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const reader = <Item>(items: AsyncIterable<Item>): AsyncGenerator<Item, void, void> =>
  items[Symbol.asyncIterator]() as AsyncGenerator<Item, void, void>;

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test("the generation starts once, when something is read", async () => {
  const { generation, starts, part, end } = otherSide();
  const first = reader(generation.events);
  reader(generation.textStream);
  reader(generation.timedEvents);
  await turn();
  expect(starts()).toBe(0);
  const next = first.next();
  expect(starts()).toBe(1);
  part(2);
  end();
  expect((await next).value).toMatchObject({ start: 0 });
  await generation.result;
  expect(generation.result).toBe(generation.result);
  expect(starts()).toBe(1);
});

test("every reader, early or late, receives the whole text, all events and their times", async () => {
  const { generation, part, end } = otherSide();
  const early = collect(generation.textStream);
  part(1);
  await turn();
  part(2);
  await turn();
  end();
  expect(await early).toEqual(["0 ", "1 ", "2 "]);
  expect(await collect(generation.textStream)).toEqual(["0 ", "1 ", "2 "]);
  expect((await collect(generation.events)).map((event) => "start" in event && event.start)).toEqual([0, 1, 2]);
  expect(await collect(generation.timedEvents)).toMatchObject([
    { milliseconds: 0, event: { start: 0 } },
    { milliseconds: 10, event: { start: 1 } },
    { milliseconds: 20, event: { start: 2 } },
  ]);
});

test("the last reader to leave early ends the generation, and has left when it has ended", async () => {
  const { generation, leave, part, end } = otherSide(undefined, { endsByItself: false });
  const events = reader(generation.events);
  const next = events.next();
  part(2);
  await next;
  const order: string[] = [];
  const leaving = events.return().then(() => order.push("left"));
  await turn();
  expect(leave().aborted).toBe(true);
  setTimeout(() => {
    order.push("ended");
    end("abort");
  }, 5);
  await leaving;
  expect(order).toEqual(["ended", "left"]);
  expect((await generation.result).finishReason).toBe("abort");
  expect(await collect(generation.events)).toHaveLength(2);
});

test("a reader that has left before a failure does not receive the error", async () => {
  const { generation, fail, part, leave } = otherSide();
  const events = reader(generation.events);
  const next = events.next();
  part(1);
  await next;
  const leaving = events.return();
  await turn();
  expect(leave().aborted).toBe(true);
  fail(new RangeError("late"));
  await expect(leaving).resolves.toEqual({ done: true, value: undefined });
});

test.each(["before", "in the turn in which"])("it continues if the result was requested %s the last reader left", async (when) => {
  const { generation, leave, part, end } = otherSide();
  const result = when === "before" ? generation.result : undefined;
  const events = reader(generation.events);
  const next = events.next();
  part(1);
  await next;
  const left = events.return();
  const requested = result ?? generation.result;
  await left;
  await turn();
  expect(leave().aborted).toBe(false);
  part(2);
  end();
  expect(await requested).toMatchObject({ finishReason: "length", text: "xxx" });
});

test("it continues for another reader, until that one leaves too", async () => {
  const { generation, leave, part } = otherSide();
  const [events, text] = [reader(generation.events), reader(generation.textStream)];
  const nexts = [events.next(), text.next()];
  part(1);
  await Promise.all(nexts);
  await events.return();
  await turn();
  expect(leave().aborted).toBe(false);
  await text.return();
  expect(leave().aborted).toBe(true);
});

test("a reader that has read everything does not abort it", async () => {
  const { generation, leave, part, end } = otherSide();
  const reading = collect(generation.events);
  part(1);
  end();
  await reading;
  await turn();
  expect(leave().aborted).toBe(false);
});

test("an error reaches every reader after the earlier events, and the result, which readers of a stream need not catch", async () => {
  const unhandled = vi.fn<() => void>();
  process.on("unhandledRejection", unhandled);
  const { generation, part, fail } = otherSide();
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const piece of generation.textStream) seen.push(piece);
  })();
  void generation.result;
  part(1);
  const error = new RangeError("broken");
  fail(error);
  await expect(reading).rejects.toBe(error);
  expect(seen).toEqual(["0 "]);
  await expect(collect(generation.events)).rejects.toBe(error);
  await turn();
  await turn();
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  await expect(generation.result).rejects.toBe(error);
});

test("a thrown undefined is also an error", async () => {
  const { generation, fail } = otherSide();
  const reading = collect(generation.events);
  fail(undefined);
  await expect(reading).rejects.toBeUndefined();
});

test("the caller's signal is passed on with its reason, aborted before or during", async () => {
  const reason = new Error("enough");
  const before = otherSide(AbortSignal.abort(reason));
  expect((await before.generation.result).finishReason).toBe("abort");
  expect(before.leave().reason).toBe(reason);
  const controller = new AbortController();
  const during = otherSide(controller.signal);
  const { result } = during.generation;
  expect(during.leave().aborted).toBe(false);
  controller.abort(reason);
  expect(during.leave().reason).toBe(reason);
  expect((await result).finishReason).toBe("abort");
});
