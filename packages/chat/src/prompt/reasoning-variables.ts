import { type ChatTemplate, ChatTemplateError } from "@decodekit/core";

/** How much a model reasons before its answer. */
export type ReasoningEffort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

export const REASONING_EFFORTS: readonly ReasoningEffort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** Variables that turn reasoning on and off, in the templates of Qwen 3, SmolLM 3 and others, and of DeepSeek and Granite. */
const SWITCHES = ["enable_thinking", "thinking"];
/** The variable of GPT-OSS and others that sets how much, to one of three values. */
const EFFORT = "reasoning_effort";
const KNOWN_EFFORTS = { minimal: "low", low: "low", medium: "medium", high: "high", xhigh: "high", max: "high" } as const;

const known = new WeakMap<ChatTemplate, ReadonlySet<string>>();

/** Returns the variables that tell a template of an effort; undefined if it has none that could. */
export function reasoningVariables(chat: ChatTemplate, effort: ReasoningEffort): Readonly<Record<string, unknown>> | undefined {
  const names = known.get(chat) ?? findVariables(chat);
  known.set(chat, names);
  const switches = SWITCHES.filter((name) => names.has(name)).map((name) => [name, effort !== "none"] as const);
  const effortOf = effort !== "none" && names.has(EFFORT) ? [[EFFORT, KNOWN_EFFORTS[effort]] as const] : [];
  const variables = Object.fromEntries<unknown>([...switches, ...effortOf]);
  return Object.keys(variables).length > 0 ? variables : undefined;
}

/** Returns the variables on which a template's prompts depend. */
function findVariables(chat: ChatTemplate): ReadonlySet<string> {
  const rendered = (variables: Readonly<Record<string, unknown>>): string => {
    try {
      return chat.render([{ role: "user", content: "A question" }], { now: new Date(0), variables });
    } catch (error) {
      if (error instanceof ChatTemplateError) return "";
      throw error;
    }
  };
  const differs = (name: string, values: readonly unknown[]): boolean => {
    const [one, other] = values.map((value) => rendered({ [name]: value }));
    return one !== other;
  };
  const switches = SWITCHES.filter((name) => differs(name, [true, false]));
  return new Set([...switches, ...(differs(EFFORT, ["low", "high"]) ? [EFFORT] : [])]);
}
