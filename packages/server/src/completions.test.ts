import { autoregressive, generate, type Sampler } from "@decodekit/core";
import { vllm } from "@decodekit/samplers";
import { promptLookup, speculative } from "@decodekit/speculative";
import { describe, expect, test } from "vitest";
import { bytesModel, eventsOf, startServer } from "./server-for-tests.ts";

const plain = (options: Parameters<typeof vllm>[0] = {}): ReturnType<typeof autoregressive> =>
  autoregressive({ name: "plain", sampler: vllm(options) });

describe("POST /v1/completions", () => {
  test("answers with the text, tokens and log-probabilities of generate()", async () => {
    const model = bytesModel();
    const { complete } = await startServer(model);
    const sampling = { temperature: 0.7, top_p: 0.9, top_k: 20, min_p: 0.01 };
    const penalties = { presence_penalty: 0.5, frequency_penalty: 0.25, repetition_penalty: 1.1, logit_bias: { 101: 3 } };
    const answer = await complete({ prompt: "one", max_tokens: 12, seed: 5, logprobs: 2, ...sampling, ...penalties });
    const { processors } = vllm(penalties);
    const options = { maxNewTokens: 12, seed: 5, logProbabilities: 2 };
    const expected = await generate(model, "one", { decoder: plain(sampling), processors, ...options }).result;
    expect(answer.choices[0]).toMatchObject({ text: expected.text, finish_reason: "length" });
    const { logprobs } = answer.choices[0]!;
    expect(logprobs!.tokens.join("")).toBe(expected.text);
    expect(logprobs!.token_logprobs).toEqual([...expected.logProbabilities!]);
    expect(logprobs!.top_logprobs.flatMap((top) => Object.values(top!).toSorted((a, b) => b - a))).toEqual([
      ...expected.alternatives!.logProbabilities,
    ]);
    expect(logprobs!.text_offset).toEqual(Array.from(expected.text, (_, index) => index));
    expect(answer.usage).toMatchObject({ prompt_tokens: 4, completion_tokens: 12, total_tokens: 16 });
    expect(answer.decodekit).toEqual({ decoder: "plain", seed: 5, passes: 12, drafted: 0, accepted: 0 });
  });

  test("gives each of n texts and prompts its own seed, and reads a prompt once", async () => {
    const model = bytesModel();
    const { complete } = await startServer(model);
    const answer = await complete({ prompt: ["a long beginning", "another one"], n: 3, max_tokens: 9, seed: 2 ** 53 - 2 });
    const seeds = [2 ** 53 - 2, 2 ** 53 - 1, 0, 1, 2, 3];
    const expected = seeds.map((seed, index) => {
      const prompt = index < 3 ? "a long beginning" : "another one";
      return generate(model, prompt, { decoder: plain(), maxNewTokens: 9, seed }).result;
    });
    expect(answer.choices.map(({ text }) => text)).toEqual((await Promise.all(expected)).map(({ text }) => text));
    const read = model.test.passes().filter(({ start, positions }) => start <= 2 && positions > 9);
    expect(read.length - expected.length).toBe(2);
    expect(answer.usage).toMatchObject({ prompt_tokens: 17 + 12, completion_tokens: 54 });
  });

  test("streams what it answers whole, with usage if asked", async () => {
    const model = bytesModel();
    const { call, complete } = await startServer(model);
    const request = { prompt: "say é", max_tokens: 10, seed: 3, n: 2, logprobs: 1, stop: ["q", "zz"] };
    const whole = await complete(request);
    const response = await call("/v1/completions", { model: "bytes", ...request, stream: true, stream_options: { include_usage: true } });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const { events, isDone } = await eventsOf(response);
    expect(isDone).toBe(true);
    const texts = [0, 1].map((index) => events.flatMap(({ choices }) => choices).filter((choice) => choice.index === index));
    for (const [index, parts] of texts.entries()) {
      const { text, finish_reason: reason, logprobs } = whole.choices[index]!;
      expect(parts.map((part) => part.text).join("")).toBe(text);
      expect(parts.at(-1)!.finish_reason).toBe(reason);
      expect(parts.slice(0, -1).every((part) => part.finish_reason === null)).toBe(true);
      expect(parts.flatMap((part) => part.logprobs!.token_logprobs)).toEqual(logprobs!.token_logprobs);
      expect(parts.flatMap((part) => part.logprobs!.text_offset)).toEqual(logprobs!.text_offset);
    }
    expect(events.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(events.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: whole.usage.completion_tokens } });
    // The second request found its prompt in the prefix cache, all but the last token.
    expect(events.at(-1)!.usage!.prompt_tokens_details.cached_tokens).toBe(whole.usage.prompt_tokens - 1);
  });

  test("ends a text at the first of its stop strings", async () => {
    const { complete } = await startServer(bytesModel());
    const free = await complete({ prompt: "tell", max_tokens: 30, temperature: 0 });
    const { text } = free.choices[0]!;
    const stops = [text.slice(9, 12), text.slice(4, 6)];
    const cut = await complete({ prompt: "tell", max_tokens: 30, temperature: 0, stop: stops });
    const end = Math.min(...stops.map((stop) => text.indexOf(stop)));
    expect(cut.choices[0]).toMatchObject({ text: text.slice(0, end), finish_reason: "stop" });
  });

  test("echoes a prompt, with the log-probabilities of its tokens", async () => {
    const model = bytesModel();
    const { complete } = await startServer(model);
    const scored = await complete({ prompt: "to be scored", echo: true, max_tokens: 0, logprobs: 1 });
    expect(scored.choices[0]).toMatchObject({ text: "to be scored", finish_reason: "length" });
    expect(scored.usage.completion_tokens).toBe(0);
    const { token_logprobs: values, tokens } = scored.choices[0]!.logprobs!;
    expect([tokens.join(""), values[0]]).toEqual(["<begin>to be scored", null]);
    const rows = Array.from(model.tokenizer.encode("to be scored"));
    const session = await model.causal.createSession();
    const logits = await session.forward(Int32Array.from(rows.slice(0, -1)), { rows: "all" });
    const expected = rows.slice(1).map((token, place) => {
      const row = [...logits.row(place)];
      return row[token]! - Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
    });
    await session.dispose();
    for (const [place, value] of expected.entries()) expect(values[place + 1]).toBeCloseTo(value, 5);
    const continued = await complete({ prompt: "to be scored", echo: true, max_tokens: 4, temperature: 0 });
    expect(continued.choices[0]!.text).toMatch(/^to be scored.{4}$/);
  });

  test("answers with the best of several texts", async () => {
    const { complete } = await startServer(bytesModel());
    const all = await complete({ prompt: "x", n: 5, seed: 1, max_tokens: 6, logprobs: 0 });
    const best = await complete({ prompt: "x", n: 2, best_of: 5, seed: 1, max_tokens: 6 });
    const scored = all.choices.map(({ text, logprobs }) => {
      const values = logprobs!.token_logprobs as readonly number[];
      return { text, score: values.reduce((sum, value) => sum + value, 0) / values.length };
    });
    const expected = scored.toSorted((a, b) => b.score - a.score).slice(0, 2);
    expect(best.choices.map(({ text }) => text)).toEqual(expected.map(({ text }) => text));
    expect(best.choices.every(({ logprobs }) => logprobs === null)).toBe(true);
    expect(best.usage.completion_tokens).toBe(30);
  });

  test("takes tokens for a prompt, and 16 of the answer by default", async () => {
    const { complete } = await startServer(bytesModel());
    const asText = await complete({ prompt: "abc", temperature: 0 });
    const asTokens = await complete({ prompt: [256, 97, 98, 99], temperature: 0 });
    expect(asTokens.choices).toEqual(asText.choices);
    expect(asText.usage.completion_tokens).toBe(16);
  });

  test("draws another text each time unless there is a seed, and tells the seed", async () => {
    const { complete } = await startServer(bytesModel());
    const [first, second] = [await complete({ prompt: "x", max_tokens: 40 }), await complete({ prompt: "x", max_tokens: 40 })];
    expect(first.choices[0]!.text).not.toBe(second.choices[0]!.text);
    const again = await complete({ prompt: "x", max_tokens: 40, seed: first.decodekit["seed"] });
    expect(again.choices).toEqual(first.choices);
  });
});

