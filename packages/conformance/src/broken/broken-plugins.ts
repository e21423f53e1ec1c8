// Stryker disable all: the kit detects these defects; nothing tests them here
import {
  autoregressive,
  type DecodeEvent,
  type Decoder,
  type DecoderPlugin,
  greedySampler,
  InvalidOptionError,
  type PluginOption,
  type PluginOptionValues,
  resolveOptions,
  softmax,
} from "@decodekit/core";

const definitions = {
  temperature: { type: "number", help: "Flattens the distribution", default: 1, minimum: 0, maximum: 4 },
  order: { type: "string", help: "Which side is favoured", default: "left", choices: ["left", "right"] },
  rate: { type: "number", help: 'Only for order "right"', minimum: 0, exclusiveMinimum: true, maximum: 1 },
} as const satisfies Readonly<Record<string, PluginOption>>;

export function create(options: PluginOptionValues): Decoder<"causal"> {
  const { temperature, rate, order } = resolveOptions<Partial<Record<keyof typeof definitions, unknown>>, typeof definitions>(
    "warm",
    options,
    definitions,
  );
  if (rate !== undefined && order === "left") {
    throw new InvalidOptionError({ where: "warm", option: "rate", expected: 'left out for order "left"', actual: rate });
  }
  if (temperature === 0) return autoregressive({ name: "warm", sampler: greedySampler });
  const sampler = {
    name: "warm",
    distribution: (row: Float32Array) => softmax(row, temperature as number),
  };
  return autoregressive({ name: "warm", sampler: { ...sampler, pick: (probabilities, random) => random.categorical(probabilities) } });
}

/** A plugin without a defect. */
export const good: DecoderPlugin<"causal"> = {
  name: "warm-2.1",
  title: "Warm",
  description: "Draws at a temperature",
  requires: ["causal"],
  options: definitions,
  presets: [{ temperature: 0.5 }, { order: "right", rate: 0.5 }],
  create,
};

export type Changes = Partial<Record<keyof DecoderPlugin, unknown>>;

const withOption = (name: string, changes: object): Changes => ({
  options: { ...good.options, [name]: { ...(good.options[name] ?? { type: "integer", help: "Some number" }), ...changes } },
});
const creating = (make: (options: Record<string, never>) => unknown): Changes => ({ create: (options: never) => make(options) });
/** A plugin whose decoders yield what `change` returns for each event. */
const creatingWithEvents = (change: (event: DecodeEvent) => unknown): Changes =>
  creating((options) => {
    const decoder = create(options);
    return {
      ...decoder,
      async *decode(...args: Parameters<typeof decoder.decode>) {
        for await (const event of decoder.decode(...args)) yield change(event);
      },
    };
  });
const DESCRIBES = "describes options that make sense";
const ACCEPTS = "accepts every value that the description of an option allows";
const REFUSES = "refuses values that the description of an option excludes";
const UNKNOWN = "refuses an option that it does not have";
const DEFAULTS = "uses the described defaults";
const PRESETS = "has presets, no two alike";
const REQUIRES = "requires the models that its decoder requires";
const NAMED = "has a name in kebab-case";
const SAME_DESCRIPTION = "has the same description after JSON";
const SAME_DECODERS = "creates the same decoders from presets sent through a MessageChannel";

