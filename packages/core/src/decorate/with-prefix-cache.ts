import type { CausalModel, ModelSet } from "../contracts/model.ts";
import type { CausalRole } from "../contracts/reporting-session.ts";
import { InvalidOptionError } from "../errors.ts";
import { type OptionDefinition, resolveOptions } from "../options.ts";
import { type KeepLimits, KeptSequences, totalBytes } from "./prefix-cache/kept-sequences.ts";
import { followingMaskedModel } from "./prefix-cache/prefix-masked-model.ts";
import { type PrefixReuse, PrefixSession } from "./prefix-cache/prefix-session.ts";

export interface PrefixCacheOptions {
  /**
   * Maximum memory of the kept sequences, in bytes, an integer >= 0. A session in use is not kept yet, and comes on top. Sequences of a
   * model whose sessions do not tell their `cacheBytes` count as 0. 512 MiB by default. @defaultValue 536870912
   */
  readonly maxBytes?: number | undefined;
  /** Maximum number of kept sequences, an integer >= 0. @defaultValue 32 */
  readonly maxSequences?: number | undefined;
}

export interface PrefixCacheStatistics {
  /** Sessions that have read their first tokens. */
  readonly sessions: number;
  /** Those of them that began with a kept sequence. */
  readonly hits: number;
  /** Positions that these sessions did not have to read. */
  readonly positionsReused: number;
  /** Positions that passes of causal sessions have read. */
  readonly positionsRead: number;
  /** Number of sequences that are kept now. */
  readonly sequences: number;
  /** Memory of their caches, in bytes. */
  readonly bytes: number;
}

/** What a model with a prefix cache keeps. */
export interface PrefixCache {
  /** Returns the figures so far of the models of one role, or of all. */
  statistics(role?: CausalRole): PrefixCacheStatistics;
  /** Frees the kept sequences. Those of sessions that are in use are kept again at their end. */
  clear(): Promise<void>;
}

/** A model with a prefix cache. */
export type WithPrefixCache<Model> = Model & { readonly prefixCache: PrefixCache };

/** A causal model, or a model with the role `causal` or `draft`, such as a `LanguageModel`. */
type Cacheable = CausalModel | Partial<ModelSet>;

export const PREFIX_CACHE_OPTIONS = {
  maxBytes: { type: "integer", help: "Maximum memory of kept sequences, in bytes", default: 536870912, minimum: 0 },
  maxSequences: { type: "integer", help: "Maximum number of kept sequences", default: 32, minimum: 0 },
} as const satisfies Readonly<Record<keyof PrefixCacheOptions, OptionDefinition>>;

/**
 * Returns the model with causal sessions that do not read again what another one has read. A session that is disposed is kept, within
 * limits; beginnings of other sequences are dropped, and those used least recently are freed first. A session whose first `forward` begins
 * as a kept one forks that, rewinds the fork to what they share, and reads the rest, at least the tokens whose rows are asked for. So the
 * turns of a conversation, and prompts that begin alike, cost their new tokens only. Several sessions may begin with the same kept sequence
 * at the same time.
 *
 * No decoder notices: tokens, events and rows are the same. Where a graph's rows depend by rounding on the tokens of their pass, they do
 * here too. Of a model that cannot fork, one session at a time continues a kept sequence; of one that cannot rewind, only whole
 * sequences are continued. A session whose first pass asks for `layerStates`, as those of drafters with a draft head do, reads everything
 * itself: it would have no states of what it does not read.
 *
 * A language model keeps its properties; the sequences of `causal` and `draft` share the limits, and sessions of `masked` that predict
 * over the cache of a causal session find it. Its `dispose` also frees what is kept: call it on the returned model. For a causal model
 * alone, call `prefixCache.clear()` when it is no longer used; a masked model that opens a session over one of its sessions before the
 * first pass makes that session read everything itself.
 * @throws InvalidOptionError for a model without a causal model, or an unknown or invalid option.
 */
export function withPrefixCache<Model extends Cacheable>(model: Model, options: PrefixCacheOptions = {}): WithPrefixCache<Model> {
  const where = "withPrefixCache";
  const limits: KeepLimits = resolveOptions(where, options, PREFIX_CACHE_OPTIONS);
  const kept = new KeptSequences(limits);
  const reused = new Map<CausalRole, PrefixReuse>();
  const reusing = (role: CausalRole, causal: CausalModel): CausalModel => {
    const reuse = { model: causal, kept, counts: { sessions: 0, hits: 0, positionsReused: 0, positionsRead: 0 } };
    reused.set(role, reuse);
    // A session does not read what it continues, and has no states of that.
    const capabilities = causal.capabilities.hiddenStates ? { ...causal.capabilities, hiddenStates: false } : causal.capabilities;
    return { ...causal, capabilities, createSession: async () => new PrefixSession(await causal.createSession(), reuse) };
  };
  const prefixCache: PrefixCache = {
    statistics: (role) => sum([...reused].flatMap(([each, reuse]) => (role === undefined || role === each ? [reuse] : []))),
    clear: () => kept.clear(),
  };
  if ("kind" in model && model.kind === "causal") return { ...model, ...reusing("causal", model), prefixCache };
  const { causal, draft, masked, dispose } = model as Partial<ModelSet> & { readonly dispose?: () => Promise<void> };
  if (!causal && !draft) {
    const expected = "a causal model, or a model with one, such as loadModel returns";
    throw new InvalidOptionError({ where, option: "model", expected, actual: model });
  }
  const end = async (): Promise<void> => {
    await kept.close();
    await dispose!.call(model);
  };
  return {
    ...model,
    ...(causal && { causal: reusing("causal", causal) }),
    ...(draft && { draft: reusing("draft", draft) }),
    ...(masked && { masked: followingMaskedModel(masked) }),
    ...(dispose && { dispose: end, [Symbol.asyncDispose]: end }),
    prefixCache,
  };
}

function sum(reused: readonly PrefixReuse[]): PrefixCacheStatistics {
  const total = { sessions: 0, hits: 0, positionsReused: 0, positionsRead: 0, sequences: 0, bytes: 0 };
  for (const { model, kept, counts } of reused) {
    for (const name of ["sessions", "hits", "positionsReused", "positionsRead"] as const) total[name] += counts[name];
    total.sequences += kept.of(model).length;
    total.bytes += totalBytes(kept.of(model));
  }
  return total;
}
