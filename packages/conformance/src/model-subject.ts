import { type CausalModel, type Logits, type RowConsistency, type Session } from "@decodekit/core";
import { expect } from "./expect.ts";

/** The model under test, and what it reads. */
export interface ModelSubject {
  readonly model: CausalModel;
  /** Shape (TEXT_LENGTH,). */
  readonly text: Int32Array;
  /** Other tokens, shape (BRANCH_LENGTH,): the first differs from that of `text` after any cut. */
  readonly branch: Int32Array;
  /** How far rows that differ by rounding may be from each other, relative to their norm. */
  readonly tolerance: number;
  /** Whether a pass may have ended before an abort reaches it. */
  readonly lateAborts: boolean;
}

/** One rule that every causal model follows, if it applies. */
export interface ModelCheck {
  /** A sentence with the model as its subject, without that subject. */
  readonly name: string;
  /** Returns why the check does not apply, in words that follow "it", or undefined if it applies. @defaultValue it always applies */
  readonly inapplicable?: (subject: ModelSubject) => string | undefined;
  /** Rejects with an Error that describes the failure. */
  run(subject: ModelSubject): Promise<void>;
}

export const TEXT_LENGTH = 8;
export const BRANCH_LENGTH = 3;

/** Where the checks cut the text: what is read before is rewound to, forked or continued. */
export const CUT = 4;

export function consistencyOf({ capabilities }: CausalModel): RowConsistency {
  return capabilities.rowConsistency ?? "rounding";
}

/** Runs `use` on new sessions, which are disposed at its end. */
export async function withSessions<Result>(
  { model }: ModelSubject,
  count: number,
  use: (sessions: readonly Session[]) => Promise<Result>,
): Promise<Result> {
  const sessions = await Promise.all(Array.from({ length: count }, () => model.createSession()));
  try {
    return await use(sessions);
  } finally {
    await Promise.all(sessions.map((session) => session.dispose()));
  }
}

/** Runs `use` on a new session, which is disposed at its end. */
export function withSession<Result>(subject: ModelSubject, use: (session: Session) => Promise<Result>): Promise<Result> {
  return withSessions(subject, 1, ([session]) => use(session!));
}

/** Returns copies of the rows of a pass. */
export function copyRows(logits: Logits): Float32Array[] {
  return Array.from({ length: logits.rows }, (_, index) => logits.row(index).slice());
}

/** Reads `tokens` in passes of the given lengths, which add up to theirs; returns copies of all rows. */
export async function readInPasses(session: Session, tokens: Int32Array, lengths: readonly number[]): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  let start = 0;
  for (const length of lengths) {
    rows.push(...copyRows(await session.forward(tokens.slice(start, start + length), { rows: "all" })));
    start += length;
  }
  return rows;
}

/** Returns the rows that a new session returns for `tokens` when it reads them in passes of the given lengths. */
export function freshRows(subject: ModelSubject, tokens: Int32Array, lengths: readonly number[]): Promise<Float32Array[]> {
  return withSession(subject, (session) => readInPasses(session, tokens, lengths));
}

/**
 * Compares a row with row `index` of `expected`, as far as the model's rows are consistent: "exact" allows no difference, "rounding" a distance of `tolerance` of
 * the row's norm; otherwise the row must be nearer to its own than to any other of `expected`.
 */
export function expectRow(
  { model, tolerance }: ModelSubject,
  actual: Float32Array,
  expected: { readonly rows: readonly Float32Array[]; readonly index: number },
  what: string,
): void {
  const own = expected.rows[expected.index]!;
  expect(actual.length === own.length, `${what}: a row of ${actual.length} logits, expected ${own.length}`);
  expect(!actual.some(Number.isNaN), `${what}: a logit is NaN`);
  const moved = distance(actual, own) / (norm(own) || 1);
  const consistency = consistencyOf(model);
  if (moved <= (consistency === "exact" ? 0 : tolerance)) return;
  const measured = `the row differs from that of ${WHERE} by ${moved.toPrecision(2)} of its norm`;
  if (consistency === "exact")
    throw new Error(`${what}: ${measured}, and capabilities.rowConsistency "exact" allows none. State "rounding" if that is what it is.`);
  if (consistency === "rounding") {
    const advice =
      'If only its precision is at fault, state capabilities.rowConsistency "approximate", or "mixed" if rows depend on those of other tokens of their pass.';
    throw new Error(`${what}: ${measured}, allowed are ${tolerance}. ${advice}`);
  }
  const nearest = expected.rows.findIndex((row, index) => index !== expected.index && distance(actual, row) <= distance(actual, own));
  expect(nearest < 0, `${what}: ${measured}, and is nearer to the row of position ${nearest} than to that of its own, ${expected.index}`);
}

const WHERE = "a session that read only the same tokens";

/** Equal infinities are equal. */
function distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, token) => sum + (value === b[token] ? 0 : (value - b[token]!) ** 2), 0));
}

/** The norm of the finite logits. */
function norm(row: Float32Array): number {
  return Math.sqrt(row.reduce((sum, value) => sum + (Number.isFinite(value) ? value * value : 0), 0));
}
