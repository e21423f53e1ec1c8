import { copyFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFakeHub } from "../../../tests/src/support/fake-hub.ts";
import type { FakeHub, FakeHubPlan } from "../../../tests/src/support/fake-hub-plan.ts";
import { base64 } from "../../../tests/src/support/counting-graph.ts";
import { bracketTokenizer, LONGEST, neighbourGraph } from "../../../tests/src/support/neighbour-graph.ts";
import { onnxFile } from "../../../tests/src/support/onnx-writer.ts";
import { figure, laneText, link, openSettings, runToEnd, saveRun, stage } from "./browser.ts";
import { dropFiles } from "./drop-files.ts";
import { chooseFromHub, fillHub, openModelDialog, untilChosen, useModel } from "./choose-model.ts";

const { open } = stage();
const models = fileURLToPath(new URL("../../../packages/tiny-models/models/", import.meta.url));
const stories = `${models}stories`;
const PATHS = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"];

/** A small causal model in a repository of this name, with its graph under each of `graphs`. */
const causalPlan = (repository: string, graphs: readonly string[] = ["onnx/model.onnx"]): FakeHubPlan => ({
  repository,
  files: Object.fromEntries([
    ...PATHS.slice(0, -1).map((file) => [file, { model: `stories-draft/${file}` }]),
    ...graphs.map((graph) => [graph, { model: "stories-draft/onnx/model.onnx", lfs: true }]),
  ]),
});
const maskedPlan: FakeHubPlan = {
  repository: "org/masked",
  files: {
    "config.json": { text: JSON.stringify({ architectures: ["BertForMaskedLM"], max_position_embeddings: LONGEST }) },
    "tokenizer.json": { text: JSON.stringify(bracketTokenizer()) },
    "onnx/model.onnx": { base64: base64(onnxFile(neighbourGraph())), lfs: true },
  },
};

const hubs: FakeHub[] = [];
async function hubWith(plan: FakeHubPlan): Promise<FakeHub> {
  const hub = await startFakeHub(plan);
  hubs.push(hub);
  return hub;
}

let folder: string;
/** The story model with a chat template. */
let chatFolder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "compare-models-"));
  chatFolder = path.join(folder, "chatty");
  await cp(stories, chatFolder, { recursive: true });
  const template = "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}Once upon a time, {{ '' }}";
  await writeFile(path.join(chatFolder, "chat_template.jinja"), template);
});
afterAll(async () => {
  await Promise.all(hubs.map((hub) => hub.stop()));
  await rm(folder, { recursive: true });
});

const notice = (page: Page, text: RegExp | string): Promise<void> =>
  page.locator(".notice", { hasText: text }).waitFor({ timeout: 60_000 });
const titles = (page: Page): Promise<readonly (string | null)[]> =>
  page.locator(".lane").evaluateAll((lanes) => lanes.map((lane) => lane.getAttribute("aria-label")));
const problems = (page: Page): Promise<string[]> => page.locator(".lane .problem").allInnerTexts();
const optionOf = (page: Page, text: string) => page.locator(".add-lane option", { hasText: text }).first();

