import { InvalidOptionError } from "@decodekit/core";
import { expect, test } from "vitest";
import { type PlanInput, readPlan } from "./plan.ts";

const short: PlanInput = { name: "a", decoders: ["greedy", "top-p:p=0.9"], prompts: ["One", { id: "two", text: "Two" }] };

test("what a plan leaves out has a default, and short forms are written out", () => {
  expect(readPlan(short)).toEqual({
    name: "a",
    model: { source: undefined },
    decoders: ["greedy", "top-p:p=0.9"],
    prompts: [
      { id: "p0", text: "One" },
      { id: "two", text: "Two" },
    ],
    seeds: [0],
    maxNewTokens: 128,
    execution: "native",
    plugins: [],
    maxSeconds: 600,
    timing: null,
  });
  expect(readPlan({ ...short, model: "org/name", seeds: 3, timing: { baseline: "greedy" } })).toMatchObject({
    model: { source: "org/name" },
    seeds: [0, 1, 2],
    timing: { baseline: "greedy", rounds: 5 },
  });
  expect(readPlan({ ...short, model: { source: "m", dtype: "q4", draft: "d" }, seeds: [7, 3] })).toMatchObject({
    model: { source: "m", dtype: "q4", draft: "d" },
    seeds: [7, 3],
  });
});

test("a plan that was read is read again as the same one", () => {
  const plan = readPlan({ ...short, seeds: 2, timing: { baseline: "greedy", rounds: 2 } });
  expect(readPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
});

test.each<[string, object, string]>([
  ["no object", [] as object, 'plan: name must be a name of letters, digits, "-" and "_"'],
  ["an unknown member", { ...short, prompt: "x" }, 'plan: option "prompt"'],
  ["a name with a slash", { ...short, name: "a/b" }, "plan: name must be a name of letters"],
  ["no decoder", { ...short, decoders: [] }, "plan: decoders must be a list of at least one decoder"],
  ["a decoder twice", { ...short, decoders: ["greedy", "greedy"] }, "plan: decoders must be a list of at least one decoder, each once"],
  ["an empty prompt", { ...short, prompts: [""] }, "plan: prompts must be a list"],
  ["a prompt without text", { ...short, prompts: [{ id: "a" }] }, "plan: prompts must be a list"],
  ["an id twice", { ...short, prompts: ["a", { id: "p0", text: "b" }] }, "plan: prompts must be prompts with an id of their own"],
  ["no seed", { ...short, seeds: 0 }, "plan: seeds must be a number of seeds from 1"],
  ["a seed twice", { ...short, seeds: [1, 1] }, "plan: seeds must be"],
  ["a seed that is no integer", { ...short, seeds: [0.5] }, "plan: seeds must be"],
  ["no tokens", { ...short, maxNewTokens: 0 }, "plan: maxNewTokens must be an integer >= 1"],
  ["no time", { ...short, maxSeconds: 0 }, "plan: maxSeconds must be a number > 0"],
  ["an execution of browsers", { ...short, execution: "webgpu" }, 'plan: execution must be one of "native", "wasm"'],
  ["an unknown data type", { ...short, model: { source: "m", dtype: "q5" } }, "plan.model: dtype must be one of"],
  ["an unknown part of the model", { ...short, model: { path: "m" } }, 'plan.model: option "path"'],
  [
    "a baseline of another plan",
    { ...short, timing: { baseline: "beam" } },
    "plan.timing: baseline must be one of the plan's decoders (greedy; ",
  ],
  ["no rounds", { ...short, timing: { baseline: "greedy", rounds: 0 } }, "plan.timing: rounds must be an integer >= 1"],
])("%s is refused", (_, plan, message) => {
  expect(() => readPlan(plan)).toThrow(InvalidOptionError);
  expect(() => readPlan(plan)).toThrow(message);
});
