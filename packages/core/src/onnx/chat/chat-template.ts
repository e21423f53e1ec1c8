import { ChatTemplateError, InvalidOptionError } from "../../errors.ts";
import type { ChatContentPart, ChatMessage, ChatOptions, ChatRenderOptions, ChatTemplate } from "../../contracts/chat.ts";
import type { MarkingTokenizer } from "../hugging-face-tokenizer.ts";
import type { JsonFile } from "../json-file.ts";
import { SpecialMarks } from "../special-marks.ts";
import { checkRenderOptions, resolveChatOptions } from "./chat-options.ts";
import { endWithin } from "./end-within.ts";
import { maskMessages, maskTools, stringsIn } from "./mask-messages.ts";
import { specialTokenVariables } from "./special-token-variables.ts";
import type { TemplateTexts } from "./template-files.ts";
import { loadRenderer, type TemplateRenderer } from "./template-renderer.ts";

/** Creates the chat template of a model. The renderer is loaded only for models that have a template. */
export async function chatTemplate(
  { source, texts }: TemplateTexts,
  tokenizer: MarkingTokenizer,
  config: JsonFile | undefined,
): Promise<ChatTemplate> {
  const createRenderer = await loadRenderer();
  const renderers = new Map(Array.from(texts, ([name, text]) => [name, createRenderer(source, text)]));
  const constants = specialTokenVariables(config);

  const render = (messages: readonly ChatMessage[], options: ChatRenderOptions): string => {
    const { tools, continueFinalMessage, now, variables } = options;
    const { addGenerationPrompt = !continueFinalMessage } = options;
    // Python's None, so that a template that looks for tools finds none.
    const own = { messages, tools: tools ?? null, documents: null, add_generation_prompt: addGenerationPrompt };
    const text = rendererFor(renderers, options).render({ ...constants, ...variables, ...own }, now);
    checkParts(text, messages, source);
    return continueFinalMessage ? endWithin(text, messages.at(-1)?.content, source) : text;
  };

  const encodeLiterally = (messages: readonly ChatMessage[], options: ChatRenderOptions): Int32Array => {
    const text = render(messages, options);
    const strings = [...stringsIn(messages), ...stringsIn(options.tools)];
    const marks = new SpecialMarks(tokenizer.specialNames, [text, ...strings]);
    const mask = (part: string): string => marks.mask(part);
    if (strings.every((part) => mask(part) === part)) return tokenizer.encode(text, { addSpecialTokens: false });
    const masked = render(maskMessages(messages, mask), { ...options, tools: maskTools(options.tools, mask) });
    if (marks.unmask(masked) === text) return tokenizer.encodeMarked(marks.exchange(masked), marks);
    const advice = 'Remove it from the message, or pass specialTokens: "parse" if you trust all messages.';
    const problem = "the template treats the name of a special token within a message in a special way, so it cannot be encoded literally";
    throw new ChatTemplateError(source, `${problem}. ${advice}`);
  };

  return {
    names: [...texts.keys()],
    render(messages, options = {}) {
      checkRenderOptions(messages, options);
      return render(messages, options);
    },
    encode(messages, options: ChatOptions = {}) {
      const { specialTokens, renderOptions } = resolveChatOptions(messages, options);
      if (specialTokens === "literal") return encodeLiterally(messages, renderOptions);
      return tokenizer.encode(render(messages, renderOptions), { addSpecialTokens: false });
    },
  };
}

/** Refuses parts that a template for strings leaves out, or writes as data. */
function checkParts(text: string, messages: readonly ChatMessage[], source: string): void {
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? (content as readonly ChatContentPart[]) : []));
  const isWritten = ({ text: part }: ChatContentPart): boolean =>
    part === undefined || (text.includes(part.trim()) && !text.includes(`"text": ${JSON.stringify(part)}`));
  if (parts.every(isWritten)) return;
  throw new ChatTemplateError(source, "the template does not write the parts of a message's content. Pass the content as a string.");
}

function rendererFor(renderers: ReadonlyMap<string, TemplateRenderer>, { template, tools }: ChatRenderOptions): TemplateRenderer {
  const fitting = tools && renderers.has("tool_use") ? "tool_use" : "default";
  const renderer = renderers.get(template ?? fitting);
  if (renderer) return renderer;
  const expected = `one of the model's templates (${[...renderers.keys()].join(", ")})`;
  throw new InvalidOptionError({ where: "chat", option: "template", expected, actual: template });
}
