import { DecodekitError } from "@decodekit/core";
import type { Fixture } from "./fixture.ts";
import { explainCache } from "./explain-cache.ts";

/** How far a decode had come. */
export interface Progress {
  readonly prompt: readonly number[];
  /** Committed tokens. */
  readonly tokens: readonly number[];
  /** Most tokens that may be committed. */
  readonly limit: number;
  /** Each commit, and how many rows of logits had been computed before it. */
  readonly commits: readonly { readonly readsBefore: number; readonly tokens: readonly number[] }[];
  /** Rows that other decodes on the same models had computed before. */
  readonly firstRead: number;
}

const STALE = [
  "A row of logits was read after its session's next pass, when it is no longer valid; the kit's models turn it to NaN then.",
  "Read it before that pass, or copy it: row.slice().",
].join(" ");

/** Why a decode that should have gone well failed with `error`, as far as what was done to the models tells; "" where it does not. */
export function explainFailure(error: unknown, progress: Progress, fixture: Fixture): string {
  if (fixture.staleReads() > 0) return STALE;
  const inner = DecodekitError.isInstance(error) && error.code === "DRAFTER" ? error.cause : error;
  const logits = DecodekitError.isInstance(inner) && inner.code === "INVALID_LOGITS" ? inner.message : "";
  if (/NaN|\+Infinity/u.test(logits)) return `The kit's models never give such a row. ${STALE}`;
  const cache = explainCache(progress, fixture);
  if (cache) return cache;
  if (logits) return explainForbidden(fixture);
  const passes = new Set(fixture.reads.slice(progress.firstRead).map(({ role, pass }) => `${role} ${pass}`)).size;
  if (error instanceof TypeError && passes === 0) {
    return "No pass was run before it. A pass and its rows come from `yield* session.forward(tokens, phase)`; without `yield*` there are none.";
  }
  if (progress.tokens.length === 0 && passes > 1) {
    return `No token was committed in ${passes} passes. \`run.commit(tokens)\` commits nothing without \`yield*\`.`;
  }
  return explainEnd(error, progress);
}

function explainForbidden({ isCertain }: Fixture): string {
  if (!isCertain) return "The kit's uncertain models allow every token: the decoder has forbidden all of them.";
  return "The model allows one token only, and the decoder has forbidden it: tokens of which a model is certain must be followed.";
}

function explainEnd(error: unknown, { tokens, limit }: Progress): string {
  if (!(DecodekitError.isInstance(error) && error.code === "CONTEXT_LENGTH")) return "";
  const advice = "Return the finish reason that `yield* run.commit(tokens)` gives, and run no pass after it.";
  if (tokens.length > limit) return `${tokens.length} tokens were committed, where at most ${limit} could be. ${advice}`;
  return tokens.length === limit
    ? `All ${limit} tokens that had room were committed, and it went on. ${advice}`
    : `${tokens.length} of ${limit} tokens were committed; a pass read more than can come: draft no more than \`run.remaining\` tokens.`;
}
