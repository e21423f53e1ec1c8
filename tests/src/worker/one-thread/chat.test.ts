import { type ChatTemplate, ChatTemplateError } from "@decodekit/core";
import { fromGenerationConfig, generate, loadModel } from "@decodekit/core/worker";
import { expect, test } from "vitest";
import { byteModel } from "./byte-model.ts";
import { serveHere } from "./serve-here.ts";

const chat: ChatTemplate = {
  names: ["default"],
  render(messages, options) {
    if (messages.length > 1) throw new ChatTemplateError("chat_template.jinja", "too many messages.");
    return `${messages[0]!.content as string}${options?.variables?.["end"] as string}`;
  },
  encode: (messages, options) => Int32Array.from(new TextEncoder().encode(chat.render(messages, options))),
};
const messages = [{ role: "user", content: "ab" }];
const options = { variables: { end: "c" } };
const decoder = { plugin: "greedy" };

test("a model in a worker renders, encodes and continues conversations there", async () => {
  const served = serveHere({ loadModel: async () => ({ ...byteModel(), chat, generationConfig: { max_new_tokens: 3 } }) });
  const model = await loadModel("bytes", { worker: served.worker });
  expect(model.chat!.names).toEqual(["default"]);
  expect(await model.chat!.render(messages, options)).toBe("abc");
  expect(await model.chat!.encode(messages, options)).toEqual(Int32Array.of(97, 98, 99));
  await expect(model.chat!.render([...messages, ...messages])).rejects.toMatchObject({ name: "ChatTemplateError", code: "CHAT_TEMPLATE" });
  expect(await model.encode("ab", { addSpecialTokens: false })).toEqual(Int32Array.of(97, 98));
  expect(await model.tokenText(97)).toBe("a");
  expect(await model.tokenBytes(97)).toEqual(Uint8Array.of(97));
  expect(await model.tokenBytes(100_000)).toBeUndefined();

  const { maxNewTokens } = fromGenerationConfig(model);
  const { text } = await generate(model, messages, { decoder, chat: options, ...(maxNewTokens !== undefined && { maxNewTokens }) }).result;
  expect(text).toBe("def");
  const warnings: string[] = [];
  const onWarning = ({ option }: { readonly option: string }): void => void warnings.push(option);
  await generate(model, "ab", { decoder, chat: options, maxNewTokens: 1, onWarning }).result;
  expect(warnings).toEqual(["chat"]);
  await expect(generate(model, [{}] as never, { decoder, onWarning }).result).rejects.toMatchObject({
    code: "INVALID_OPTION",
    option: "prompt",
  });
  await expect(generate(model, [...messages, ...messages], { decoder }).result).rejects.toMatchObject({ code: "CHAT_TEMPLATE" });
  await model.dispose();
  served.close();
});

test("a model in a worker without a chat template says so", async () => {
  const served = serveHere();
  const model = await loadModel("bytes", { worker: served.worker });
  expect(model.chat).toBeUndefined();
  await expect(generate(model, messages, { decoder }).result).rejects.toMatchObject({ code: "CHAT_TEMPLATE", source: "bytes" });
  await model.dispose();
  served.close();
});
