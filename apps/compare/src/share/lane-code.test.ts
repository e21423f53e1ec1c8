import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordingModels } from "../../build/recording-models.ts";
import { decoders, makeLane, specificationOf } from "../lab/decoders.ts";
import { withStart } from "../lab/constrained-plugin.ts";
import { defaultSettings, type Settings } from "../url/settings.ts";
import { decoderCode } from "./decoder-code.ts";
import { laneCode } from "./lane-code.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Its start is part of the text that the rule allows. */
const STARTED_RULE = "constrained:kind=regex,text=[^e]+!";

/** Every decoder of the app with each of its presets, and options that change the code. */
const specifications = [
  ...decoders.flatMap(({ name, presets }) => (presets.length > 0 ? presets : [{}]).map((options) => specificationOf(name, options))),
  ...["prompt-lookup", "ddtree", "jacobi", "lookahead", "cascade", "draft-model"].map(
    (drafter) => `speculative:drafter=${drafter},draftLength=3`,
  ),
  "speculative:drafter=draft-model,draftLength=2,verify=ratio,temperature=0.8,p=0.9",
  "speculative:drafter=suffix,verify=gumbel,temperature=1",
  ...["hf:", "vllm", "llama-cpp"].map((system) => `sample:preset=${system.replace(":", ",temperature=0.7,top_k=5")}`),
  "mirostat:version=1,tau=4",
  "penalties:dry=0.8,noRepeatNgram=3",
  "beam:beams=3,earlyStopping=never,groups=3,diversityPenalty=0.5",
  "self-consistency:n=3,answerTokens=2",
  "think-first:scratchTokens=4,answerTokens=6,separator=50 316,temperature=0.7",
  "judged-tree:nodes=8,rowCost=0.1,temperature=0.5",
  "llada:blockLength=4,canvas=block,guidanceScale=1.5,temperature=0.5",
  "infill:after=The end.,length=5",
  'constrained:text="yes, indeed\\nno",draftForced=false',
  'constrained:kind=grammar,text=root ::= " a" [a-z ]*,temperature=0.7,p=0.9',
  "constrained:kind=regex,text= [^e]+\\.,draftForced=false,temperature=0.8",
  STARTED_RULE,
];
/** Two lanes start with tokens that the visitor chose. */
const starts: Readonly<Record<string, readonly number[]>> = {
  "penalties:dry=0.8,noRepeatNgram=3": [471, 355],
  [STARTED_RULE]: [471, 355],
};
const startOf = (specification: string): readonly number[] => starts[specification] ?? [];
const prompt = 'Once upon a time, there was a "dog" and\n';
const settings: Settings = { ...defaultSettings, prompt, maxNewTokens: 10, seed: 5 };

const models = recordingModels();
const folder = mkdtempSync(path.join(tmpdir(), "lane-code-"));
const fileOf = (index: number): string => path.join(folder, `lane-${index}.ts`);

/** Returns the text of a lane, which the page makes in the same way. */
async function textOf(specification: string): Promise<string> {
  const { model: plain, draft } = await models.get(settings.model);
  const needsStates = makeLane(specification).decoder.capabilities?.includes("hiddenStates") ?? false;
  const model = needsStates ? await loadModel(stories, { execution: "wasm", threads: 1, hiddenStates: true }) : plain;
  const { plugin, decoder: made, options = {} } = makeLane(specification);
  const { maxNewTokens, seed } = settings;
  const ofDraft = made.requires.includes("draft") ? { draft } : {};
  const start = startOf(specification);
  const decoder = plugin.create(withStart(plugin, options, start.length), model);
  const tokens = Int32Array.of(...model.tokenizer.encode(prompt), ...start);
  return (await generate(model, tokens, { decoder, maxNewTokens: maxNewTokens - start.length, seed, ...ofDraft }).result).text;
}

function programOf(specification: string): string {
  const { plugin, decoder, options = {} } = makeLane(specification);
  return laneCode({
    title: plugin.title,
    decoder: { name: plugin.name, options },
    model: { kind: "embedded", name: "stories" },
    hiddenStates: decoder.capabilities?.includes("hiddenStates") ? true : undefined,
    draft: decoder.requires.includes("draft") ? { kind: "embedded", name: "storiesDraft" } : undefined,
    execution: "wasm",
    prompt,
    start: startOf(specification),
    maxNewTokens: settings.maxNewTokens,
    seed: settings.seed,
  });
}

