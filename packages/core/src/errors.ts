/** Marks an error of this package, also one from another copy of it. */
export const marker: unique symbol = Symbol.for("decodekit.error");

export type ErrorCode =
  | "INVALID_OPTION"
  | "CONTEXT_LENGTH"
  | "MISSING_MODEL"
  | "MODEL_LOAD"
  | "MODEL_SHAPE"
  | "VOCABULARY_MISMATCH"
  | "EXECUTION_UNAVAILABLE"
  | "PASS"
  | "DEVICE_LOST"
  | "INVALID_LOGITS"
  | "DRAFTER"
  | "CHAT_TEMPLATE"
  | "DISPOSED"
  | "WORKER"
  | "HUB"
  | "REMOTE"
  | "SWEEP";

/** Base class of the errors that decodekit throws. An abort throws the signal's own reason instead. */
export class DecodekitError extends Error {
  override readonly name: string = "DecodekitError";
  declare readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Like `instanceof`, but also true for an error from another copy of this package. */
  static isInstance(error: unknown): error is DecodekitError {
    return typeof error === "object" && error !== null && marker in error;
  }
}

/** An option or argument that is unknown, out of range, of the wrong type, or without effect. */
export class InvalidOptionError extends DecodekitError {
  override readonly name = "InvalidOptionError";
  /** Name of the called function, for example "topP". */
  declare readonly where: string;
  declare readonly option: string;
  declare readonly expected: string;
  declare readonly actual: unknown;

  constructor(details: { where: string; option: string; expected: string; actual: unknown; cause?: unknown }) {
    const { where, option, expected, actual, cause } = details;
    super("INVALID_OPTION", `${where}: ${option} must be ${expected}, got ${show(actual)}.`, causeOf(cause));
    this.where = where;
    this.option = option;
    this.expected = expected;
    this.actual = actual;
  }
}

/** More tokens than the model can hold. */
export class ContextLengthError extends DecodekitError {
  override readonly name = "ContextLengthError";
  declare readonly length: number;
  declare readonly contextLength: number;

  constructor(length: number, contextLength: number) {
    super(
      "CONTEXT_LENGTH",
      `The sequence must be at most ${contextLength} tokens, got ${length}. Shorten the prompt or use a model with a longer context.`,
    );
    this.length = length;
    this.contextLength = contextLength;
  }
}

/** A decoder needs a model that was not given. */
export class MissingModelError extends DecodekitError {
  override readonly name = "MissingModelError";
  declare readonly decoder: string;
  declare readonly role: string;

  constructor(decoder: string, role: string) {
    super("MISSING_MODEL", `${decoder}: needs a "${role}" model, got none. Pass one, or choose a decoder that does not need it.`);
    this.decoder = decoder;
    this.role = role;
  }
}

/** A file of a model could not be fetched, read or parsed. */
export class ModelLoadError extends DecodekitError {
  override readonly name = "ModelLoadError";
  /** URL, path or name of the file. */
  declare readonly source: string;

  constructor(source: string, problem: string, cause?: unknown) {
    super("MODEL_LOAD", `${source}: ${problem}`, causeOf(cause));
    this.source = source;
  }
}

/** A graph's inputs or outputs are not those of a supported language model. */
export class ModelShapeError extends DecodekitError {
  override readonly name = "ModelShapeError";
  declare readonly source: string;
  declare readonly tensor: string;
  declare readonly expected: string;
  declare readonly actual: string;

  constructor(details: { source: string; tensor: string; expected: string; actual: string }) {
    const { source, tensor, expected, actual } = details;
    super("MODEL_SHAPE", `${source}: ${tensor} must be ${expected}, got ${actual}.`);
    this.source = source;
    this.tensor = tensor;
    this.expected = expected;
    this.actual = actual;
  }
}

/** Two things that must share a vocabulary do not. */
export class VocabularyMismatchError extends DecodekitError {
  override readonly name = "VocabularyMismatchError";
  /** Vocabulary sizes by name, for example `{ model: 4096, tokenizer: 5000 }`. */
  declare readonly vocabSizes: Readonly<Record<string, number>>;

