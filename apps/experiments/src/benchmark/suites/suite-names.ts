import type { SuiteName } from "../rows.ts";

/** What each suite measures, by its name. */
export const SUITE_TITLES: Readonly<Record<SuiteName, string>> = {
  "framework-cost": "Greedy decoding over the shortest loop around the runtime",
  peers: "Greedy decoding of chat tasks beside other programs",
  prefill: "Time to the first token",
  "context-scaling": "Time of a token by the length of its context",
  speculation: "Speculation over greedy decoding by task",
  drafters: "Every drafter over greedy decoding, on the embedded model",
  samplers: "Choosing a token from 152 k",
  masks: "Masking a row by a JSON schema",
  loading: "Loading a model and decoding: time and peak memory",
  "hub-loading": "Loading from a hub, cold and cached",
  dtypes: "Files of one model by data type",
  "event-loop": "How long a timer waits while its thread decodes",
  bundles: "What a page downloads",
};
