import type { PluginOptionValues } from "@decodekit/core";
import { FORCED_DRAFT_LENGTH, linesOf } from "../lab/constrained-plugin.ts";
import { callCode, type Code, codeOf, objectCode } from "./code-text.ts";

const CONSTRAINTS = "@decodekit/constraints";

/** What a program has besides its decoder if the lane follows a rule. */
export interface ConstraintCode {
  /** The rule, compiled for `model`. */
  readonly compiled: Code;
  /** The model under the rule, for an output of which `start` tokens are in the prompt already. */
  readonly model: Code;
}

/** The name of the compiled rule in the program. */
export const CONSTRAINT = "constraint";

/** The code of the rule of a lane; undefined for a decoder that follows none. */
export function constraintCode(name: string, { kind, text }: PluginOptionValues): ConstraintCode | undefined {
  if (name !== "constrained") return undefined;
  const promptLength = { code: "tokens.length - start.length", imports: [] };
  const causal = callCode(CONSTRAINTS, "withConstraint", named("model.causal"), named(CONSTRAINT), objectCode({ promptLength }));
  return {
    compiled: callCode(CONSTRAINTS, "compileConstraint", named("model"), ruleCode(String(kind), String(text))),
    model: objectCode({ causal }, named("model")),
  };
}

/** The code of the decoder under the rule. */
export function constrainedDecoderCode({ draftForced, temperature, p = 1 }: PluginOptionValues): Code {
  const isGreedy = temperature === 0;
  if (!draftForced)
    return isGreedy ? callCode("@decodekit/greedy", "greedy") : callCode("@decodekit/top-p", "topP", objectCode({ temperature, p }));
  const sampler = isGreedy ? undefined : callCode("@decodekit/top-p", "topPSampler", objectCode({ temperature, p }));
  const drafter = callCode(CONSTRAINTS, "forcedTokens", named(CONSTRAINT));
  return callCode("@decodekit/speculative", "speculative", objectCode({ drafter, draftLength: FORCED_DRAFT_LENGTH, sampler }));
}

function ruleCode(kind: string, text: string): Code {
  if (kind === "choices") return callCode(CONSTRAINTS, "choices", codeOf(linesOf(text).map((line) => ` ${line}`)));
  if (kind === "json-schema") return callCode(CONSTRAINTS, "jsonSchema", named(JSON.stringify(JSON.parse(text))));
  return callCode(CONSTRAINTS, kind, text);
}

function named(code: string): Code {
  return { code, imports: [] };
}
