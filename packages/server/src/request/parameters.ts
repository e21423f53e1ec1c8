import * as v from "valibot";
import type { Limits } from "../limits.ts";

// Schemas of parameters, whose messages say what a value must be, to follow "must be".

/** A parameter that may be left out. `parseRequest` takes null as left out. */
export const optional = <Schema extends v.GenericSchema>(schema: Schema): v.OptionalSchema<Schema, undefined> => v.optional(schema);

/** An integer in [minimum, maximum]. */
export function integer(minimum: number, maximum = Number.MAX_SAFE_INTEGER): v.GenericSchema<number> {
  const range = maximum === Number.MAX_SAFE_INTEGER ? ` >= ${minimum}` : ` in [${minimum}, ${maximum}]`;
  const expected = minimum === Number.MIN_SAFE_INTEGER ? "an integer" : `an integer${range}`;
  return v.pipe(
    v.number(expected),
    v.check((value) => Number.isSafeInteger(value) && value >= minimum && value <= maximum, expected),
  );
}

/** A number in [minimum, maximum], or in (minimum, maximum] if `above`. */
function number(minimum: number, maximum: number, above = false): v.GenericSchema<number> {
  const range = maximum === Infinity ? ` ${above ? ">" : ">="} ${minimum}` : ` in ${above ? "(" : "["}${minimum}, ${maximum}]`;
  const expected = `a number${range}`;
  return v.pipe(
    v.number(expected),
    v.check((value) => Number.isFinite(value) && value <= maximum && (above ? value > minimum : value >= minimum), expected),
  );
}

export const text = v.string("a string");
export const flag = v.boolean("true or false");

/** One of some strings or other values. */
export function oneOf<const Values extends readonly (string | boolean)[]>(...values: Values): v.GenericSchema<Values[number]> {
  const expected = values.map((value) => JSON.stringify(value)).join(" or ");
  return v.custom<Values[number]>((value) => (values as readonly unknown[]).includes(value), expected);
}

/** An object that the server passes on as it is. */
export const anyObject: v.GenericSchema<Readonly<Record<string, unknown>>> = v.custom(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "an object",
);

/** A string, or a list of at most `most`. */
function stopStrings(most: number): v.GenericSchema<string | string[]> {
  const expected = `a string of at least 1 character, or an array of at most ${most} of them`;
  return v.custom((value) => {
    const isStop = (each: unknown): boolean => typeof each === "string" && each !== "";
    return isStop(value) || (Array.isArray(value) && value.length <= most && value.every(isStop));
  }, expected);
}

/** Token ids, as the keys of a JSON object, with their biases. */
const logitBias: v.GenericSchema<Readonly<Record<string, number>>> = v.custom(
  (value) =>
    v.is(anyObject, value) &&
    Object.entries(value).every(([key, bias]) => /^\d{1,9}$/.test(key) && typeof bias === "number" && Math.abs(bias) <= 100),
  "an object with token ids as keys and numbers in [-100, 100] as values",
);

/** Parameters that say how tokens are chosen, of completions and of chats. */
const samplingParameters = {
  temperature: optional(number(0, 2)),
  top_p: optional(number(0, 1, true)),
  presence_penalty: optional(number(-2, 2)),
  frequency_penalty: optional(number(-2, 2)),
  logit_bias: optional(logitBias),
  // Beyond OpenAI's, with vLLM's names and meanings.
  top_k: optional(integer(-1)),
  min_p: optional(number(0, 1)),
  repetition_penalty: optional(number(0, Infinity, true)),
};

const streamOptions = v.strictObject({ include_usage: optional(flag), include_obfuscation: optional(flag) }, "an object");

/** Other parameters of completions and of chats. */
export function commonParameters({ maxStopStrings, maxChoices }: Limits) {
  return {
    model: text,
    n: optional(integer(1, maxChoices)),
    seed: optional(integer(Number.MIN_SAFE_INTEGER)),
    stop: optional(stopStrings(maxStopStrings)),
    stream: optional(flag),
    stream_options: optional(streamOptions),
    /** Beyond OpenAI's: the name of one of the server's decoders. */
    decoder: optional(text),
    ...samplingParameters,
    ...WITHOUT_EFFECT,
  };
}

/** What clients send for services that bill, store or watch: there is nothing to do for it here. */
const WITHOUT_EFFECT = {
  user: optional(text),
  metadata: optional(anyObject),
  store: optional(oneOf(false)),
  service_tier: optional(text),
  safety_identifier: optional(text),
  prompt_cache_key: optional(text),
  prompt_cache_retention: optional(text),
};
