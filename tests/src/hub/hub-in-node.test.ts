import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { cachedModels, hub, type HubOptions, removeFromCache } from "@decodekit/hub";
import { stories } from "@decodekit/tiny-models";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { causalGraph, countedRow, countingModel, straight } from "../support/counting-graph.ts";
import { type FakeFile, type FakeHub, type FakeHubPlan, generatedBytes } from "../support/fake-hub-plan.ts";
import { startFakeHub } from "../support/fake-hub.ts";
import { bytesOf as weightBytes, onnxFile } from "../support/onnx-writer.ts";
import { contentOf } from "../support/served-files.ts";
import { buildNodeScripts, type NodeScripts } from "../worker/start-node-worker.ts";
import { bytesOf, expectBytes, MODEL, PLAN, WEIGHTS } from "./hub-fixture.ts";
import { STORIES_PLAN } from "./stories-plan.ts";

let fake: FakeHub;
let cache: string;
const children: ChildProcess[] = [];
const start = async (plan: FakeHubPlan = PLAN): Promise<FakeHub> => (fake = await startFakeHub(plan));
const inModel = (...parts: string[]): string => path.join(cache, "models--org--tiny", ...parts);

beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), "decodekit-hub-"));
  for (const name of ["HF_TOKEN", "HF_ENDPOINT", "HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"]) vi.stubEnv(name, undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await fake?.stop();
  rmSync(cache, { recursive: true, force: true });
});

describe("the cache folder", () => {
  test("has the layout of huggingface_hub: blobs, links to them by commit, and the commit of the branch", async () => {
    await start();
    const store = hub("org/tiny", { endpoint: fake.endpoint, cache });
    const file = await store.open(MODEL, {});
    await store.open("absent.json", {});
    const linked = inModel("snapshots", fake.commit, MODEL);
    expect(file).toMatchObject({ localPath: linked, bytes: 3_000_000 });
    expect(lstatSync(linked).isSymbolicLink()).toBe(true);
    const blob = realpathSync(linked);
    // sha256sum of the content: the name that Git LFS gives it.
    expect(blob).toBe(realpathSync(inModel("blobs", path.basename(blob))));
    expect(path.basename(blob)).toMatch(/^[0-9a-f]{64}$/u);
    expect(readdirSync(inModel("blobs"))).toEqual([path.basename(blob)]);
    expect(readFileSync(inModel("refs", "main"), "utf8")).toBe(fake.commit);
    expect(existsSync(inModel(".no_exist", fake.commit, "absent.json"))).toBe(true);
  });

  test("as another program filled it is used", async () => {
    await start();
    const commit = "ab".repeat(20);
    mkdirSync(inModel("snapshots", commit, "onnx"), { recursive: true });
    mkdirSync(inModel("refs"));
    writeFileSync(inModel("snapshots", commit, MODEL), generatedBytes(WEIGHTS));
    writeFileSync(inModel("refs", "main"), commit);
    await fake.stop();
    const store = hub("org/tiny", { endpoint: fake.endpoint, cache, localOnly: true });
    expectBytes(await bytesOf(await store.open(MODEL, {})), WEIGHTS);
  });

  test.each([
    ["HF_HUB_CACHE", ""],
    ["HF_HOME", "hub"],
    ["XDG_CACHE_HOME", "huggingface/hub"],
  ])("is named by %s", async (name, below) => {
    await start();
    vi.stubEnv(name, cache);
    await hub("org/tiny", { endpoint: fake.endpoint }).open("config.json", {});
    expect(existsSync(path.join(cache, below, "models--org--tiny/refs/main"))).toBe(true);
    expect(await cachedModels()).toMatchObject([{ name: "org/tiny" }]);
    expect(await removeFromCache("org/tiny")).toBe(true);
  });
});

test("HF_TOKEN and HF_ENDPOINT are used", async () => {
  await start({ ...PLAN, token: "hf_secret" });
  vi.stubEnv("HF_TOKEN", "hf_secret");
  vi.stubEnv("HF_ENDPOINT", `${fake.endpoint}/`);
  expectBytes(await bytesOf(await hub("org/tiny", { cache }).open(MODEL, {})), WEIGHTS);
});

describe("invalid options", () => {
  test.each([
    ["", {}, "repository"],
    ["../secrets", {}, "repository"],
    ["org/name/more", {}, "repository"],
    ["org--name", {}, "repository"],
    ["org/tiny", { revision: "../main" }, "revision"],
    ["org/tiny", { subfolder: "/v2" }, "subfolder"],
    ["org/tiny", { token: "a b" }, "token"],
    ["org/tiny", { endpoint: "huggingface.co" }, "endpoint"],
    ["org/tiny", { endpoint: "https://user:secret@hub.example" }, "endpoint"],
    ["org/tiny", { cache: true }, "cache"],
    ["org/tiny", { cache: false, localOnly: true }, "localOnly"],
    ["org/tiny", { dtype: "q5" }, "dtype"],
    ["org/tiny", { branch: "main" }, 'option "branch"'],
  ])("hub(%j, %j) names %s", (name, options, option) => {
    expect(() => hub(name, options as HubOptions)).toThrow(expect.objectContaining({ name: "InvalidOptionError", where: "hub", option }));
  });

  test("of the environment and of the cache", async () => {
    vi.stubEnv("HF_ENDPOINT", "nowhere");
    expect(() => hub("org/tiny")).toThrow(/HF_ENDPOINT/u);
    await expect(cachedModels({ cache: 1 } as object)).rejects.toMatchObject({ name: "InvalidOptionError", where: "cachedModels" });
    await expect(removeFromCache("..", {})).rejects.toMatchObject({ name: "InvalidOptionError", where: "removeFromCache" });
  });
});