describe("decoders that the operator configured", () => {
  const decoders = {
    plain: ({ sampler }: { sampler: Sampler }) => autoregressive({ name: "plain", sampler }),
    drafts: ({ sampler }: { sampler: Sampler }) => speculative({ drafter: promptLookup(), draftLength: 3, sampler }),
    fixed: plain({ temperature: 0 }),
  };

  test("are chosen by name, follow the request's parameters, and report their drafts", async () => {
    const { complete } = await startServer(bytesModel(), { decoders, decoder: "plain" });
    const request = { prompt: "abab abab abab", max_tokens: 20, seed: 4, temperature: 0.5 };
    const [one, two] = [await complete(request), await complete({ ...request, decoder: "drafts" })];
    expect(two.choices).toEqual(one.choices);
    expect(two.decodekit).toMatchObject({ decoder: "drafts" });
    expect(two.decodekit["drafted"]).toBeGreaterThan(0);
    expect(one.decodekit["drafted"]).toBe(0);
  });

  test("refuse parameters that they do not take", async () => {
    const { complete } = await startServer(bytesModel(), { decoders });
    const greedy = await complete({ prompt: "x", temperature: 0 });
    expect((await complete({ prompt: "x", decoder: "fixed" })).choices).toEqual(greedy.choices);
    const refused = await complete({ prompt: "x", decoder: "fixed", temperature: 1 });
    expect([refused.status, refused.error!.param]).toEqual([400, "temperature"]);
    expect(refused.error!.message).toBe('temperature must be left out, since the decoder "fixed" chooses tokens in its own way.');
    expect((await complete({ prompt: "x", decoder: "none" })).error).toMatchObject({ param: "decoder", code: "decoder_not_found" });
  });

  test("have defaults", async () => {
    const { complete } = await startServer(bytesModel(), { defaults: { temperature: 0 } });
    expect((await complete({ prompt: "x" })).choices).toEqual((await complete({ prompt: "x", temperature: 0 })).choices);
  });
});
