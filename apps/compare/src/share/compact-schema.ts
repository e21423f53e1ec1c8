import * as v from "valibot";

const numbers = v.array(v.number());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const optionalTime = v.nullable(v.number());

const lane = v.strictObject({
  specification: v.string(),
  title: v.string(),
  options: v.record(v.string(), v.union([v.number(), v.boolean(), v.string()])),
  seed: v.number(),
  /** Indices of the run's `ids`, as `tokens`. */
  start: v.optional(v.array(count)),
  /** The models and phases of passes, such as "causal decode". */
  passes: v.array(v.string()),
  /** One per event: an index of `EVENT_KINDS`, and after these of `passes`. */
  kinds: v.array(count),
  /** The other numbers of each event, positions as differences to the end of the text so far. */
  numbers,
  /** Per event: time since the event before it, without its own duration. In 10 µs, as durations. */
  times: numbers,
  /** Per pass. */
  durations: numbers,
  /** Those of a draft tree follow the tokens of its first chain. */
  tokens: v.array(count),
  /** Per candidate of a draft tree: how many candidates earlier its parent is. */
  parents: numbers,
  /** Of those events that have any: of proposals in 0.01 %, of commits as logarithms in thousandths. */
  probabilities: numbers,
  result: v.optional(
    v.strictObject({
      /** Left out if it is the texts of the tokens one after the other. */
      text: v.optional(v.string()),
      finishReason: v.string(),
      /** Milliseconds of the prompt, of the rest, to the first token; tokens per second. */
      times: v.tuple([v.number(), v.number(), optionalTime, optionalTime]),
    }),
  ),
  scores: v.optional(
    v.strictObject({
      /** Probability of each output token. */
      own: numbers,
      /** Number of candidates of each output token. */
      counts: v.array(count),
      tokens: v.array(count),
      /** In 0.01 %. */
      probabilities: numbers,
      /** Of each output token; left out in runs of earlier versions, as are the columns after it. */
      ranks: v.optional(v.array(count)),
      /** Number of tokens that could be drawn for each output token, 0 if it is not known. */
      left: v.optional(v.array(count)),
      /** For those for which it is known: the probability of all other tokens, and of each candidate after the cut, in 0.01 %. */
      masses: v.optional(numbers),
      after: v.optional(numbers),
    }),
  ),
  error: v.optional(v.string()),
});

/** Only the shape of a run in columns; what it may contain is for the schema of trace files to say. */
export const compactRunSchema = v.strictObject({
  model: v.unknown(),
  request: v.optional(v.unknown()),
  prompt: v.string(),
  chat: v.optional(v.unknown()),
  promptTokens: v.array(count),
  maxNewTokens: v.number(),
  /** Ids of all tokens that occur. */
  ids: numbers,
  /** Their texts, null for unknown ones. */
  texts: v.array(v.nullable(v.string())),
  lanes: v.array(lane),
});

export type CompactRun = v.InferOutput<typeof compactRunSchema>;
export type CompactLane = CompactRun["lanes"][number];
