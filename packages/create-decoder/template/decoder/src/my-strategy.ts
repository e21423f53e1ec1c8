import { argmax, type Decoder, defineDecoder, resolveOptions } from "@decodekit/core";
import { type MyStrategyOptions, options } from "./options.ts";

/**
 * Greedy decoding that reads each token together with a guess of the one after it: what followed the same token before. A wrong guess is
 * taken back, so the output is that of greedy decoding. Replace this by what yours does, and name the source of the method.
 * @throws InvalidOptionError for an unknown option or a value out of range.
 */
export function myStrategy(given: MyStrategyOptions = {}): Decoder<"causal"> {
  const { minCount } = resolveOptions("myStrategy", given, options);
  return defineDecoder({
    name: "my-strategy",
    requires: ["causal"],
    capabilities: ["rewind"],
    // The kit then proves it. Leave it out for a decoder that does not follow the model's own distribution.
    lossless: true,
    async *run(context) {
      const followers = new Followers();
      const target = await context.openSession("causal");
      const prefill = yield* target.forward(context.tokens, "prefill");
      let token = argmax(prefill.row(0));
      for (;;) {
        const finishReason = yield* context.commit(Int32Array.of(token));
        if (finishReason) return finishReason;
        const guess = context.remaining > 1 ? followers.after(token, minCount) : undefined;
        const isGuessed = guess !== undefined && !context.stopTokens.has(guess);
        const read = isGuessed ? Int32Array.of(token, guess) : Int32Array.of(token);
        const start = context.tokens.length;
        if (isGuessed) yield { type: "tokens-propose", start, tokens: Int32Array.of(guess) };
        const logits = yield* target.forward(read, isGuessed ? "verify" : "decode", "all");
        const next = argmax(logits.row(0));
        const after = isGuessed && next === guess ? argmax(logits.row(1)) : undefined;
        followers.add(token, next);
        if (isGuessed) yield { type: "draft-verify", start, drafted: 1, accepted: after === undefined ? 0 : 1 };
        if (isGuessed && after === undefined) await target.session.rewindTo(target.session.length - 1);
        token = next;
        if (after === undefined) continue;
        const reason = yield* context.commit(Int32Array.of(next));
        if (reason) return reason;
        followers.add(next, after);
        token = after;
      }
    },
  });
}

/** How often each token followed each other one. */
class Followers {
  readonly #counts = new Map<number, Map<number, number>>();

  add(token: number, next: number): void {
    const counts = this.#counts.get(token) ?? new Map<number, number>();
    counts.set(next, (counts.get(next) ?? 0) + 1);
    this.#counts.set(token, counts);
  }

  /** The most frequent successor that was seen at least `minCount` times; the first one among equals. */
  after(token: number, minCount: number): number | undefined {
    let best: number | undefined;
    let most = minCount - 1;
    for (const [next, count] of this.#counts.get(token) ?? []) if (count > most) [best, most] = [next, count];
    return best;
  }
}
