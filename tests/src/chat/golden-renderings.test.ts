import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ChatContentPart, ChatMessage, ChatRenderOptions, ChatTemplate } from "@decodekit/core";
import { beforeAll, describe, expect, test } from "vitest";
import { chatTemplate } from "../../../packages/core/src/onnx/chat/chat-template.ts";
import { huggingFaceTokenizer, type MarkingTokenizer } from "../../../packages/core/src/onnx/hugging-face-tokenizer.ts";
import { CACHE } from "../support/cache.ts";

// The expected texts are those of Python's transformers, see render-goldens.py, which also fetches the templates. They are kept in a folder
// that git ignores. Without Python, and without kept texts, these tests are skipped.

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
const read = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
const kept = path.join(CACHE, "chat-goldens.json");
const hasGoldens = existsSync(kept);
if (!hasGoldens) console.log(`skipped: no chats rendered by transformers in ${kept}, see scripts/python-models.mjs`);

const NOW = new Date("2026-03-07T16:05:09Z");
const conversations = read(here("conversations.json")) as readonly Conversation[];
const tools = read(here("tools.json")) as Readonly<Record<string, object>>;
const goldens: Goldens = hasGoldens ? (read(kept) as Goldens) : { templates: {}, cases: [] };

/** Whether a text leaves out the parts of a message, or contains them as data: we refuse both. */
function losesParts(messages: readonly ChatMessage[], text: string): boolean {
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? (content as readonly ChatContentPart[]) : []));
  return parts.length > 0 && (/\[\{['"]type['"]/.test(text) || parts.some((part) => !text.includes(part.text!.trim())));
}

test.runIf(hasGoldens)("every conversation was rendered with at least 8 templates", () => {
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

describe.runIf(hasGoldens).each(Object.entries(goldens.templates))("%s", (name, text) => {
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
