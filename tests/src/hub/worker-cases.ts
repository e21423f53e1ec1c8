import { generate as generateHere } from "@decodekit/core";
import { loadMaskedModel as loadMaskedModelHere, loadModel as loadModelHere, type LoadProgress } from "@decodekit/core/onnx";
import { type Endpoint, generate, loadMaskedModel, loadModel, terminate, type WorkerModel } from "@decodekit/core/worker";
import { greedy } from "@decodekit/greedy";
import { hub, HubError, type HubOptions } from "@decodekit/hub";
import refinement from "@decodekit/refinement/plugin";
import { stories } from "@decodekit/tiny-models";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { heldAt } from "../../../packages/core/src/worker/peer.ts";
import { base64 } from "../support/counting-graph.ts";
import type { FakeHub, FakeHubPlan } from "../support/fake-hub-plan.ts";
import { bracketTokenizer, CLS, LONGEST, MASK, neighbourGraph, neighbourModel, neighbourRow, SEP } from "../support/neighbour-graph.ts";
import { onnxFile } from "../support/onnx-writer.ts";
import type { HubSetting } from "./hub-fixture.ts";
import { STORIES_PLAN } from "./stories-plan.ts";

interface WorkerSetting extends Omit<HubSetting, "isNode"> {
  readonly startWorker: () => Promise<Endpoint>;
}

const wasm = { execution: "wasm" } as const;
const PROMPT = "Once upon a time";
const FAST_DLLM = refinement.find(({ name }) => name === "fast-dllm")!;
const MODEL = "onnx/model.onnx";

const NEIGHBOURS_PLAN: FakeHubPlan = {
  repository: "org/neighbours",
  files: {
    "config.json": { text: JSON.stringify({ architectures: ["BertForMaskedLM"], max_position_embeddings: LONGEST }) },
    "tokenizer.json": { text: JSON.stringify(bracketTokenizer()) },
    [MODEL]: { base64: base64(onnxFile(neighbourGraph())), lfs: true },
  },
};

