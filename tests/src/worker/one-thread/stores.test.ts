import type { ModelStore, OpenOptions, StoredFile, StoreProgress } from "@decodekit/core/onnx";
import { loadModel } from "@decodekit/core/worker";
import { expect, test } from "vitest";
import { byteModel } from "./byte-model.ts";
import { serveHere } from "./serve-here.ts";
import { settle } from "./wire.ts";

const CONTENT = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);

/** A stream of views on one large buffer. */
function chunks(cancelled: () => void = () => undefined): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (at === CONTENT.length) controller.close();
        else controller.enqueue(CONTENT.subarray(at, (at += 100_000)));
      },
      cancel: cancelled,
    },
    { highWaterMark: 0 },
  );
}

/** Loads a model from a store in a worker whose loader is `use`. Returns the messages, and what was held afterwards. */
async function crossing(open: ModelStore["open"], use: (store: ModelStore) => Promise<unknown>, signal?: AbortSignal) {
  const messages: unknown[] = [];
  const { worker, held, close } = serveHere({
    passes: (message) => void messages.push(message),
    async loadModel(source) {
      await use(source as ModelStore);
      return byteModel();
    },
  });
  const store: ModelStore = { name: "stored", dtype: "q4", describe: (path) => `store:${path}`, open };
  const outcome = await loadModel(store, { worker, signal }).then(
    (model) => model.dispose(),
    (error: unknown) => error,
  );
  await settle();
  const after = held();
  close();
  return { messages, outcome, held: after };
}

const NOTHING = { here: {}, there: {} };
const contentOf = async (file: StoredFile): Promise<Uint8Array> => new Uint8Array(await new Response(file.stream()).arrayBuffer());

test("name, data type, descriptions and absence arrive", async () => {
  const { outcome, held } = await crossing(
    async (path) => ({ absent: `no ${path} here` }),
    async (store) => {
      expect([store.name, store.dtype, store.describe("a")]).toEqual(["stored", "q4", "stored/a"]);
      expect(await store.open("a", {})).toEqual({ absent: "no a here" });
      expect(store.describe("a")).toBe("store:a");
    },
  );
  expect([outcome, held]).toEqual([undefined, NOTHING]);
});

test("a path and a Blob arrive as references, and no content is sent", async () => {
  const blob = new Blob([CONTENT]);
  const { outcome, messages, held } = await crossing(
    async (path) => ({
      bytes: CONTENT.length,
      answer: "as it should be",
      stream: chunks,
      ...(path === "a" ? { localPath: "/a" } : { blob }),
    }),
    async (store) => {
      expect(await store.open("a", {})).toMatchObject({
        localPath: "/a",
        blob: undefined,
        bytes: CONTENT.length,
        answer: "as it should be",
      });
      const file = (await store.open("b", {})) as StoredFile;
      expect(file.blob).toBeInstanceOf(Blob);
      expect(Buffer.compare(await contentOf(file), CONTENT)).toBe(0);
    },
  );
  expect([outcome, held]).toEqual([undefined, NOTHING]);
  expect(messages.map((message) => JSON.stringify(message)).join("")).not.toContain("readStored");
});

test("other content arrives chunk by chunk, when it is read", async () => {
  const { outcome, messages, held } = await crossing(
    async () => ({ bytes: undefined, stream: () => chunks() }),
    async (store) => expect(Buffer.compare(await contentOf((await store.open("a", {})) as StoredFile), CONTENT)).toBe(0),
  );
  expect([outcome, held]).toEqual([undefined, NOTHING]);
  const sent = messages
    .flatMap((message) => (message as { r?: { value?: unknown } }).r?.value ?? [])
    .filter((value) => value instanceof Uint8Array);
  expect(sent.map(({ buffer }) => buffer.byteLength)).toEqual([100_000, 100_000, 100_000]);
});

test("progress arrives before the file", async () => {
  const reported: StoreProgress[] = [
    { loadedBytes: 1, totalBytes: undefined, fromCache: false },
    { loadedBytes: 2, totalBytes: 2, fromCache: true },
  ];
  const received: StoreProgress[] = [];
  const { outcome } = await crossing(
    async (_, { onProgress }) => {
      reported.forEach((each) => onProgress?.(each));
      return { absent: "gone" };
    },
    async (store) => {
      await store.open("a", { onProgress: (each) => void received.push(each) });
      expect(received).toEqual(reported);
    },
  );
  expect(outcome).toBeUndefined();
});

test("an error of opening or reading comes back as the same object", async () => {
  const failure = new RangeError("the disk is gone");
  const opening = await crossing(
    () => Promise.reject(failure),
    async (store) => store.open("a", {}),
  );
  expect(opening.outcome).toBe(failure);
  const broken = (): ReadableStream<Uint8Array> => new ReadableStream({ pull: (controller) => controller.error(failure) });
  const reading = await crossing(
    async () => ({ bytes: 5, stream: broken }),
    async (store) => ((await store.open("a", {})) as StoredFile).stream().getReader().read(),
  );
  expect([reading.outcome, reading.held]).toEqual([failure, NOTHING]);
});

test("an abort of the caller, and one of the loader, reach the store with their reasons", async () => {
  const reason = new Error("enough");
  const seen: unknown[] = [];
  const waiting: ModelStore["open"] = (_, { signal }: OpenOptions) =>
    new Promise((_resolve, reject) => {
      signal!.addEventListener("abort", () => {
        seen.push(signal!.reason);
        reject(signal!.reason as Error);
      });
    });
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 20);
  expect((await crossing(waiting, (store) => store.open("a", {}), controller.signal)).outcome).toBe(reason);
  const own = new AbortController();
  setTimeout(() => own.abort(reason), 20);
  const { outcome, held } = await crossing(waiting, (store) => store.open("a", { signal: own.signal }));
  expect([outcome, held, seen]).toEqual([reason, NOTHING, [reason, reason]]);
});

test("what is not read to its end is cancelled when loading ends, and the store cannot be used afterwards", async () => {
  let cancelled = 0;
  let late: Promise<unknown> | undefined;
  const { held } = await crossing(
    async () => ({ bytes: CONTENT.length, stream: () => chunks(() => void cancelled++) }),
    async (store) => {
      await ((await store.open("a", {})) as StoredFile).stream().getReader().read();
      const reader = ((await store.open("b", {})) as StoredFile).stream().getReader();
      await reader.read();
      await reader.cancel();
      await settle();
      expect(cancelled).toBe(1);
      late = new Promise((resolve) => setTimeout(resolve, 30)).then(() => store.open("c", {})).catch((error: unknown) => error);
    },
  );
  expect([cancelled, held]).toEqual([2, NOTHING]);
  expect(await late).toMatchObject({ name: expect.stringMatching(/^(Disposed|Worker)Error$/u) as string });
});
