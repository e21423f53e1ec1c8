import type { Decoder } from "../contracts/decoder.ts";
import type { LanguageModel } from "../contracts/language-model.ts";
import type { CausalModel, ModelRole } from "../contracts/model.ts";
import { type PrefixCache, withPrefixCache } from "../decorate/with-prefix-cache.ts";
import { InvalidOptionError } from "../errors.ts";
import { type OptionDefinition, resolveOptions } from "../options.ts";
import { generate } from "./generate.ts";
import type { GenerateOptions } from "./generate-options.ts";
import type { Generation } from "./generation.ts";
import { type Prompt, promptTokensOf } from "./prompt-tokens.ts";
import { sharedPrefixes } from "./shared-prefixes.ts";

export interface BatchOptions<Role extends ModelRole = ModelRole> extends Omit<GenerateOptions<Role>, "random"> {
  /** Prompt i is decoded with the seed `seed + i`, so that equal prompts give different samples. @defaultValue 0 */
  readonly seed?: number | undefined;
  /** How many prompts are decoded at the same time, an integer >= 1: each has a KV cache. @defaultValue 4 */
  readonly concurrency?: number | undefined;
}

const CONCURRENCY = {
  concurrency: { type: "integer", minimum: 1, default: 4, help: "Prompts that are decoded at the same time" },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

/**
 * Decodes several prompts in one call, and reads the beginnings that they share only once. Returns one `Generation` for each prompt, in
 * order, with the text that `generate` returns for it with the seed `seed + i`. As there, nothing runs until something is read:
 * `await Promise.all(generations.map(({ result }) => result))` runs them all. An error of one prompt does not end the others; `signal`
 * ends all of them.
 *
 * Every beginning that at least two prompts share is read by one session when the first of the generations is read, and the sessions of the
 * prompts are forks of it, as with `withPrefixCache`. A model that has a prefix cache keeps what was read there; otherwise it is freed when
 * all of the generations have ended, so read each of them, or abort them. A model that cannot fork reads each prompt by itself.
 * @throws the errors of `generate`, for the first prompt that has one. @throws InvalidOptionError if `prompts` is empty or not an array.
 */
export function generateBatch<Role extends ModelRole>(
  model: LanguageModel,
  prompts: readonly Prompt[],
  options: BatchOptions<Role>,
): readonly Generation[] {
  const where = "generateBatch";
  if (!Array.isArray(prompts) || prompts.length === 0)
    throw new InvalidOptionError({ where, option: "prompts", expected: "an array of at least 1 prompt", actual: prompts });
  if ("random" in options) {
    const expected = "left out: every prompt has its own seed, seed + its index";
    throw new InvalidOptionError({ where, option: "random", expected, actual: options.random });
  }
  const { concurrency: given, seed = 0, chat, ...rest } = options;
  const { concurrency } = resolveOptions(where, given === undefined ? {} : { concurrency: given }, CONCURRENCY);
  const tokens = prompts.map((prompt) => promptTokensOf(model, prompt, chat));
  const shared = sharing(model, options.draft);
  const batch = new Batch({ prompts: tokens, concurrency, ...shared });
  const { draft: _, ...others } = rest;
  const settings = { ...others, ...(options.draft && { draft: shared.draft }), decoder: batch.decoder(options.decoder) };
  return tokens.map((prompt, index) => generate(shared.model, prompt, { ...settings, seed: seed + index }));
}

interface Sharing {
  readonly model: LanguageModel;
  readonly draft: Pick<LanguageModel, "causal"> | undefined;
  /** Prefix caches that are emptied at the end. */
  readonly own: readonly PrefixCache[];
}

/** Returns the models with prefix caches. */
function sharing(model: LanguageModel, draft: Pick<LanguageModel, "causal"> | undefined): Sharing {
  const own: PrefixCache[] = [];
  const cached = <Model extends Partial<Pick<LanguageModel, "causal" | "draft">>>(each: Model): Model => {
    if ("prefixCache" in each || !(each.causal ?? each.draft)) return each;
    const decorated = withPrefixCache(each, { maxSequences: 1024 });
    own.push(decorated.prefixCache);
    return decorated;
  };
  return { model: cached(model), draft: draft && cached(draft), own };
}

interface BatchParts extends Sharing {
  readonly prompts: readonly Int32Array[];
  readonly concurrency: number;
}

/** The state that the generations of a batch share: who runs, who waits, and what was read for all of them. */
class Batch {
  readonly #parts: BatchParts;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #left: number;
  #ready: Promise<void> | undefined;

  constructor(parts: BatchParts) {
    this.#parts = parts;
    this.#left = parts.prompts.length;
  }

  /** Returns the decoder with decodes that wait for their turn and for what they share. */
  decoder(decoder: Decoder): Decoder {
    return { ...decoder, decode: (...call) => this.#decode(decoder, ...call) };
  }

  async *#decode(decoder: Decoder, ...[models, prompt, options]: Parameters<Decoder["decode"]>): ReturnType<Decoder["decode"]> {
    await this.#enter();
    try {
      await (this.#ready ??= this.#readShared(decoder.requires, options.signal));
      yield* decoder.decode(models, prompt, options);
    } finally {
      await this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#parts.concurrency) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async #leave(): Promise<void> {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
    if (--this.#left === 0) await Promise.all(this.#parts.own.map((cache) => cache.clear()));
  }

  /** Reads what prompts share, one beginning after the other, so that a longer one forks a shorter one. Failures are for the decodes to meet. */
  async #readShared(requires: readonly ModelRole[], signal: AbortSignal | undefined): Promise<void> {
    const { model, draft, prompts } = this.#parts;
    const models = { causal: model.causal, draft: draft?.causal ?? model.draft };
    const used = (["causal", "draft"] as const).flatMap((role) => {
      const causal = models[role];
      return causal?.capabilities.fork && requires.includes(role) ? [causal] : [];
    });
    for (const causal of used) await readAll(causal, sharedPrefixes(prompts), signal).catch(() => undefined);
  }
}

async function readAll(causal: CausalModel, prefixes: readonly Int32Array[], signal: AbortSignal | undefined): Promise<void> {
  for (const prefix of prefixes) {
    const session = await causal.createSession();
    try {
      await session.forward(prefix, { signal });
    } finally {
      await session.dispose();
    }
  }
}
