import type { AbsentFile, ModelStore, StoredFile } from "@decodekit/core/onnx";
import { hub, type HubOptions } from "@decodekit/hub";
import { afterEach, beforeEach, expect } from "vitest";
import { type FakeFile, type FakeHub, type FakeHubPlan, type FakeRequest, generatedBytes } from "../support/fake-hub-plan.ts";

export interface HubSetting {
  /** Whether `fetch` shows redirects, so that each file is asked about by HEAD. */
  readonly isNode: boolean;
  start(plan: FakeHubPlan): Promise<FakeHub>;
  /** Returns the place of a new, empty cache. */
  freshCache(): string;
}

export const WEIGHTS: FakeFile = { bytes: 3_000_000, seed: 7, lfs: true };
export const CONFIG: FakeFile = { bytes: 600, seed: 5 };
export const PLAN: FakeHubPlan = { repository: "org/tiny", files: { "config.json": CONFIG, "onnx/model.onnx": WEIGHTS } };
export const MODEL = "onnx/model.onnx";

/** Reads an opened file as a whole. */
export async function bytesOf(file: StoredFile | AbsentFile): Promise<Uint8Array> {
  if ("absent" in file) throw new Error(file.absent);
  // Not by a Response, which replaces the error of the stream.
  const reader = file.stream().getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) chunks.push(new Uint8Array(piece.value));
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** Compares without the difference of megabytes in the message. */
export function expectBytes(actual: Uint8Array, expected: FakeFile): void {
  const wanted = generatedBytes(expected);
  expect(actual.length).toBe(wanted.length);
  expect(actual.findIndex((byte, index) => byte !== wanted[index])).toBe(-1);
}

/** A fake hub and an empty cache for each test. */
export interface HubFixture extends Omit<HubSetting, "start"> {
  readonly fake: FakeHub;
  readonly cache: string;
  /** Messages of the warnings of this test. */
  readonly warnings: readonly string[];
  /** Starts the hub of this test, with `PLAN` unless other plans are made. */
  readonly start: (plan?: Partial<FakeHubPlan>) => Promise<void>;
  readonly store: (options?: HubOptions) => ModelStore;
  /** Opens a file of a new store. */
  readonly open: (path?: string, options?: HubOptions) => Promise<StoredFile | AbsentFile>;
  /** Returns the requests for content since the last call. */
  readonly contentRequests: () => Promise<readonly FakeRequest[]>;
}

export function hubFixture(setting: HubSetting): HubFixture {
  let fake: FakeHub;
  let cache: string;
  let warnings: string[];
  beforeEach(() => {
    cache = setting.freshCache();
    warnings = [];
  });
  afterEach(() => fake.stop());
  const store = (options?: HubOptions): ModelStore =>
    hub("org/tiny", { endpoint: fake.endpoint, cache, onWarning: ({ message }) => void warnings.push(message), ...options });
  return {
    ...setting,
    get fake() {
      return fake;
    },
    get cache() {
      return cache;
    },
    get warnings() {
      return warnings;
    },
    start: async (plan) => void (fake = await setting.start({ ...PLAN, ...plan })),
    store,
    open: async (path = MODEL, options = {}) => store(options).open(path, {}),
    contentRequests: async () => (await fake.takeRequests()).filter(({ method, on }) => method === "GET" && on !== "api"),
  };
}
