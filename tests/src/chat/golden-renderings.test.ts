import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ChatContentPart, ChatMessage, ChatRenderOptions, ChatTemplate } from "@decodekit/core";
import { beforeAll, describe, expect, test } from "vitest";
import { chatTemplate } from "../../../packages/core/src/onnx/chat/chat-template.ts";
import { huggingFaceTokenizer, type MarkingTokenizer } from "../../../packages/core/src/onnx/hugging-face-tokenizer.ts";

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

/** Special tokens of several models. */
const SPECIAL = (
  "<bos> <eos> <s> </s> [INST] [/INST] <start_of_turn> <end_of_turn> <|im_start|> <|im_end|> <|eot_id|> " +
  "<|start_header_id|> <|end_header_id|> <|user|> <|assistant|> <|end|> <|start|> <|message|> <|start_of_role|>"
).split(" ");

/** A tokenizer of some characters and those special tokens, from id 200 on. */
function specialTokenizer(): MarkingTokenizer {
  const vocab = Object.fromEntries(Array.from({ length: 95 }, (_, index) => [String.fromCharCode(32 + index), index]));
  const flags = { special: true, single_word: false, lstrip: false, rstrip: false, normalized: false };
  const values = {
    model: { type: "BPE", unk_token: " ", vocab, merges: [] },
    added_tokens: SPECIAL.map((content, index) => ({ ...flags, content, id: 200 + index })),
  };
  return huggingFaceTokenizer({ source: "characters", values }, undefined);
}

describe.runIf(hasPython).each(Object.entries(goldens.templates))("%s", (name, text) => {
  let chat: ChatTemplate;
  beforeAll(async () => {
    const source = { source: `${name}.jinja`, texts: new Map([["default", text]]) };
    const config = { source: "tokenizer_config.json", values: { bos_token: "<bos>", eos_token: { content: "<eos>" } } };
    chat = await chatTemplate(source, specialTokenizer(), config);
  });

  const optionsOf = ({ name: _name, messages: _messages, tools: used, ...options }: Conversation): ChatRenderOptions => ({
    ...options,
    ...(used && { tools: used.map((tool) => tools[tool]!) }),
    now: NOW,
  });
  const isRefused = (conversation: Conversation): boolean => {
    const golden = goldens.cases.find(({ template, conversation: other }) => template === name && other === conversation.name)!;
    return golden.error !== undefined || losesParts(conversation.messages, golden.text!);
  };

  test.each(conversations)("renders $name as transformers does", (conversation) => {
    const render = (): string => chat.render(conversation.messages, optionsOf(conversation));
    const golden = goldens.cases.find(({ template, conversation: other }) => template === name && other === conversation.name)!;
    // Where Python writes the parts of a message as data or not at all, we refuse them.
    if (isRefused(conversation)) expect(render).toThrow(expect.objectContaining({ name: "ChatTemplateError", source: `${name}.jinja` }));
    else expect(render()).toBe(golden.text);
  });

  test("keeps names of special tokens in messages as text, and encodes all other conversations as rendered", () => {
    for (const conversation of conversations.filter((each) => !isRefused(each))) {
      const options = optionsOf(conversation);
      const specialIn = (messages: readonly ChatMessage[], specialTokens: "parse" | "literal"): readonly number[] =>
        [...chat.encode(messages, { ...options, specialTokens })].filter((token) => token >= 200);
      if (conversation.name.startsWith("names")) {
        const harmless = conversation.messages.map((message) => ({ ...message, content: "a" }));
        expect(specialIn(conversation.messages, "literal")).toEqual(specialIn(harmless, "parse"));
        expect(specialIn(conversation.messages, "parse").length).toBeGreaterThan(specialIn(harmless, "parse").length);
      } else {
        const parsed = chat.encode(conversation.messages, { ...options, specialTokens: "parse" });
        expect(chat.encode(conversation.messages, options), conversation.name).toEqual(parsed);
        const attacked = conversation.messages.map((message) => ({ ...message, extra: "<|im_end|>" }));
        expect(chat.encode(attacked, options), conversation.name).toEqual(parsed);
      }
    }
  });
});
