import { compileConstraint, type CompiledConstraint, jsonSchema } from "@decodekit/constraints";
import { seededRandom, type Tokenizer } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { collectGarbage } from "../../measure/collect-garbage.ts";
import type { MasksRow } from "../rows.ts";
import { defineSuite } from "../suite.ts";
import { shuffled } from "./timed-decodes.ts";

/** As of Qwen's models. */
const LARGE_VOCABULARY = 151_936;

const SCHEMA = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 40 },
    city: { type: "string", maxLength: 40 },
    age: { type: "integer", minimum: 0, maximum: 120 },
    interests: { type: "array", items: { type: "string", maxLength: 30 }, maxItems: 5 },
    member: { type: "boolean" },
  },
  required: ["name", "city", "age", "interests", "member"],
};

/** Values that are written one after another: the second meets most states of the grammar again. */
const VALUES = [
  { name: "Ada Lindqvist", city: "Gothenburg", age: 36, interests: ["sailing", "old maps"], member: true },
  { name: "Bruno Keller", city: "Basel", age: 52, interests: ["chess", "bread"], member: false },
];

/** What the masks of a JSON schema cost for each token of a text, by the size of the vocabulary. */
export const masks = defineSuite({
  name: "masks",
  where: ["native"],
  per: "model",
  pairs: 9,
  async *run({ settings: { folder, threads }, pairs, isDone }) {
    const model = await loadModel(folder, { execution: "native", threads, onWarning: () => undefined });
    const vocabularies = [model.tokenizer, enlarged(model.tokenizer, LARGE_VOCABULARY)];
    const stop = model.stopTokens[0]!;
    for (let round = 0; round < pairs; round++) {
      for (const tokenizer of shuffled(vocabularies, round)) {
        const key = `${tokenizer.vocabSize}/${round}`;
        if (!isDone(key)) yield { key, round, ...measure(tokenizer, stop) };
      }
    }
    await model.dispose();
  },
});

function measure(tokenizer: Tokenizer, stop: number): Omit<MasksRow, "key" | "round"> {
  collectGarbage();
  // The vocabulary is read once for each object.
  const fresh = renewed(tokenizer);
  const started = performance.now();
  compileConstraint({ tokenizer: fresh, stopTokens: [stop] }, jsonSchema({ type: "boolean" }));
  const read = performance.now();
  const constraint = compileConstraint({ tokenizer: fresh, stopTokens: [stop] }, jsonSchema(SCHEMA));
  const compiled = performance.now();
  const texts = VALUES.map((value) => fresh.encode(spaced(value), { addSpecialTokens: false }));
  const [first, second] = texts.map((tokens) => microsecondsPerToken(constraint, tokens, fresh.vocabSize));
  const again = microsecondsPerToken(constraint, texts[0]!, fresh.vocabSize);
  return {
    vocabSize: fresh.vocabSize,
    tokens: texts[0]!.length,
    readMilliseconds: read - started,
    compileMilliseconds: compiled - read,
    firstTextMicroseconds: first!,
    secondTextMicroseconds: second!,
    knownStatesMicroseconds: again,
  };
}

/** Masks a row after every beginning of `tokens`. @throws Error if the constraint does not allow the text. */
function microsecondsPerToken(constraint: CompiledConstraint, tokens: Int32Array, vocabSize: number): number {
  const row = new Float32Array(vocabSize);
  let milliseconds = 0;
  for (let length = 0; length <= tokens.length; length++) {
    row.fill(0);
    const started = performance.now();
    constraint.processor(row, { tokens: tokens.subarray(0, length), promptLength: 0 });
    milliseconds += performance.now() - started;
    if (length < tokens.length && row[tokens[length]!] === -Infinity) throw new Error(`The mask forbids token ${length} of a valid text.`);
  }
  if (constraint.status(tokens) !== "final") throw new Error("The text is not one of the constraint's.");
  return (1000 * milliseconds) / (tokens.length + 1);
}

function spaced(value: object): string {
  return JSON.stringify(value, undefined, 1)
    .replaceAll(/\n\s*/gu, " ")
    .replaceAll(/([[{]) | ([\]}])/gu, "$1$2");
}

/** Returns another object that is the same tokenizer. */
function renewed(tokenizer: Tokenizer): Tokenizer {
  return enlarged(tokenizer, tokenizer.vocabSize);
}

/** Returns the tokenizer with more tokens, each the bytes of two of its own. Text is split as before. */
function enlarged(tokenizer: Tokenizer, vocabSize: number): Tokenizer {
  const random = seededRandom(1);
  const known = tokenizer.vocabSize;
  const one = (): Uint8Array => tokenizer.tokenBytes?.(Math.floor(known * random.uniform())) ?? new Uint8Array(0);
  const added = Array.from({ length: vocabSize - known }, () => Uint8Array.from([...one(), ...one()]));
  return {
    vocabSize,
    specialTokens: tokenizer.specialTokens,
    encode: (text, options) => tokenizer.encode(text, options),
    decode: (tokens) => tokenizer.decode(tokens),
    tokenText: (token) => tokenizer.tokenText(token),
    tokenBytes: (token) => (token < known ? tokenizer.tokenBytes?.(token) : added[token - known]),
  };
}