describe("several processes", () => {
  let scripts: NodeScripts;
  beforeAll(async () => (scripts = await buildNodeScripts("../hub/open-process")));
  afterAll(() => scripts.remove());
  const startProcess = (): ChildProcess => {
    const child = fork(scripts.pathOf("open-process"), [fake.endpoint, cache, MODEL]);
    children.push(child);
    return child;
  };

  test("that load at once each get the whole file, and leave one blob", async () => {
    await start();
    await fake.fault({ on: "cdn", method: "GET", slow: true, times: 9 });
    const answers = await Promise.all([startProcess(), startProcess()].map(async (child) => (await once(child, "message"))[0] as object));
    expect(answers[0]).toEqual({ bytes: 3_000_000, sum: generatedBytes(WEIGHTS).reduce((sum, byte) => sum + byte, 0) });
    expect(answers[1]).toEqual(answers[0]);
    expect(readdirSync(inModel("blobs"))).toHaveLength(1);
  });

  test("the part of one that was killed is taken over; that of one that runs is not", async () => {
    await start();
    await fake.fault({ on: "cdn", method: "GET", slow: true });
    const child = startProcess();
    const partBytes = (): number => {
      const part = existsSync(inModel("blobs")) ? readdirSync(inModel("blobs")).find((name) => name.includes(".part-")) : undefined;
      return part === undefined ? 0 : lstatSync(inModel("blobs", part)).size;
    };
    await expect.poll(partBytes, { timeout: 30_000 }).toBeGreaterThan(200_000);
    child.kill("SIGKILL");
    await once(child, "exit");
    await fake.takeRequests();
    expectBytes(await bytesOf(await hub("org/tiny", { endpoint: fake.endpoint, cache }).open(MODEL, {})), WEIGHTS);
    const ranges = (await fake.takeRequests()).flatMap(({ range }) => range ?? []);
    expect(Number(ranges[0]!.slice("bytes=".length, -1))).toBeGreaterThan(200_000);
    expect(readdirSync(inModel("blobs"))).toHaveLength(1);
  });
});

describe.each(["native", "wasm"] as const)("loadModel on %s", (execution) => {
  const decode = async (source: Parameters<typeof loadModel>[0]): Promise<number[]> => {
    const model = await loadModel(source, { execution });
    const { tokens } = await generate(model, "Once upon a time", { decoder: greedy(), maxNewTokens: 16 }).result;
    await model.dispose();
    return [...tokens];
  };

  test("decodes a model of the hub like the same model by path, also from the cache without the hub", async () => {
    await start(STORIES_PLAN);
    const expected = await decode(stories);
    const source = () => hub("org/stories", { endpoint: fake.endpoint, cache, onWarning: () => undefined });
    expect(await decode(source())).toEqual(expected);
    await fake.stop();
    expect(await decode(source())).toEqual(expected);
  });

  test("finds the weights beside a graph, through the links of the cache", async () => {
    const { weights, ...graph } = causalGraph();
    const [first, ...others] = weights;
    const external = { ...first!, external: { location: "model.onnx_data", offset: 0 } };
    const { "onnx/model.onnx": _, ...files } = countingModel().files;
    const fileOf = (content: Uint8Array, lfs = true): FakeFile => ({ base64: Buffer.from(content).toString("base64"), lfs });
    await start({
      repository: "org/external",
      files: {
        ...Object.fromEntries(Object.entries(files).map(([name, url]) => [name, fileOf(contentOf(String(url)), false)])),
        "onnx/model.onnx": fileOf(onnxFile({ ...graph, weights: [external, ...others] })),
        "onnx/model.onnx_data": fileOf(weightBytes(first!)),
      },
    });
    const model = await loadModel(hub("org/external", { endpoint: fake.endpoint, cache }), { execution });
    const session = await model.causal.createSession();
    expect((await session.forward(Int32Array.of(3, 1, 4))).row(0)).toEqual(countedRow(straight([3, 1, 4])));
    await model.dispose();
  });

  test("gives the hub's error as the cause of one that names the file", async () => {
    await start();
    const error: unknown = await loadModel(hub("org/other", { endpoint: fake.endpoint, cache }), { execution }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ name: "ModelLoadError", cause: { name: "HubError", reason: "repository-not-found" } });
  });
});
