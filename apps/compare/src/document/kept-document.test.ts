import { expect, test } from "vitest";
import type { Trace } from "../trace/trace.ts";
import { defaultSettings, lanesOf } from "../url/settings.ts";
import { writeLink } from "../url/share-link.ts";
import { keepDocument, keptLink, keptRun } from "./kept-document.ts";
import { documentOf, newDocument, stalenessOf, withSettings } from "./run-document.ts";

function storage(limit = Infinity): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    removeItem: (key: string) => void items.delete(key),
    setItem(key: string, value: string) {
      if (value.length > limit) throw new DOMException("full", "QuotaExceededError");
      items.set(key, value);
    },
  } as Storage;
}

const settings = { ...defaultSettings, prompt: "Once", maxNewTokens: 4, lanes: lanesOf("greedy") };
const trace: Trace = {
  model: { name: "stories", execution: "wasm", parameters: 1, vocabSize: 9, roles: ["causal"] },
  prompt: "Once",
  promptTokens: [1],
  maxNewTokens: 4,
  vocabulary: new Map([[2, "a"]]),
  lanes: [
    {
      specification: "greedy",
      title: "Greedy",
      options: {},
      seed: 0,
      events: [
        { event: { type: "decode-start", promptLength: 1 }, milliseconds: 0 },
        { event: { type: "tokens-commit", start: 1, tokens: Int32Array.of(2) }, milliseconds: 1 },
      ],
    },
  ],
};
const shown = documentOf(trace, settings, "live");

test("a run is kept for its settings and no others, and a stale one stays stale", () => {
  const store = storage();
  keepDocument(shown, store);
  expect(keptRun(settings, store)).toEqual(shown.run);
  expect(keptRun({ ...settings, seed: 1 }, store)).toBeUndefined();
  const changed = withSettings(shown, { prompt: "Twice" });
  keepDocument(changed, store);
  const again = newDocument(changed.settings, { run: keptRun(changed.settings, store) });
  expect(stalenessOf(again)?.settings).toEqual(["prompt"]);
});

test("a recorded run is not kept, and neither is one from before it", () => {
  const store = storage();
  keepDocument(shown, store);
  keepDocument(documentOf(trace, settings, "recorded"), store);
  expect(keptRun(settings, store)).toBeUndefined();
});

test("settings are kept without a run, and with one that does not fit", () => {
  const small = storage(100);
  for (const document of [newDocument(settings), documentOf(trace, settings, "recorded"), shown]) {
    keepDocument(document, small);
    expect(keptRun(settings, small)).toBeUndefined();
    expect(keptLink(small)).toBe(writeLink(settings));
  }
  keepDocument(shown, storage(0));
  expect(keptLink(storage())).toBeUndefined();
});

test("a damaged run is no run", () => {
  const store = storage();
  for (const text of ["", "{", "null", '{"link":"#/","trace":"x"}']) {
    store.setItem("run", text);
    expect(keptRun(defaultSettings, store)).toBeUndefined();
  }
});
