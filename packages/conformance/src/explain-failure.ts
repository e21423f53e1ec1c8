import { DecodekitError } from "@decodekit/core";
import type { Fixture } from "./fixture.ts";
import { explainCache } from "./explain-cache.ts";
import type { Progress } from "./progress.ts";

const STALE = [
  "A row of logits was read after its session's next pass, when it is no longer valid; the kit's models then fill it with NaN.",
  "Read it before that pass, or copy it: row.slice().",
].join(" ");

const MADE_HERE = [
  "The kit's models never return such a row: the decoder or a processor made it,",
  "or a row was kept past its session's next pass (copy it: row.slice()).",
].join(" ");

/** Explains why a decode failed unexpectedly with `error`, from the use of the models; returns "" if that does not explain it. */
export function explainFailure(error: unknown, progress: Progress, fixture: Fixture): string {
  if (fixture.staleRowReads() > 0) return STALE;
  const inner = DecodekitError.isInstance(error) && error.code === "DRAFTER" ? error.cause : error;
  const logits = DecodekitError.isInstance(inner) && inner.code === "INVALID_LOGITS" ? inner.message : "";
  if (/NaN|\+Infinity/u.test(logits)) return MADE_HERE;
  const cache = explainCache(progress, fixture);
  if (cache) return cache;
  if (logits) return explainForbidden(fixture);
  const passes = new Set(fixture.reads.slice(progress.firstRead).map(({ role, pass }) => `${role} ${pass}`)).size;
  if (error instanceof TypeError && passes === 0) {
    return "No pass was run before it. A pass and its rows come from `yield* session.forward(tokens, phase)`; without `yield*` no pass runs.";
  }
  const isRefusal = DecodekitError.isInstance(error) && error.code === "INVALID_OPTION";
  if (progress.tokens.length === 0 && passes > 1 && !isRefusal) {
    return `No token was committed in ${passes} passes. \`context.commit(tokens)\` commits nothing without \`yield*\`.`;
  }
  return explainEnd(error, progress);
}

function explainForbidden({ isCertain }: Fixture): string {
  if (!isCertain) return "The kit's uncertain models allow every token; the decoder forbids all of them.";
  return "The model allows only one token, and the decoder forbids it. A decoder must follow a model that is certain.";
}

function explainEnd(error: unknown, { tokens, limit }: Progress): string {
  if (!(DecodekitError.isInstance(error) && error.code === "CONTEXT_LENGTH")) return "";
  const advice = "Return the finish reason that `yield* context.commit(tokens)` returns, and run no pass after it.";
  if (tokens.length > limit) return `${tokens.length} tokens were committed, at most ${limit} are allowed. ${advice}`;
  return tokens.length === limit
    ? `All ${limit} tokens that fit were committed, but the decoder continued. ${advice}`
    : `${tokens.length} of ${limit} tokens were committed; a pass read more tokens than fit: draft at most \`context.remaining\` tokens.`;
}
