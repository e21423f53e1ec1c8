import { fileURLToPath } from "node:url";
import type { CompareReport } from "@decodekit/compare";
import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LlamaServerForTest } from "../../../packages/remote/src/engines/llama-server/llama-server-for-tests.ts";
import { serveAsLlamaServer } from "../support/serve-as-llama-server.ts";
import { finished, run, testFolder, textOf, writePlan } from "../support/sweep-command.ts";

const folder = fileURLToPath(new URL("../../../packages/tiny-models/models/stories", import.meta.url));

let server: LlamaServerForTest;
beforeAll(async () => {
  const model = await loadModel(stories);
  afterAll(() => model.dispose());
  server = await serveAsLlamaServer(model, afterAll);
});

const decoders = ["greedy", "top-p:p=0.9", "speculative:drafter=prompt-lookup,draftLength=4"];
const prompts = ["Tom had a ball. Tom had a", "One day, Mia went to the park."];
const flags = [
  ...decoders.flatMap((decoder) => ["--decoder", decoder]),
  ...prompts.flatMap((prompt) => ["--prompt", prompt]),
  "--max-new-tokens",
  "16",
  "--json",
  "-",
];

test("the command writes the same texts with a served model as with the model here", async () => {
  const here = await finished(run(testFolder(), ["compare", ...flags]));
  const there = await finished(run(testFolder(), ["compare", "--model", folder, "--server", `llama-server=${server.url}`, ...flags]));
  const runsOf = ({ stdout }: { readonly stdout: string }) =>
    (JSON.parse(stdout) as CompareReport).runs.map(({ decoder, prompt, text, passes }) => ({ decoder, prompt, text, passes }));
  expect(runsOf(there)).toHaveLength(6);
  expect(runsOf(there)).toEqual(runsOf(here));
  expect((JSON.parse(there.stdout) as CompareReport).model).toMatchObject({ name: "model.gguf", execution: "llama-server" });
});

test("a plan runs on a served model, with the outcomes of the model here", async () => {
  const outcomesOf = async (model: object | undefined): Promise<readonly unknown[]> => {
    const place = testFolder();
    writePlan(place, { decoders, prompts, maxNewTokens: 8, ...(model && { model }) });
    await finished(run(place, ["compare", "plan.json", "--outcomes", "outcomes.jsonl"]));
    const lines = textOf(place, "outcomes.jsonl").trimEnd().split("\n");
    return lines.map((line) => {
      const { decoder, prompt, outcome } = JSON.parse(line) as {
        decoder: string;
        prompt: string;
        outcome: { text: string; passes: object };
      };
      return { decoder, prompt, text: outcome.text, passes: outcome.passes };
    });
  };
  expect(await outcomesOf({ source: folder, server: `llama-server=${server.url}` })).toEqual(await outcomesOf(undefined));
});

test.each([
  [["--server", "llama-server=http://127.0.0.1:1"], 2, "--server needs --model, the folder or repository of the tokenizer."],
  [["--model", folder, "--server", "http://127.0.0.1:1"], 2, "--server must be an engine and its URL, such as llama-server=http"],
  [["--model", folder, "--server", "tgi=http://127.0.0.1:1"], 2, "with one of llama-server, vllm, sglang, kserve; got tgi="],
  [["--model", folder, "--server", "kserve=http://127.0.0.1:1"], 2, "--server kserve=… needs --served-model"],
])("%j is refused with code %i: %s", async (args, code, message) => {
  const { exitCode, stdout, stderr } = await run(testFolder(), ["compare", ...args]);
  expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
  expect(stderr).toContain(message);
});
