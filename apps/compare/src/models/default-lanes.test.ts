import { expect, test } from "vitest";
import { makeLane } from "../lab/decoders.ts";
import { defaultSettings, lanesOf } from "../url/settings.ts";
import { areDefaultLanes, defaultLanes, lanesFor } from "./default-lanes.ts";
import type { ModelFacts } from "./model-facts.ts";
import { whyNot } from "./why-not.ts";

const capabilities = { rewind: true, fork: true, tree: false };
const facts: Readonly<Record<string, ModelFacts>> = {
  "both roles and a draft model": { roles: ["causal", "masked"], capabilities, hasDraft: true },
  "both roles and trees": { roles: ["causal", "masked"], capabilities: { ...capabilities, tree: true }, hasDraft: false },
  "both roles": { roles: ["causal", "masked"], capabilities, hasDraft: false },
  "a causal model": { roles: ["causal"], capabilities, hasDraft: false },
  "a causal model and a draft model": { roles: ["causal"], capabilities, hasDraft: true },
  "a masked model": { roles: ["masked"], hasDraft: false },
  "an unknown model": { hasDraft: false },
};

test.each(Object.entries(facts))("%s begins with three different lanes that run", (_, known) => {
  const lanes = lanesFor(known).map(({ decoder }) => makeLane(decoder));
  expect(new Set(lanes.map(({ specification }) => specification)).size).toBe(3);
  for (const { plugin, options } of lanes) expect(whyNot(plugin, known, options)).toBeUndefined();
  expect(areDefaultLanes(lanesFor(known))).toBe(true);
});

test("the settings begin with those of the story model, and lanes of one's own are not taken for them", () => {
  expect(defaultSettings.lanes).toEqual(defaultLanes(defaultSettings));
  expect(areDefaultLanes(lanesOf("greedy"))).toBe(false);
  expect(areDefaultLanes([{ ...defaultSettings.lanes[0]!, start: [1] }, ...defaultSettings.lanes.slice(1)])).toBe(false);
  expect(areDefaultLanes([...defaultSettings.lanes, { decoder: "greedy" }])).toBe(false);
});
