import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ChatContentPart, ChatMessage, ChatTemplate } from "@decodekit/core";
import { beforeAll, describe, expect, test } from "vitest";
import { chatTemplate } from "../../../packages/core/src/onnx/chat/chat-template.ts";
import { huggingFaceTokenizer } from "../../../packages/core/src/onnx/hugging-face-tokenizer.ts";
import { tokenizer as letters } from "../support/counting-graph.ts";

// The expected texts are those of Python's transformers, see render-goldens.py, which also fetches the templates. They are kept in a folder
// that git ignores. DECODEKIT_PYTHON is a Python with transformers; without one, and without kept texts, these tests are skipped.

interface Conversation {
  readonly name: string;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly string[];
  readonly addGenerationPrompt?: boolean;
  readonly continueFinalMessage?: boolean;
  readonly variables?: Readonly<Record<string, unknown>>;
}

interface Goldens {
  readonly templates: Readonly<Record<string, string>>;
  readonly cases: readonly { readonly template: string; readonly conversation: string; readonly text?: string; readonly error?: string }[];
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const inputs = ["conversations.json", "tools.json", "render-goldens.py"].map(here);
const kept = here("../../.cache/chat-goldens.json");
const isFresh = existsSync(kept) && inputs.every((input) => statSync(input).mtimeMs <= statSync(kept).mtimeMs);
const python = process.env["DECODEKIT_PYTHON"] ?? "python3";
const hasPython = isFresh || spawnSync(python, ["-c", "import transformers, jinja2"], { timeout: 60_000 }).status === 0;
if (!hasPython) console.log(`skipped: ${python} has no transformers and jinja2 to render chats with; set DECODEKIT_PYTHON`);
if (hasPython && !isFresh) execFileSync(python, [here("render-goldens.py"), kept], { stdio: "inherit", timeout: 600_000 });

const NOW = new Date("2026-03-07T16:05:09Z");
const conversations = read(inputs[0]!) as readonly Conversation[];
const tools = read(inputs[1]!) as Readonly<Record<string, object>>;
const goldens: Goldens = hasPython ? (read(kept) as Goldens) : { templates: {}, cases: [] };

/** Whether a text leaves out the parts of a message, or contains them as data: we refuse both. */
function losesParts(messages: readonly ChatMessage[], text: string): boolean {
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? (content as readonly ChatContentPart[]) : []));
  return parts.length > 0 && (/\[\{['"]type['"]/.test(text) || parts.some((part) => !text.includes(part.text!.trim())));
}

test.runIf(hasPython)("every conversation was rendered with at least 8 templates", () => {
  const names = Object.keys(goldens.templates);
  expect(names.length).toBeGreaterThanOrEqual(8);
  expect(conversations.length).toBeGreaterThanOrEqual(12);
  expect(goldens.cases).toHaveLength(names.length * conversations.length);
});

describe.runIf(hasPython).each(Object.entries(goldens.templates))("%s", (name, text) => {
  let chat: ChatTemplate;
  beforeAll(async () => {
    const source = { source: `${name}.jinja`, texts: new Map([["default", text]]) };
    const tokenizer = huggingFaceTokenizer({ source: "letters", values: letters(7) as Readonly<Record<string, unknown>> }, undefined);
    const config = { source: "tokenizer_config.json", values: { bos_token: "<bos>", eos_token: { content: "<eos>" } } };
    chat = await chatTemplate(source, tokenizer, config);
  });

  test.each(conversations)("renders $name as transformers does", ({ name: conversation, messages, tools: used, ...options }) => {
    const expected = goldens.cases.find((golden) => golden.template === name && golden.conversation === conversation)!;
    const render = (): string => chat.render(messages, { ...options, ...(used && { tools: used.map((tool) => tools[tool]!) }), now: NOW });
    if (expected.error === undefined && !losesParts(messages, expected.text!)) expect(render()).toBe(expected.text);
    else expect(render).toThrow(expect.objectContaining({ name: "ChatTemplateError", source: `${name}.jinja` }));
  });
});