describe("a causal model of a hub", () => {
  test("is named by the page of one of its files, begins with lanes that run, and offers no others", async () => {
    const hub = await hubWith(causalPlan("org/small", ["onnx/model_q4.onnx"]));
    const { page, problems: errors } = await open(link({ n: "6" }));
    await chooseFromHub(page, { model: `${hub.endpoint}/org/small/blob/main/onnx/model_q4.onnx`, hub: hub.endpoint });
    await untilChosen(page);
    expect(await titles(page)).toEqual(["Lane A, Greedy", "Lane B, Speculative", "Lane C, Top-p"]);
    await notice(page, "The lanes are now those that this model begins with");
    expect(await hub.takeRequests()).toEqual([]);
    expect(await optionOf(page, "Fast-dLLM").isDisabled()).toBe(false);
    await runToEnd(page);
    expect(await problems(page)).toEqual([]);
    for (const lane of [0, 1, 2]) expect(await figure(page, lane, "tokens")).toBe("6");
    expect((await hub.takeRequests()).map((request) => request.path)).toContain("onnx/model_q4.onnx");
    const masked = optionOf(page, "Fast-dLLM");
    expect(await masked.isDisabled()).toBe(true);
    expect(await masked.innerText()).toContain("needs a masked model");
    expect(await optionOf(page, "Speculative · drafter draft-model").count()).toBe(0);
    expect(errors).toEqual([]);
  });

  test("of a link runs the lanes that it can, and says in place why it cannot run the others, also before it is tried again", async () => {
    const hub = await hubWith(causalPlan("org/small"));
    const lanes = ["fast-dllm:blockLength=8", "greedy", "speculative:drafter=draft-model", "contrastive"];
    const { page } = await open(link({ n: "6", m: "org/small", h: hub.endpoint, l: lanes }));
    const early = ["needs a draft model: choose one in Model", "needs hidden states, which this page does not load"];
    expect(await problems(page)).toEqual(early.map((reason) => `This model cannot run it: ${reason}.`));
    await runToEnd(page);
    expect(await figure(page, 1, "tokens")).toBe("6");
    expect(await problems(page)).toEqual(
      ["needs a masked model", ...early].map((reason) => expect.stringContaining(`This model cannot run it: ${reason}.`)),
    );
    await openSettings(page);
    await page.locator("#model").selectOption("stories");
    expect(await problems(page).then((all) => all.filter((text) => text.includes("needs a masked model")))).toHaveLength(1);
    await runToEnd(page);
    expect(await figure(page, 0, "tokens")).toBe("6");
  });
});

test("a popular model is listed with its size, suggests its draft model, and both come from the hub that is set, when Run is pressed", async () => {
  const repositories = ["HuggingFaceTB/SmolLM2-360M-Instruct", "HuggingFaceTB/SmolLM2-135M-Instruct"] as const;
  // A hub serves one repository: the second model comes from the first hub under its own name.
  const hub = await hubWith(causalPlan(repositories[1], ["onnx/model_fp16.onnx"]));
  const { page } = await open(link({ n: "6" }));
  await openModelDialog(page, "Popular");
  expect(await page.locator(".model-card", { hasText: "Qwen3 0.6B" }).innerText()).toMatch(
    /about 570 MB.*596 million weights · chat · Apache\s2\.0/s,
  );
  await page.getByRole("radio", { name: "SmolLM2 360M Instruct" }).check();
  await page.getByRole("button", { name: "Use SmolLM2 135M Instruct (about 327 MB more)" }).click();
  expect(await page.getByLabel("Draft model", { exact: true }).inputValue()).toBe(repositories[1]);
  await page.getByRole("radio", { name: "SmolLM2 135M Instruct" }).check();
  expect(await page.getByLabel("Draft model", { exact: true }).inputValue()).toBe("");
  expect(await page.getByLabel("Data type").inputValue()).toBe("fp16");
  await fillHub(page, hub.endpoint);
  await useModel(page);
  await untilChosen(page);
  expect(await page.locator("#model option:checked").innerText()).toBe(`SmolLM2 135M Instruct · fp16 · ${new URL(hub.endpoint).host}`);
  expect(await optionOf(page, "Fast-dLLM").isDisabled()).toBe(true);
  expect(await hub.takeRequests()).toEqual([]);
  await page.getByRole("radio", { name: "Plain text" }).check();
  await runToEnd(page);
  expect(await problems(page)).toEqual([]);
  expect(await figure(page, 0, "tokens")).toBe("6");
});

