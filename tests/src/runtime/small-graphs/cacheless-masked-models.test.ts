import { generate, type MaskedSession } from "@decodekit/core";
import { loadMaskedModel, type OnnxMaskedModel } from "@decodekit/core/onnx";
import { infill, refine, rewrite } from "@decodekit/refinement";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { bracketTokenizer, CLS, LONGEST, MASK, neighbourModel, neighbourRow, SEP, VOCAB_SIZE } from "../../support/neighbour-graph.ts";
import { watchGraphs } from "../../support/watch-graphs.ts";

const native = { execution: "native" } as const;
const prefix = [3, 1, 4];
const canvas = [5, MASK, 0];

let model: OnnxMaskedModel;
beforeEach(async () => {
  model = await loadMaskedModel(neighbourModel(), native);
});
afterEach(async () => {
  await model.dispose();
  vi.restoreAllMocks();
});

async function sessionAfter(tokens: readonly number[], of = model): Promise<MaskedSession> {
  const session = await of.masked.createSession();
  if (tokens.length > 0) await session.commit(Int32Array.from(tokens));
  return session;
}

/** Checks that the canvas rows are those at `first` and after it of the text `text`. */
async function expectRows(session: MaskedSession, tokens: readonly number[], text: readonly number[], first: number): Promise<void> {
  const logits = await session.predict(Int32Array.from(tokens));
  expect([logits.rows, logits.vocabSize]).toEqual([tokens.length, VOCAB_SIZE]);
  for (let row = 0; row < tokens.length; row++) expect(logits.row(row)).toEqual(neighbourRow(text, first + row));
  for (const row of [-1, tokens.length]) expect(() => logits.row(row)).toThrow(RangeError);
}

describe("a pass reads", () => {
  test("prefix and canvas between the tokens that begin and end a text, and returns the rows of the canvas", async () => {
    await expectRows(await sessionAfter(prefix), canvas, [CLS, ...prefix, ...canvas, SEP], 4);
    await expectRows(await sessionAfter([]), canvas, [CLS, ...canvas, SEP], 1);
  });

  test("a prefix that already begins with the token that begins a text, without another", async () => {
    await expectRows(await sessionAfter([CLS, ...prefix]), canvas, [CLS, ...prefix, ...canvas, SEP], 4);
  });

  test("nothing else with a tokenizer that adds no tokens", async () => {
    const plain = await loadMaskedModel(neighbourModel({}, { tokenizer: bracketTokenizer(undefined, false) }), native);
    expect(plain.masked.contextLength).toBe(LONGEST);
    expect([...plain.tokenizer.encode("ab")]).toEqual([0, 1]);
    await expectRows(await sessionAfter(prefix, plain), canvas, [...prefix, ...canvas], 3);
    await plain.dispose();
  });
});