/** Cases of models that a worker loads from a hub on this side. */
export function workerCases({ startWorker, start, freshCache }: WorkerSetting): void {
  let worker: Endpoint;
  let fake: FakeHub;
  let cache: string;
  let warnings: string[];
  beforeAll(async () => void (worker = await startWorker()), 60_000);
  afterAll(() => terminate(worker));
  beforeEach(() => {
    cache = freshCache();
    warnings = [];
  });
  afterEach(async () => {
    await fake.stop();
    expect(heldAt(worker), "held for the worker").toEqual({});
  });
  const source = (options: HubOptions = {}, name = "org/stories") =>
    hub(name, { endpoint: fake.endpoint, cache, onWarning: ({ message }) => void warnings.push(message), ...options });
  const decode = async (model: WorkerModel): Promise<number[]> => {
    const decoder = { plugin: "@decodekit/greedy/plugin" };
    const { tokens } = await generate(model, PROMPT, { decoder, maxNewTokens: 16 }).result;
    await model.dispose();
    return [...tokens];
  };
  let expected: number[];
  beforeAll(async () => {
    const model = await loadModelHere(stories, wasm);
    expected = [...(await generateHere(model, PROMPT, { decoder: greedy(), maxNewTokens: 16 }).result).tokens];
    await model.dispose();
  });

  describe("a model of a hub in a worker", () => {
    test("decodes as here, from the network and then from the cache, with progress and warnings", async () => {
      fake = await start(STORIES_PLAN);
      const load = async () => {
        const progress: LoadProgress[] = [];
        const model = await loadModel(source(), { ...wasm, worker, onProgress: (each) => void progress.push(each) });
        expect(model.name).toBe("org/stories");
        expect(await decode(model)).toEqual(expected);
        expect(progress.at(-1)!.loadedBytes).toBe(progress.at(-1)!.totalBytes);
        expect(progress.at(-1)!.loadedBytes).toBeGreaterThan(model.bytes);
        return { progress, requests: await fake.takeRequests() };
      };
      const first = await load();
      expect(first.progress.some(({ fromCache }) => fromCache)).toBe(false);
      const contents = first.requests.filter(({ on, method }) => on === "cdn" && method === "GET").map(({ path }) => path);
      expect(contents.toSorted()).toEqual(["onnx/canvas.onnx", MODEL]);
      const second = await load();
      expect(second.progress.every(({ fromCache }) => fromCache)).toBe(true);
      expect(second.requests.filter(({ on }) => on === "cdn")).toEqual([]);
      await fake.stop();
      await decode(await loadModel(source(), { ...wasm, worker }));
      expect(warnings).toEqual([expect.stringContaining("the cached model is used")]);
    });

    test("without a cache is read chunk by chunk", async () => {
      fake = await start(STORIES_PLAN);
      expect(await decode(await loadModel(source({ cache: false }), { ...wasm, worker }))).toEqual(expected);
    });

    test("is of the data type of the store, and an absent file is named with its address", async () => {
      fake = await start(STORIES_PLAN);
      await expect(loadModel(source({ dtype: "q4" }), { ...wasm, worker })).rejects.toMatchObject({
        name: "ModelLoadError",
        message: expect.stringContaining(`${fake.endpoint}/org/stories/resolve/main/onnx/model_q4.onnx`) as string,
      });
    });

    test("that there is not fails with the hub's own error as the cause", async () => {
      fake = await start(STORIES_PLAN);
      const error: unknown = await loadModel(source({}, "org/other"), { ...wasm, worker }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: "ModelLoadError", message: expect.stringContaining(`${fake.endpoint}/org/other/`) as string });
      expect((error as Error).cause).toBeInstanceOf(HubError);
      expect((error as Error).cause).toMatchObject({ code: "HUB", reason: "repository-not-found" });
    });

    test("whose download breaks off while it is read fails with the hub's own error, too", async () => {
      fake = await start(STORIES_PLAN);
      await fake.fault({ on: "cdn", method: "GET", path: MODEL, damaged: true });
      const error: unknown = await loadModel(source({ cache: false }), { ...wasm, worker }).catch((thrown: unknown) => thrown);
      expect((error as Error).cause).toBeInstanceOf(HubError);
      expect((error as Error).cause).toMatchObject({ reason: "hash-mismatch" });
    });

    test("stops at an abort, with the signal's reason, and the next load goes on from there", async () => {
      fake = await start(STORIES_PLAN);
      await fake.fault({ on: "cdn", method: "GET", path: MODEL, slow: true });
      const controller = new AbortController();
      const reason = new Error("enough");
      const onProgress = ({ file, loadedBytes }: LoadProgress): void => {
        if (file === MODEL && loadedBytes > 500_000) controller.abort(reason);
      };
      await expect(loadModel(source(), { ...wasm, worker, signal: controller.signal, onProgress })).rejects.toBe(reason);
      expect(heldAt(worker)).toEqual({});
      await fake.takeRequests();
      expect(await decode(await loadModel(source(), { ...wasm, worker }))).toEqual(expected);
      const again = (await fake.takeRequests()).find(({ on, path }) => on === "cdn" && path === MODEL);
      expect(again!.range).toMatch(/^bytes=[1-9]\d*-$/u);
    });
  });

  describe("a masked model in a worker", () => {
    test("predicts and refines as here, from a hub and from URLs", async () => {
      fake = await start(NEIGHBOURS_PLAN);
      const here = await loadMaskedModelHere(neighbourModel(), wasm);
      const settings = { maxNewTokens: 4, seed: 1 };
      const filled = await generateHere(here, "abc", { ...settings, decoder: FAST_DLLM.create({ blockLength: 4 }) }).result;
      for (const each of [source({}, "org/neighbours"), neighbourModel()]) {
        const model = await loadMaskedModel(each, { ...wasm, worker });
        expect("causal" in model).toBe(false);
        expect(model).toMatchObject({ execution: "wasm", masked: { maskTokenId: MASK, contextLength: LONGEST - 2 } });
        const session = await model.masked.createSession();
        await session.commit(Int32Array.of(2));
        expect((await session.predict(Int32Array.of(MASK))).row(0)).toEqual(neighbourRow([CLS, 2, MASK, SEP], 2));
        await session.dispose();
        const decoder = { plugin: "@decodekit/refinement/plugin", name: FAST_DLLM.name, options: { blockLength: 4 } };
        const { tokens } = await generate(model, "abc", { ...settings, decoder }).result;
        expect(tokens).toEqual(filled.tokens);
        const causal = generate(model, "abc", { decoder: { plugin: "@decodekit/greedy/plugin" } }).result;
        await expect(causal).rejects.toMatchObject({ code: "MISSING_MODEL", role: "causal" });
        await model.dispose();
      }
      await here.dispose();
    });

    test("takes the options of loadMaskedModel, and no others", async () => {
      fake = await start(NEIGHBOURS_PLAN);
      const model = await loadMaskedModel(neighbourModel(), { ...wasm, worker, maskToken: "b" });
      expect(model.masked.maskTokenId).toBe(1);
      await model.dispose();
      await expect(loadMaskedModel(neighbourModel(), { ...wasm, worker, maskToken: 99 })).rejects.toMatchObject({ option: "maskToken" });
      const rewriting = { rewriting: true } as object;
      await expect(loadMaskedModel(neighbourModel(), { ...wasm, worker, ...rewriting })).rejects.toMatchObject({
        code: "INVALID_OPTION",
        where: "loadMaskedModel",
        option: 'option "rewriting"',
      });
    });
  });
}