describe("a draft model", () => {
  test("is loaded beside the model, and its drafts are counted", async () => {
    const hub = await hubWith(causalPlan("org/small"));
    const { page, problems: errors } = await open(link({ n: "12" }));
    await openModelDialog(page, "From this device");
    await page.getByTestId("model-folder").setInputFiles(stories);
    await page.getByText("stories: ").waitFor();
    await page.getByLabel("Draft model", { exact: true }).fill("org/small");
    await fillHub(page, hub.endpoint);
    await useModel(page);
    await untilChosen(page);
    expect(await titles(page)).toEqual(["Lane A, Greedy", "Lane B, Speculative", "Lane C, Speculative"]);
    await runToEnd(page);
    expect(await problems(page)).toEqual([]);
    expect(await page.locator("[data-lane='1']").innerText()).toMatch(/by the draft model/);
    expect(await laneText(page, 1)).toBe(await laneText(page, 0));
    expect((await hub.takeRequests()).map((request) => request.path)).toContain("onnx/model.onnx");
    expect(errors).toEqual([]);
  });

  test("of another vocabulary, or one that predicts masked tokens, is refused before the run", async () => {
    const hub = await hubWith(causalPlan("org/small"));
    const { page } = await open(link({ n: "6", m: "org/small", h: hub.endpoint, a: "puzzles" }));
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await notice(page, "puzzles cannot draft for org/small: they split text into different tokens");
    expect(await page.locator(".token[data-final]").count()).toBe(0);
    const masked = await hubWith(maskedPlan);
    const other = await open(link({ n: "6", m: "stories", h: masked.endpoint, a: "org/masked" }));
    await other.page.getByRole("button", { name: "Run", exact: true }).click();
    await notice(other.page, "org/masked predicts masked tokens and cannot draft");
  });
});

test("a model that only predicts masked tokens runs the lanes for it, and says why not the others", async () => {
  const hub = await hubWith(maskedPlan);
  const { page, problems: errors } = await open(
    link({ n: "4", p: "ab", m: "org/masked", h: hub.endpoint, l: ["fast-dllm:blockLength=4", "greedy"] }),
  );
  await runToEnd(page);
  expect(await figure(page, 0, "tokens")).toBe("4");
  expect(await problems(page)).toEqual([expect.stringContaining("needs a model that predicts the next token")]);
  expect(await optionOf(page, "Beam").isDisabled()).toBe(true);
  expect(errors).toEqual([]);
});

describe("a model of this device", () => {
  test("is taken from a folder, and the same one gives the same text as the embedded copy", async () => {
    const { page, problems: errors } = await open(link({ n: "6", l: "greedy" }));
    await runToEnd(page);
    const expected = await laneText(page, 0);
    await openModelDialog(page, "From this device");
    await page.getByTestId("model-folder").setInputFiles(stories);
    await page.getByText(/stories: \d+ files/).waitFor();
    expect(await page.getByLabel("Model file").locator("option").allInnerTexts()).toEqual([
      "Automatic",
      expect.stringMatching(/^onnx\/model\.onnx · 7 MB$/),
    ]);
    await useModel(page);
    await untilChosen(page);
    await openSettings(page);
    expect(await page.locator("#model option:checked").innerText()).toBe("stories · from this device");
    await runToEnd(page);
    expect(await laneText(page, 0)).toBe(expected);
    expect(await page.locator(".chip").innerText()).toMatch(/^stories · /);
    expect(errors).toEqual([]);
  });

  test("is taken from a folder that is dropped anywhere on the page", async () => {
    const { page, problems: errors } = await open(link({ n: "6", l: "greedy" }));
    await dropFiles(page, [stories]);
    await page.getByText(/stories: \d+ files/).waitFor();
    expect(await page.getByRole("radio", { name: "From this device" }).isChecked()).toBe(true);
    await useModel(page);
    await untilChosen(page);
    await runToEnd(page);
    expect(await figure(page, 0, "tokens")).toBe("6");
    expect(errors).toEqual([]);
  });

  test("that lacks something says what, until the right files are dropped", async () => {
    const { page } = await open(link({ n: "6", l: "greedy" }));
    await dropFiles(page, [path.join(stories, "README.md"), path.join(stories, "config.json")]);
    await page.getByText("No .onnx file among the 2 files. Choose a folder with config.json, tokenizer.json and an .onnx file.").waitFor();
    await useModel(page);
    await page.getByText("Choose a folder with config.json, tokenizer.json and an .onnx file.").first().waitFor();
    await dropFiles(page, [path.join(stories, "onnx")]);
    await page.getByText("config.json and tokenizer.json are missing in onnx. Choose the whole folder of the model.").waitFor();
    await dropFiles(
      page,
      PATHS.concat("onnx/canvas.onnx").map((file) => path.join(stories, file)),
    );
    await page.getByText("files: 6 files").waitFor();
    await page.getByLabel("Model file").selectOption({ index: 1 });
    await useModel(page);
    await untilChosen(page);
    await runToEnd(page);
    expect(await figure(page, 0, "tokens")).toBe("6");
  });

  test("is not needed to open a saved run that is dropped", async () => {
    const { page } = await open(link({ n: "6", l: "greedy" }));
    await runToEnd(page);
    const file = path.join(folder, "run.jsonl");
    await copyFile(await saveRun(page), file);
    const text = await laneText(page, 0);
    const other = await open(link({ n: "7" }));
    await dropFiles(other.page, [file]);
    await other.page.locator("#tokens-0 .token[data-final]").first().waitFor();
    expect(await laneText(other.page, 0)).toBe(text);
    expect(await other.page.locator(".model-form").count()).toBe(0);
  });
});