/** Changes to `good` that introduce a defect: the beginning of the title of the check that detects it, and a part of its message. */
export const broken: Readonly<Record<string, readonly [changes: Changes, foundBy: string, message: string]>> = {
  "a name in capitals": [{ name: "Warm" }, NAMED, 'name: "Warm" is not in kebab-case, which the command line needs'],
  "a name with a space": [{ name: "warm one" }, NAMED, 'name: "warm one" is not in kebab-case'],
  "no title": [{ title: "" }, NAMED, 'title: "" is empty, not a string, or has leading or trailing spaces'],
  "a title with a space at its end": [
    { title: "Warm " },
    NAMED,
    'title: "Warm " is empty, not a string, or has leading or trailing spaces',
  ],
  "a description of two lines": [{ description: "Draws\nat random" }, NAMED, "description: it has more than one line"],
  "a description with a full stop": [{ description: "Draws." }, NAMED, "description: it ends with a full stop"],
  "a default below its minimum": [
    withOption("temperature", { default: -1 }),
    DESCRIBES,
    "option temperature: it has the default -1, which is below its minimum of 0",
  ],
  "a default of 3 under a minimum of 5": [
    withOption("top", { default: 3, minimum: 5 }),
    DESCRIBES,
    "option top: it has the default 3, which is below its minimum of 5",
  ],
  "a default above its maximum": [withOption("temperature", { default: 5 }), DESCRIBES, "which is above its maximum of 4"],
  "a default at an excluded minimum": [withOption("rate", { default: 0 }), DESCRIBES, "which is its minimum of 0, which is out of range"],
  "a default that is not one of the choices": [
    withOption("order", { default: "up" }),
    DESCRIBES,
    'option order: it has the default "up", which is not one of its choices (left, right)',
  ],
  "a default of another type": [withOption("temperature", { default: "1" }), DESCRIBES, 'it has the default "1", which is not a number'],
  "a default that is not an integer": [withOption("top", { default: 1.5 }), DESCRIBES, "it has the default 1.5, which is not an integer"],
  "an unknown type": [withOption("top", { type: "float" }), DESCRIBES, "option top: it has the unknown type float"],
  "no help": [withOption("temperature", { help: "" }), DESCRIBES, "option temperature: it needs a help text of one line"],
  "a minimum above its maximum": [withOption("temperature", { minimum: 5 }), DESCRIBES, "it has a minimum of 5, above its maximum of 4"],
  "an infinite maximum": [
    withOption("temperature", { maximum: Infinity }),
    DESCRIBES,
    "it has the maximum Infinity, which is not a finite number: leave it out",
  ],
  "a fractional bound of an integer": [withOption("top", { minimum: 0.5 }), DESCRIBES, "it has the minimum 0.5, which is not an integer"],
  "bounds of a string": [withOption("order", { minimum: 1 }), DESCRIBES, 'it has a minimum although its type is "string"'],
  "an excluded minimum without a minimum": [
    withOption("top", { exclusiveMinimum: true }),
    DESCRIBES,
    "it has an exclusiveMinimum without a minimum",
  ],
  "choices of a number": [withOption("temperature", { choices: ["1"] }), DESCRIBES, 'it has choices although its type is "number"'],
  "no choice": [withOption("order", { choices: [], default: undefined }), DESCRIBES, "it has no choice"],
  "a choice twice": [withOption("order", { choices: ["left", "left"] }), DESCRIBES, 'it has the choice "left" twice'],
  "a wider range than create accepts": [
    withOption("temperature", { maximum: 9 }),
    ACCEPTS,
    "option temperature: create refuses 4.5, which its description allows",
  ],
  "a choice that create does not know": [
    withOption("order", { choices: ["left", "right", "up"] }),
    ACCEPTS,
    'option order: create refuses "up"',
  ],
  "an option that create does not know": [withOption("top", {}), ACCEPTS, "option top: create refuses 2"],
  "a narrower range than create accepts": [
    withOption("temperature", { maximum: 2 }),
    REFUSES,
    "option temperature: a number above its maximum of 2 was not refused",
  ],
  "a minimum that is not enforced": [
    withOption("temperature", { minimum: 1 }),
    REFUSES,
    "option temperature: a number below its minimum of 1 was not refused",
  ],
  "a minimum described as excluded": [
    withOption("temperature", { exclusiveMinimum: true }),
    REFUSES,
    "option temperature: its minimum of 0, which is excluded was not refused",
  ],
  "strings accepted as numbers": [
    creating((options) => create(typeof options["temperature"] === "string" ? { temperature: Number(options["temperature"]) } : options)),
    REFUSES,
    'option temperature: the string "1" was not refused',
  ],
  "NaN accepted": [
    creating((options) => (Number.isNaN(options["temperature"]) ? create({}) : create(options))),
    REFUSES,
    "option temperature: NaN was not refused",
  ],
  "Infinity accepted": [
    creating((options) => ((options["temperature"] as unknown) === Infinity ? create({}) : create(options))),
    REFUSES,
    "option temperature: Infinity was not refused",
  ],
  "an unknown choice accepted": [
    creating((options) => create(typeof options["order"] === "string" ? { ...options, order: "right" } : options)),
    REFUSES,
    "option order: a string that is not one of its choices was not refused",
  ],
  "null accepted": [
    creating((options) => create(Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null)))),
    REFUSES,
    "option temperature: null was not refused",
  ],
  "an error of another kind": [
    creating((options) => {
      try {
        return create(options);
      } catch (error) {
        throw new RangeError((error as Error).message);
      }
    }),
    REFUSES,
    "expected an error with code INVALID_OPTION, got RangeError",
  ],
  "an error that does not name the option": [
    creating((options) => {
      try {
        return create(options);
      } catch {
        throw new InvalidOptionError({ where: "warm", option: "something", expected: "right", actual: 0 });
      }
    }),
    REFUSES,
    "option temperature: null: the error does not name the option: warm: something must be right",
  ],
  "unknown options ignored": [
    creating((options) => create(Object.fromEntries(Object.entries(options).filter(([name]) => name in definitions)))),
    UNKNOWN,
    'create({"unheardOf":1}) was not refused',
  ],
  "a default other than described": [
    withOption("temperature", { default: 0.1 }),
    DEFAULTS,
    "option temperature: output with its default 0.1, compared with none",
  ],
  "a preset with an unknown key": [
    { presets: [{ heat: 1 }] },
    PRESETS,
    "preset 0: option heat is not one of the plugin's (temperature, order, rate)",
  ],
  "a preset out of range": [
    { presets: [{}, { temperature: 9 }] },
    PRESETS,
    "preset 1: option temperature is 9, which is above its maximum of 4",
  ],
  "a preset that create refuses": [{ presets: [{ rate: 0.5 }] }, PRESETS, 'preset 0: create({"rate":0.5}) failed with InvalidOptionError'],
  "two equal presets": [
    {
      presets: [
        { temperature: 2, order: "left" },
        { order: "left", temperature: 2 },
      ],
    },
    PRESETS,
    "preset 1: it is the same as an earlier one",
  ],
  "a preset whose decoder fails": [creating((options) => ({ ...create(options), decode: () => ({}) })), PRESETS, "is not"],
  "a superfluous model": [
    { requires: ["causal", "draft"] },
    REQUIRES,
    'requires of the decoder that create({}) returns: expected ["causal","draft"], got ["causal"]',
  ],
  "presets that require less": [
    {
      requires: ["causal"],
      create: (options: PluginOptionValues) => ({ ...create(options), requires: options["order"] === "right" ? [] : ["causal"] }),
    },
    REQUIRES,
    "preset 1: models that the plugin requires but its decoder does not",
  ],
  "the options written to": [
    creating((options) => create(Object.assign(options, { temperature: 2 }))),
    "does not write to the options",
    "no options, frozen: create({}) failed with TypeError",
  ],
  "a description that JSON changes": [
    { presets: [{ temperature: Number.NaN }] },
    SAME_DESCRIPTION,
    "presets after JSON.0.temperature has changed",
  ],
  "a help text that is a function": [withOption("temperature", { help: () => "Flattens" }), SAME_DESCRIPTION, "options"],
  "events with functions": [
    creatingWithEvents((event) => ({ ...event, undo: () => undefined })),
    SAME_DECODERS,
    "preset 0: event 0 (decode-start) cannot be sent: DataCloneError",
  ],
  "events of a class": [
    creatingWithEvents((event) => (event.type === "tokens-commit" ? Object.assign(Object.create({ own: true }) as object, event) : event)),
    SAME_DECODERS,
    "preset 0: event 2 (tokens-commit)",
  ],
  "presets with String objects": [
    creating((options) => {
      decodes++;
      return create(decodes % 2 === 0 ? options : { ...options, temperature: 0 });
    }),
    SAME_DECODERS,
    "preset 0: output after the transfer",
  ],
};

let decodes = 0;