  constructor(vocabSizes: Readonly<Record<string, number>>, advice: string) {
    const sizes = Object.entries(vocabSizes).map(([what, size]) => `${what} has ${size}`);
    super("VOCABULARY_MISMATCH", `The vocabularies do not match: ${sizes.join(", ")}. ${advice}`);
    this.vocabSizes = vocabSizes;
  }
}

/** This machine does not support the requested execution. */
export class ExecutionUnavailableError extends DecodekitError {
  override readonly name = "ExecutionUnavailableError";
  declare readonly execution: string;

  constructor(execution: string, problem: string, cause?: unknown) {
    super("EXECUTION_UNAVAILABLE", `Execution "${execution}" is not available: ${problem}`, causeOf(cause));
    this.execution = execution;
  }
}

/** The runtime could not run a graph that it had loaded. The session is as it was before the pass. */
export class PassError extends DecodekitError {
  override readonly name = "PassError";
  /** URL, path or name of the graph. */
  declare readonly source: string;
  declare readonly execution: string;
  /** What the runtime said. */
  declare readonly reason: string;

  constructor(details: { source: string; execution: string; reason: string; cause?: unknown }) {
    const { source, execution, reason, cause } = details;
    const advice = "Choose another file of the model (dtype or modelFile) or another execution.";
    super("PASS", `${source}: a pass failed on ${execution} (${reason}). ${advice}`, causeOf(cause));
    this.source = source;
    this.execution = execution;
    this.reason = reason;
  }
}

/** The GPU was lost: through the driver, the browser, or a timeout. Models of this page or worker can no longer run on it. */
export class DeviceLostError extends DecodekitError {
  override readonly name = "DeviceLostError";

  constructor(reason: string) {
    const advice = 'Load the model with "wasm", or in a new page or worker.';
    super("DEVICE_LOST", `The GPU device was lost (${reason}). ${advice}`);
  }
}

/** A row of logits that has no distribution: NaN, +Infinity, or every token forbidden. */
export class LogitsError extends DecodekitError {
  override readonly name = "LogitsError";

  constructor(problem: string) {
    super("INVALID_LOGITS", `The logits have no distribution: ${problem}. The model, its precision or a processor is at fault.`);
  }
}

/** A drafter failed, or returned a draft that breaks its contract. The output up to that point is correct. */
export class DrafterError extends DecodekitError {
  override readonly name = "DrafterError";
  /** Name of the drafter. */
  declare readonly drafter: string;

  constructor(drafter: string, problem: string, cause?: unknown) {
    super("DRAFTER", `${drafter}: ${problem} The drafter or its model is at fault; decoding without it works.`, causeOf(cause));
    this.drafter = drafter;
  }
}

/** A conversation could not be turned into a prompt: there is no chat template, it is invalid, or it refuses the conversation. */
export class ChatTemplateError extends DecodekitError {
  override readonly name = "ChatTemplateError";
  /** URL, path or name of the template's file, or the name of a model that has none. */
  declare readonly source: string;

  constructor(source: string, problem: string, cause?: unknown) {
    super("CHAT_TEMPLATE", `${source}: ${problem}`, causeOf(cause));
    this.source = source;
  }
}

/** Something was used after it was disposed. */
export class DisposedError extends DecodekitError {
  override readonly name = "DisposedError";

  constructor(what: string) {
    super("DISPOSED", `The ${what} was disposed and can no longer be used. Create a new one.`);
  }
}

/** A worker could not be started, ended during a call, or could not import a plugin. */
export class WorkerError extends DecodekitError {
  override readonly name = "WorkerError";

  constructor(problem: string, cause?: unknown) {
    super("WORKER", problem, causeOf(cause));
  }
}

function causeOf(cause: unknown): ErrorOptions | undefined {
  return cause === undefined ? undefined : { cause };
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? `an array of ${value.length}` : "an object";
  return String(value);
}
