import { expect, test } from "vitest";
import type { Trace } from "../trace/trace.ts";
import { defaultSettings, lanesOf } from "../url/settings.ts";
import { keepRun, keptRun } from "./kept-run.ts";
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
  keepRun(shown, store);
  expect(keptRun(settings, store)).toEqual(shown.run);
  expect(keptRun({ ...settings, seed: 1 }, store)).toBeUndefined();
  const changed = withSettings(shown, { prompt: "Twice" });
  keepRun(changed, store);
  const again = newDocument(changed.settings, { run: keptRun(changed.settings, store) });
  expect(stalenessOf(again)?.settings).toEqual(["prompt"]);
});

test("a recorded run is not kept, and neither is one from before it", () => {
  const store = storage();
  keepRun(shown, store);
  keepRun(documentOf(trace, settings, "recorded"), store);
  expect(keptRun(settings, store)).toBeUndefined();
});

test("a run that does not fit, or a damaged one, is no run", () => {
  const small = storage(100);
  keepRun(shown, small);
  expect(keptRun(settings, small)).toBeUndefined();
  const store = storage();
  for (const text of ["", "{", "null", '{"link":"#/","trace":"x"}']) {
    store.setItem("run", text);
    expect(keptRun(defaultSettings, store)).toBeUndefined();
  }
});