describe("a session", () => {
  test("commits, rewinds and predicts in the order of the calls", async () => {
    const session = await model.masked.createSession();
    const calls = [session.commit(Int32Array.from(prefix)), session.predict(Int32Array.of(MASK)), session.rewindTo(1)] as const;
    const later = [session.commit(Int32Array.of(2)), session.predict(Int32Array.of(MASK))] as const;
    expect((await calls[1]).row(0)).toEqual(neighbourRow([CLS, ...prefix, MASK, SEP], 4));
    expect((await later[1]).row(0)).toEqual(neighbourRow([CLS, 3, 2, MASK, SEP], 3));
    expect(session.length).toBe(2);
    expect(session.causalSession).toBeUndefined();
    expect("predictLeaveOneOut" in session).toBe(false);
  });

  test("does not share its prefix with another one", async () => {
    const [first, second] = [await sessionAfter([1]), await sessionAfter([2, 3])];
    await expectRows(first, canvas, [CLS, 1, ...canvas, SEP], 2);
    await expectRows(second, canvas, [CLS, 2, 3, ...canvas, SEP], 3);
  });

  test.each([-1, 1.5, 4, Number.NaN])("refuses to rewind 3 tokens to %s", async (length) => {
    const session = await sessionAfter(prefix);
    await expect(session.rewindTo(length)).rejects.toMatchObject({ name: "InvalidOptionError", where: "rewindTo", actual: length });
    expect(session.length).toBe(3);
  });

  test("refuses tokens outside the vocabulary, and none", async () => {
    const session = await sessionAfter(prefix);
    for (const where of ["predict", "commit"] as const) {
      const option = where === "predict" ? "canvas" : "tokens";
      await expect(session[where](Int32Array.of(1, VOCAB_SIZE))).rejects.toMatchObject({ where, option: `${option}[1]` });
      await expect(session[where](new Int32Array())).rejects.toMatchObject({ where, option, expected: "at least 1 token" });
    }
    expect(session.length).toBe(3);
  });

  test("leaves room in the context for the tokens around the text", async () => {
    const room = LONGEST - 2;
    expect(model.masked.contextLength).toBe(room);
    const session = await sessionAfter(prefix);
    expect((await session.predict(new Int32Array(room - 3))).rows).toBe(room - 3);
    const tooLong = { name: "ContextLengthError", length: room + 1, contextLength: room };
    await expect(session.predict(new Int32Array(room - 2))).rejects.toMatchObject(tooLong);
    await expect(session.commit(new Int32Array(room - 2))).rejects.toMatchObject(tooLong);
    expect(session.length).toBe(3);
  });

  test("is unchanged by an abort before, while waiting, or during the pass, whose tensors are freed", async () => {
    const watched = await watchGraphs();
    const own = await loadMaskedModel(neighbourModel(), native);
    const session = await sessionAfter(prefix, own);
    const { signal } = { signal: AbortSignal.abort(new Error("before")) };
    await expect(session.predict(Int32Array.of(MASK), { signal })).rejects.toThrow("before");
    await expect(session.commit(Int32Array.of(1), { signal })).rejects.toThrow("before");
    const waiting = new AbortController();
    const first = session.predict(Int32Array.of(MASK));
    const second = session.commit(Int32Array.of(1), { signal: waiting.signal });
    waiting.abort(new Error("waiting"));
    await expect(second).rejects.toThrow("waiting");
    await first;
    const during = new AbortController();
    watched.atRun = () => during.abort(new Error("during"));
    watched.freedTensors();
    await expect(session.predict(Int32Array.of(MASK), { signal: during.signal })).rejects.toThrow("during");
    await expectRows(session, canvas, [CLS, ...prefix, ...canvas, SEP], 4);
    expect(watched.freedTensors()).toBe(2);
    await own.dispose();
  });

  test("refuses all calls once it or its model is disposed", async () => {
    const [session, other] = [await sessionAfter(prefix), await sessionAfter(prefix)];
    await session.dispose();
    await session.dispose();
    await model.dispose();
    await model.dispose();
    for (const each of [session, other]) {
      for (const call of [each.predict(Int32Array.of(1)), each.commit(Int32Array.of(1)), each.rewindTo(0)])
        await expect(call).rejects.toMatchObject({ name: "DisposedError" });
    }
    await expect(model.masked.createSession()).rejects.toMatchObject({ name: "DisposedError" });
  });
});

describe("decoders run on it", () => {
  test("refine fills the canvas, and ends within the context", async () => {
    const { tokens, finishReason } = await generate(model, "abc", { decoder: refine({ blockLength: 2 }), maxNewTokens: 99 }).result;
    expect(tokens.length).toBe(model.masked.contextLength - 4);
    expect([finishReason, tokens.includes(MASK)]).toEqual(["length", false]);
  });

  // A row scores the token after it most.
  test("infill sees the suffix, also after an empty prompt", async () => {
    const decoder = infill({ suffix: model.tokenizer.encode("c", { addSpecialTokens: false }), length: 1 });
    expect((await generate(model, "ab", { decoder }).result).text).toBe("c");
    expect((await generate(model, "", { decoder }).result).text).toBe("c");
  });

  test("rewrite keeps the fixed positions", async () => {
    const text = model.tokenizer.encode("bcd", { addSpecialTokens: false });
    expect((await generate(model, "a", { decoder: rewrite({ text, positions: [1] }) }).result).text).toBe("bdd");
  });
});