describe("a model with a chat template", () => {
  test("reads the prompt as a message, with a system message, or as plain text, and shows the template on demand", async () => {
    const { page, problems: errors } = await open(link({ n: "6", l: "greedy", p: "Tell me a story." }));
    await expect.poll(() => page.getByText("Prompt as").count()).toBe(0);
    await dropFiles(page, [chatFolder]);
    await page.getByText(/chatty: \d+ files/).waitFor();
    await useModel(page);
    await untilChosen(page);
    await page.getByText("Chat message, if the model has a chat template").waitFor();
    await page.getByLabel("System message").fill("Be kind.");
    await runToEnd(page);
    const chat = await laneText(page, 0);
    expect(await page.locator(".lane .prompt").first().innerText()).toBe("Tell me a story.");
    await page.getByText("The prompt as the model reads it").click();
    expect(await page.locator(".rendered pre").innerText()).toBe("[system] Be kind.\n[user] Tell me a story.\nOnce upon a time, ");
    await page.getByRole("radio", { name: "Plain text" }).check();
    await page.getByText("These results are from before you changed how the prompt is read").waitFor();
    expect(new URL(page.url()).hash).toContain("c=off");
    await runToEnd(page);
    expect(await laneText(page, 0)).not.toBe(chat);
    expect(await page.locator(".rendered").count()).toBe(0);
    await page.getByRole("radio", { name: "Chat message" }).check();
    await runToEnd(page);
    expect(await laneText(page, 0)).toBe(chat);
    expect(errors).toEqual([]);
  });

  test("is not asked for of a model without one", async () => {
    const { page } = await open(link({ n: "6", l: "greedy", c: "on" }));
    await page.getByText("This model has no chat template. Choose “Plain text”.").waitFor();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await notice(page, "stories has no chat template. Choose “Plain text”.");
    await page.getByRole("radio", { name: "Plain text" }).click();
    await page.getByText("Prompt as").waitFor({ state: "detached" });
    await runToEnd(page);
    expect(await figure(page, 0, "tokens")).toBe("6");
  });
});

test.each([
  ["Qwen/Qwen3-0.6B-GGUF", "GGUF files are for llama.cpp"],
  ["https://huggingface.co/spaces/org/app", "This is a Space"],
  ["https://huggingface.co/datasets/org/set", "This is a dataset"],
  ["https://huggingface.co/models?search=smol", "This is a list of models"],
])("%s gets a hint", async (address, hint) => {
  const { page } = await open(link({ n: "6", l: "greedy" }));
  await chooseFromHub(page, { model: address });
  await page.getByRole("alert").getByText(hint).waitFor();
});

test("the dialog is used by keyboard alone", async () => {
  const { page } = await open(link({ n: "6", l: "greedy" }));
  await openSettings(page);
  await page.locator("#model").selectOption("more");
  const focused = (): Promise<string | null> =>
    page.evaluate(() => document.activeElement?.closest("label")?.textContent ?? document.activeElement?.id ?? null);
  await expect.poll(focused).toBe("Popular");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  expect(await focused()).toContain("Puzzles");
  await page.keyboard.press("Enter");
  await untilChosen(page);
  expect(await page.locator("#model").inputValue()).toBe("puzzles");
});