/** Runs every program as it is, in one process, and returns what each printed. */
function runAll(): readonly string[] {
  const runner = `
    for (let index = 0; index < ${specifications.length}; index++) {
      const lines = [];
      console.log = (line) => lines.push(String(line));
      await import(\`./lane-\${index}.mjs\`);
      process.stdout.write(JSON.stringify(lines[0]) + "\\n");
    }`;
  writeFileSync(path.join(folder, "run-all.mjs"), runner);
  const { stdout, stderr } = spawnSync(process.execPath, ["run-all.mjs"], { cwd: folder, encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as string);
}

beforeAll(() => {
  mkdirSync(path.join(folder, "node_modules", "@decodekit"), { recursive: true });
  for (const name of [
    "compare",
    "constraints",
    "core",
    "greedy",
    "refinement",
    "samplers",
    "search",
    "speculative",
    "tiny-models",
    "top-p",
  ])
    symlinkSync(path.join(root, "packages", name), path.join(folder, "node_modules", "@decodekit", name));
  for (const [index, specification] of specifications.entries()) {
    const program = programOf(specification);
    writeFileSync(fileOf(index), program);
    // There are no type annotations, so the same text is JavaScript.
    writeFileSync(fileOf(index).replace(".ts", ".mjs"), program);
  }
});
afterAll(async () => {
  await models.dispose();
  rmSync(folder, { recursive: true });
});

describe("the program of a lane", () => {
  test("writes the text of the lane, for every decoder of the app, on the built packages", async () => {
    const texts: string[] = [];
    for (const specification of specifications) texts.push(await textOf(specification));
    const printed = runAll();
    expect(Object.fromEntries(specifications.map((each, index) => [each, printed[index]]))).toEqual(
      Object.fromEntries(specifications.map((each, index) => [each, texts[index]])),
    );
  }, 300_000);

  test("is valid TypeScript under strict settings", () => {
    const config = {
      extends: path.join(root, "tsconfig.base.json"),
      compilerOptions: { noEmit: true, composite: false, module: "nodenext", moduleResolution: "nodenext", types: [], typeRoots: [] },
      include: ["*.ts"],
    };
    writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(config));
    const { stdout, status } = spawnSync(path.join(root, "node_modules", ".bin", "tsc"), ["-p", folder], { encoding: "utf8" });
    expect([stdout, status]).toEqual(["", 0]);
  });

  test("makes every decoder of the app with the factories of published packages", () => {
    for (const { name } of decoders) {
      const { imports } = decoderCode(name, makeLane(name).options!)!;
      for (const [from] of imports) {
        const [, short] = /^@decodekit\/([\w-]+)/.exec(from)!;
        const { private: isPrivate } = JSON.parse(readFileSync(path.join(root, "packages", short!, "package.json"), "utf8")) as {
          readonly private?: boolean;
        };
        expect(isPrivate, from).toBeUndefined();
      }
    }
  });

  test("reads as one would write it", () => {
    expect(programOf("speculative:drafter=masked-draft,draftLength=4"))
      .toBe(`// The lane "Speculative" of decodekit compare, for Node 20.19 or later or a page.
// npm install @decodekit/core @decodekit/speculative @decodekit/tiny-models
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { maskedDraft, speculative } from "@decodekit/speculative";
import { stories } from "@decodekit/tiny-models";

const model = await loadModel(stories, { execution: "wasm", threads: 1 });
const prompt = "Once upon a time, there was a \\"dog\\" and\\n";
const decoder = speculative({ drafter: maskedDraft(), draftLength: 4 });
const { text, finishReason, statistics } = await generate(model, prompt, { decoder, maxNewTokens: 10, seed: 5 }).result;
console.log(text);
console.log(finishReason, statistics);
await model.dispose();
`);
  });
});

const lane = { title: "Greedy", decoder: { name: "greedy", options: {} }, maxNewTokens: 8, seed: 0, prompt: "x" } as const;

test("models of the Hub, URLs and files, chats, and decoders of others", () => {
  const ofHub = laneCode({
    ...lane,
    model: { kind: "hub", repository: "org/name", revision: "main", endpoint: "https://mirror.example" },
    draft: { kind: "hub", repository: "org/small" },
    dtype: "q4",
    execution: "webgpu",
    prompt: [{ role: "user", content: "Hi" }],
  });
  expect(ofHub).toContain('import { hub } from "@decodekit/hub";');
  expect(ofHub).toContain('loadModel(hub("org/name", { revision: "main", endpoint: "https://mirror.example" }), { dtype: "q4" })');
  expect(ofHub).toContain('const draft = await loadModel(hub("org/small"), { dtype: "q4" });');
  expect(ofHub).toContain("generate(model, prompt, { decoder: greedy(), draft,".replace("decoder: greedy()", "decoder"));
  expect(ofHub).toContain('execution: "webgpu" to the options of loadModel');
  expect(ofHub).toContain('"role": "user"');
  expect(laneCode({ ...lane, model: { kind: "url", url: "https://example.org/m" }, execution: "auto" })).toContain(
    'await loadModel("https://example.org/m");',
  );
  expect(laneCode({ ...lane, model: { kind: "files" }, isMasked: true, execution: "auto" })).toContain(
    'await loadMaskedModel("./my-model");',
  );
  expect(laneCode({ ...lane, model: { kind: "files" }, execution: "auto" })).toContain("into the folder ./my-model");
  const own = laneCode({
    ...lane,
    decoder: { name: "mine", options: { p: 0.5 }, url: "https://example.org/decoders/mine.js?x" },
    model: { kind: "files" },
    execution: "auto",
  });
  expect(own).toContain('import plugins from "./mine.js";');
  expect(own).toContain('[plugins].flat().find((plugin) => plugin.name === "mine").create({ p: 0.5 })');
  expect(laneCode({ ...lane, decoder: { name: "later", options: { p: 0.5 } }, model: { kind: "files" }, execution: "auto" })).toContain(
    'parseDecoder("later:p=0.5", builtInDecoders).decoder',
  );
});
