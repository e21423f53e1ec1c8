import type { DecodeContext, DecodeEvent, FinishReason, ReportingSession, TokenId } from "@decodekit/core";
import { requireFork } from "../require-fork.ts";
import { BeamGroup } from "./beam-group.ts";
import type { BeamSettings } from "./beam-search-options.ts";
import { type Candidate, continuationsOf, type ReadBeam, tokensOf } from "./candidates.ts";
import { commonPrefix } from "./common-prefix.ts";
import { bestFirst, type Hypothesis } from "./hypotheses.ts";

type Context = DecodeContext<"causal">;

/** A beam with the session that has read it. */
interface OpenBeam extends ReadBeam {
  readonly session: ReportingSession;
}

/** Receives the best hypotheses so far of all groups, the best first, after each position, and the tokens that they continue. */
export type OnHypotheses = (hypotheses: readonly Hypothesis[], prompt: Int32Array) => void;

/** Searches from the prompt of `context`. Commits what all beams and hypotheses have in common as soon as it is known, then the best text. */
export async function* runBeamSearch(
  context: Context,
  settings: BeamSettings,
  onHypotheses: OnHypotheses,
): AsyncGenerator<DecodeEvent, FinishReason, void> {
  requireFork("beamSearch", context.models.causal);
  const { stopTokens, remaining: room, tokens: prompt } = context;
  const groups = Array.from({ length: settings.groups }, () => new BeamGroup(settings, { stopTokens, room }));
  // So many that diversity penalties for the tokens of all other beams, and stop tokens, leave enough for every group.
  const count = settings.groups * settings.groupSize + stopTokens.size;
  const session = await context.openSession("causal");
  const logits = yield* session.forward(prompt, "prefill");
  const start: OpenBeam = { tokens: new Int32Array(), total: 0, session, next: continuationsOf(logits.row(0), count) };
  let beams: readonly (readonly OpenBeam[])[] = groups.map(() => [start]);
  for (;;) {
    const chosen = advanceGroups(groups, beams, settings.diversityPenalty);
    const hypotheses = bestFirst(groups.flatMap(({ finished }) => finished));
    onHypotheses(hypotheses, prompt);
    if (chosen.every((group) => group.length === 0)) return (yield* commitBest(context, hypotheses[0]!)) ?? "length";
    yield* showProgress(context, chosen.flat(), hypotheses);
    beams = yield* readBeams(context, { before: beams.flat(), chosen, count });
  }
}

/** Continues the beams of each group in turn. Returns the next beams of each group, none of a group that is done. */
function advanceGroups(
  groups: readonly BeamGroup[],
  beams: readonly (readonly OpenBeam[])[],
  diversityPenalty: number,
): readonly (readonly Candidate<OpenBeam>[])[] {
  const choices = new Map<TokenId, number>();
  return groups.map((group, index) => {
    if (group.isDone) return [];
    const chosen = group.advance(beams[index]!, (token) => diversityPenalty * (choices.get(token) ?? 0));
    for (const { token } of chosen) choices.set(token, (choices.get(token) ?? 0) + 1);
    return group.isDone ? [] : chosen;
  });
}

/** Commits the tokens that all beams and hypotheses begin with, and shows those of the best beam after them. */
function* showProgress(
  context: Context,
  beams: readonly Candidate<OpenBeam>[],
  hypotheses: readonly Hypothesis[],
): Generator<DecodeEvent, void, void> {
  const live = beams.map(tokensOf);
  const start = context.tokens.length;
  const committed = start - context.promptLength;
  const common = commonPrefix([...live, ...hypotheses.map(({ tokens }) => tokens)]);
  // There are beams, whose tokens are fewer than there is room for, so that the decode goes on.
  if (common > committed) yield* context.commit(live[0]!.slice(committed, common));
  const best = live[beams.reduce((first, { total }, index) => (total > beams[first]!.total ? index : first), 0)]!;
  if (best.length > common) yield { type: "tokens-propose", start: context.promptLength + common, tokens: best.slice(common) };
}

interface BeamsToRead {
  /** The beams of all groups before this position. */
  readonly before: readonly OpenBeam[];
  /** Their continuations, by group. */
  readonly chosen: readonly (readonly Candidate<OpenBeam>[])[];
  /** How many continuations of each to look at next. */
  readonly count: number;
}

/**
 * Reads the new token of each beam in a session of its own. The first continuation of a beam takes over its session, others fork it, and
 * beams that are not continued are closed first: no more sessions are open than there are beams.
 */
async function* readBeams(
  context: Context,
  { before, chosen, count }: BeamsToRead,
): AsyncGenerator<DecodeEvent, readonly (readonly OpenBeam[])[], void> {
  const candidates = chosen.flat();
  const continued = new Set(candidates.map(({ parent }) => parent.session));
  const ended = new Set(before.map(({ session }) => session).filter((session) => !continued.has(session)));
  for (const session of ended) await session.session.dispose();
  const sessions = new Map<Candidate<OpenBeam>, ReportingSession>();
  const taken = new Set<ReportingSession>();
  for (const candidate of candidates) {
    const { session } = candidate.parent;
    sessions.set(candidate, taken.has(session) ? await context.openSession("causal", session) : session);
    taken.add(session);
  }
  const groups: OpenBeam[][] = [];
  for (const group of chosen) {
    const read: OpenBeam[] = [];
    for (const candidate of group) {
      const session = sessions.get(candidate)!;
      const logits = yield* session.forward(Int32Array.of(candidate.token), "decode");
      const next = continuationsOf(logits.row(0), count);
      read.push({ tokens: tokensOf(candidate), total: candidate.total, session, next });
    }
    groups.push(read);
  }
  return groups;
}

/** Commits the rest of the best hypothesis. */
function* commitBest(context: Context, { tokens, stopToken }: Hypothesis): Generator<DecodeEvent, FinishReason | undefined, void> {
  const rest = tokens.subarray(context.tokens.length - context.promptLength);
  return yield* context.commit(Int32Array.of(...rest, ...(stopToken === undefined ? [] : [stopToken])));
}
