import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { CACHE } from "../../../tests/src/support/cache.ts";
import { figure, laneText, link, runToEnd, stage } from "./browser.ts";
import { untilChosen, useModel } from "./choose-model.ts";
import { dropFiles } from "./drop-files.ts";

// SmolLM2-135M-Instruct, which scripts/python-models.mjs makes.
const folder = path.join(CACHE, "smollm2");
// A pass in 4 bits takes a quarter of a second on a CPU, so that file has one lane.
const FILES = [
  ["onnx/model_q4.onnx", ["greedy"]],
  ["onnx/model_quantized.onnx", ["greedy", "speculative:drafter=prompt-lookup"]],
] as const;
const DROPPED = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "onnx"];
const present = FILES.every(([file]) => existsSync(path.join(folder, file)));
if (!present) console.log(`skipped: no chat model in ${folder}`);

const { open } = stage();
const QUESTION = "What is the capital of France?";

describe.runIf(present)("SmolLM2-135M-Instruct, which scripts/python-models.mjs makes, dropped on the page", () => {
  test.each(FILES)(
    "%s answers a chat message, and stops where its turn ends",
    async (file, lanes) => {
      const { page, problems } = await open(link({ n: "24", p: QUESTION, x: "wasm", l: lanes }));
      await dropFiles(
        page,
        DROPPED.map((name) => path.join(folder, name)),
      );
      await page.getByLabel("Model file").selectOption({ label: await optionOf(file) });
      await useModel(page);
      await untilChosen(page);
      await runToEnd(page, 380_000);
      expect(await page.locator(".lane .problem").allInnerTexts()).toEqual([]);
      expect(await laneText(page, 0)).toContain("Paris");
      expect(await page.locator("[data-lane='0'] .verdict").innerText()).toMatch(/ended with a stop token/i);
      expect(Number(await figure(page, 0, "passes"))).toBeLessThan(24);
      expect(await page.locator(".lane .prompt").first().innerText()).toBe(QUESTION);
      await page.getByText("The prompt as the model reads it").click();
      expect(await page.locator(".rendered pre").innerText()).toContain(`<|im_start|>user\n${QUESTION}<|im_end|>\n<|im_start|>assistant`);
      expect(problems).toEqual([]);

      async function optionOf(wanted: string): Promise<string> {
        const labels = await page.getByLabel("Model file").locator("option").allInnerTexts();
        return labels.find((label) => label.startsWith(`${wanted} · `))!;
      }
    },
    400_000,
  );
});
