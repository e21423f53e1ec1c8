import { readFile } from "node:fs/promises";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import type { WorkerModel } from "@decodekit/core/worker";
import { afterEach, expect, test } from "vitest";
import { texts } from "../texts/texts.ts";
import { isChat, readPrompt } from "./chat-prompt.ts";
import { localStore } from "./local-store.ts";

const folder = new URL("../../../../packages/tiny-models/models/stories/", import.meta.url);
const PATHS = ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx", "onnx/canvas.onnx"];
const SIMPLE = "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}[assistant] {% endif %}";
const DATED = `Today is {{ strftime_now("%d %B %Y") }}. ${SIMPLE}`;
const STRICT = `{% if messages[0].role == "system" %}{{ raise_exception("No system message") }}{% endif %}${SIMPLE}`;

let loaded: OnnxLanguageModel | undefined;
afterEach(async () => {
  await loaded?.dispose();
  loaded = undefined;
});

/** The story model with a chat template, or none, with the calls of a model in a worker. */
async function modelWith(template: string | undefined): Promise<Pick<WorkerModel, "name" | "encode" | "decode" | "chat">> {
  const own = await Promise.all(PATHS.map(async (path) => ({ path, file: new File([await readFile(new URL(path, folder))], path) })));
  const files = template === undefined ? own : [...own, { path: "chat_template.jinja", file: new File([template], "chat_template.jinja") }];
  const { name, tokenizer, chat } = (loaded = await loadModel(localStore({ name: "stories", files }), { execution: "native", threads: 1 }));
  return {
    name,
    encode: async (text, options) => tokenizer.encode(text, options),
    decode: async (tokens) => tokenizer.decode(tokens),
    ...(chat && {
      chat: {
        names: chat.names,
        render: async (messages, options) => chat.render(messages, options),
        encode: async (messages, options) => chat.encode(messages, options),
      },
    }),
  };
}

test("a prompt is a message of a chat if the model has a template, and as the visitor chooses", async () => {
  const model = await modelWith(SIMPLE);
  const auto = await readPrompt(model, { prompt: "Hello", chat: "auto", system: "" });
  expect(auto.rendered).toBe("[user] Hello\n[assistant] ");
  expect([...auto.tokens]).toEqual([...(await model.encode("[user] Hello\n[assistant] ", { addSpecialTokens: false }))]);
  const system = await readPrompt(model, { prompt: "Hello", chat: "on", system: "Be kind." });
  expect(system.rendered).toBe("[system] Be kind.\n[user] Hello\n[assistant] ");
  const plain = await readPrompt(model, { prompt: "Hello", chat: "off", system: "Be kind." });
  expect(plain).toEqual({ tokens: await model.encode("Hello") });
});

test("without a template a prompt is plain text, unless a message was asked for, which is an error that says what to do", async () => {
  const model = await modelWith(undefined);
  expect(await readPrompt(model, { prompt: "Hello", chat: "auto", system: "" })).toEqual({ tokens: await model.encode("Hello") });
  await expect(readPrompt(model, { prompt: "Hello", chat: "on", system: "" })).rejects.toThrow(texts.models.problems.noTemplate("stories"));
});

test("a template that writes the date gets the same one every time, and any other error is the template's", async () => {
  const dated = await readPrompt(await modelWith(DATED), { prompt: "Hello", chat: "auto", system: "" });
  expect(dated.rendered).toBe("Today is 01 January 2025. [user] Hello\n[assistant] ");
  expect(dated.hasDate).toBe(true);
  await loaded!.dispose();
  const strict = await modelWith(STRICT);
  await expect(readPrompt(strict, { prompt: "Hello", chat: "auto", system: "Be kind." })).rejects.toThrow("No system message");
});

test.each([
  ["auto", true, true],
  ["auto", false, false],
  ["auto", undefined, undefined],
  ["on", false, true],
  ["off", true, false],
] as const)("chat %s on a model whose template is known as %s: %s", (chat, hasChat, expected) => {
  expect(isChat({ chat }, hasChat)).toBe(expected);
});
