import { invalidAnswer } from "../connection/answer-errors.ts";
import type { RemoteError } from "../remote-error.ts";

/** Servers write -9999 or the lowest float32 for the logarithm of 0. */
const LOWEST = -9998;
const ROOT = "the answer";

/** A value of an answer in JSON, which knows where it stands there: every reader throws RemoteError "invalid-answer" if it is another kind. */
export class AnswerValue {
  readonly #value: unknown;
  readonly #source: string;
  readonly #path: string;

  constructor(value: unknown, source: string, path = ROOT) {
    this.#value = value;
    this.#source = source;
    this.#path = path;
  }

  get isArray(): boolean {
    return Array.isArray(this.#value);
  }

  get isMissing(): boolean {
    return this.#value === undefined || this.#value === null;
  }

  /** The member `name` of an object, which may be missing. */
  member(name: string): AnswerValue {
    return new AnswerValue(this.#object()[name], this.#source, this.#path === ROOT ? name : `${this.#path}.${name}`);
  }

  /** Names and values of the members of an object. */
  members(): [string, AnswerValue][] {
    return Object.keys(this.#object()).map((name) => [name, this.member(name)]);
  }

  items(): AnswerValue[] {
    if (!Array.isArray(this.#value)) throw this.error("an array");
    return this.#value.map((_, index) => this.item(index));
  }

  /** An item of an array, which may be missing. */
  item(index: number): AnswerValue {
    if (!Array.isArray(this.#value)) throw this.error("an array");
    return new AnswerValue(this.#value[index], this.#source, `${this.#path}[${index}]`);
  }

  integer(minimum: number, maximum = Number.MAX_SAFE_INTEGER): number {
    const value = this.#value as number;
    if (Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value;
    throw this.error(maximum === Number.MAX_SAFE_INTEGER ? `an integer >= ${minimum}` : `an integer in [${minimum}, ${maximum}]`);
  }

  text(): string {
    if (typeof this.#value !== "string") throw this.error("a string");
    return this.#value;
  }

  /** A number; null, which stands for what JSON cannot write, is NaN. */
  number(): number {
    if (this.#value === null) return NaN;
    if (typeof this.#value !== "number") throw this.error("a number");
    return this.#value;
  }

  /** A number <= 0, up to rounding; null, or what servers write in its place, is -Infinity. */
  logProbability(): number {
    if (this.#value === null) return -Infinity;
    const value = this.#value as number;
    if (typeof value !== "number" || !(value <= 1e-3)) throw this.error("a log-probability");
    return value <= LOWEST ? -Infinity : Math.min(0, value);
  }

  /** The error for a value that is not what was expected. */
  error(expected: string, actual = show(this.#value)): RemoteError {
    return invalidAnswer(this.#source, `${this.#path} must be ${expected}, got ${actual}`);
  }

  #object(): Readonly<Record<string, unknown>> {
    if (typeof this.#value !== "object" || this.#value === null || Array.isArray(this.#value)) throw this.error("an object");
    return this.#value as Readonly<Record<string, unknown>>;
  }
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? `an array of ${value.length}` : "an object";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
