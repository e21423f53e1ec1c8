import { losslessCases, type LosslessCase, MAX_TOTAL_VARIATION, measureLoss, onKitModels, plainSampler } from "@decodekit/conformance";
import { autoregressive, type Decoder, greedySampler, type ModelRole, type ModelSet, type Sampler } from "@decodekit/core";
import { collectDecode } from "@decodekit/core/testing";
import { withProcessors } from "@decodekit/core/toolkit";
import { allDrafters, cascade, judgedTree, promptLookup, speculative, verifiers, type Verify } from "@decodekit/speculative";
import { topP, topPSampler } from "@decodekit/top-p";
import { describe, expect, test } from "vitest";
import { choices } from "./choices.ts";
import { compileConstraint } from "./compile-constraint.ts";
import type { CompiledConstraint } from "./compiled-constraint.ts";
import { forcedTokens } from "./forced-tokens.ts";
import { grammar } from "./grammar/grammar.ts";
import { modelOf } from "./models-for-tests.ts";
import { regex } from "./regular-expression/regex.ts";

// The kit's models have four tokens: three with text, and the stop token 3.
const PIECES = ["a", "b", "ab"] as const;
const STOP = 3;
const model = modelOf(PIECES);

/** Constraints, and whether a text of a and b is one of theirs or begins one, by a definition of its own. */
const languages: Readonly<
  Record<string, { readonly constraint: CompiledConstraint; isText(text: string): boolean; isStart(text: string): boolean }>
> = {
  choices: finite(choices(["a", "abab", "ba", "bab", "abb"]), ["a", "abab", "ba", "bab", "abb"]),
  "an even number of b": {
    constraint: compileConstraint(model, regex("^(a|ba*b)*$")),
    isText: (text) => text.replaceAll("a", "").length % 2 === 0,
    isStart: () => true,
  },
  "as many b after a": {
    constraint: compileConstraint(model, grammar('root ::= "a" root "b" | "a" "b" | "b"')),
    isText: (text) =>
      text === "b" ||
      (/^(a+)(b+)$/.test(text) && [text.lastIndexOf("a") + 1, text.lastIndexOf("a") + 2].includes(text.length - text.lastIndexOf("a") - 1)),
    isStart: (text) => /^a*b*$/.test(text) && text.replaceAll("a", "").length <= text.replaceAll("b", "").length + 1,
  },
};

function finite(constraint: ReturnType<typeof choices>, texts: readonly string[]) {
  return {
    constraint: compileConstraint(model, constraint),
    isText: (text: string) => texts.includes(text),
    isStart: (text: string) => texts.some((each) => each.startsWith(text)),
  };
}

/** Returns the sampler that forbids tokens by the definition. */
function constrained(sampler: Sampler, language: (typeof languages)[string]): Sampler {
  return {
    ...sampler,
    partial: undefined,
    distribution(row, sequence) {
      const output = Array.from(sequence.tokens.subarray(sequence.promptLength), (token) => PIECES[token]).join("");
      const allowed = row.map((logit, token) =>
        (token === STOP ? language.isText(output) : language.isStart(output + PIECES[token]!)) ? logit : -Infinity,
      );
      return sampler.distribution(allowed, sequence);
    },
  };
}

/** Returns the decoder that decodes under the constraint, as `generate({ processors })` does. */
function under<Role extends ModelRole>(constraint: CompiledConstraint, decoder: Decoder<Role>): Decoder<Role> {
  return {
    ...decoder,
    decode(models, prompt, options) {
      const { causal } = models as unknown as Pick<ModelSet, "causal">;
      const processed = withProcessors(causal, [constraint.processor], { promptLength: prompt.length });
      return decoder.decode({ ...models, causal: processed }, prompt, options);
    },
  };
}

const sampler = topPSampler({ p: 0.9, temperature: 1.2 });
/** Families in whose models every token has a probability: others may forbid what the constraint allows. */
const families = ["random", "history", "equal to the draft"];
const caseOf = (family: string): LosslessCase => losslessCases([1]).find((each) => each.family === family)!;

async function expectExact(
  decoder: Decoder,
  by: Sampler,
  { family, language }: { readonly family: string; readonly language: string },
): Promise<void> {
  const { constraint, ...definition } = languages[language]!;
  const loss = await measureLoss(under(constraint, decoder), caseOf(family), constrained(by, { constraint, ...definition }));
  expect(loss).toBeLessThan(MAX_TOTAL_VARIATION);
}

const rules = Object.entries(allDrafters).flatMap(([name, create]) =>
  Object.values(verifiers)
    .filter(({ draftKinds }) => draftKinds.includes(create().draftKind))
    .map((verifier) => [name, verifier.name as Verify] as const),
);
const pairs = families.flatMap((family) => Object.keys(languages).map((language) => ({ family, language })));

describe.each(pairs)("the output distribution under $language, model $family, is the product of masked distributions", (pair) => {
  test("of greedy, top-p and plain decoding", async () => {
    await expectExact(autoregressive({ name: "greedy", sampler: greedySampler }), greedySampler, pair);
    await expectExact(topP({ p: 0.9, temperature: 1.2 }), sampler, pair);
    await expectExact(autoregressive({ name: "plain", sampler: plainSampler }), plainSampler, pair);
  });

  // Gumbel noise is uniform, so that its outcomes cannot be enumerated; at temperature 0 it has no effect.
  test.each(rules)("of speculation with %s and %s", async (name, verify) => {
    const drafter = allDrafters[name]!;
    const create = (by: Sampler, draftLength: number): Decoder =>
      speculative<ModelRole>({ drafter: onKitModels(drafter()), verify, draftLength, sampler: by });
    if (verify !== "gumbel") await expectExact(create(sampler, 2), sampler, pair);
    await expectExact(create(greedySampler, 3), greedySampler, pair);
  });

  test("of the judged tree at 0 nats per token", async () => {
    await expectExact(judgedTree({ natsPerToken: 0, rowCost: 0.05, nodes: 6, sampler }), sampler, pair);
  });

  test.each([1, 2, 4, "auto" as const])(
    "of speculation with forced tokens, alone and in a cascade, draft length %s",
    async (draftLength) => {
      const { constraint } = languages[pair.language]!;
      const drafters = [forcedTokens(constraint), cascade({ drafters: [forcedTokens(constraint), promptLookup()] })];
      for (const drafter of drafters) {
        await expectExact(speculative({ drafter, draftLength, sampler }) as Decoder, sampler, pair);
        await expectExact(speculative({ drafter, draftLength }) as Decoder, greedySampler, pair);
      }
    },
  );
});

test("a constraint changes the distribution", async () => {
  for (const { constraint, ...definition } of Object.values(languages))
    expect(
      await measureLoss(topP({ p: 0.9, temperature: 1.2 }), caseOf("random"), constrained(sampler, { constraint, ...definition })),
    ).toBeGreaterThan(0.05);
});

test("decodes leave no session open and write to no rows", async () => {
  for (const { constraint } of Object.values(languages)) {
    for (const decoder of [topP({ p: 0.9, temperature: 1 }), speculative({ drafter: allDrafters["ddtree"]!(), draftLength: 4, sampler })]) {
      const { models, prompt } = caseOf("history");
      await collectDecode(under(constraint, decoder).decode(models, prompt, { maxNewTokens: 9, stopTokens: [STOP] }));
      expect([models.causal.openSessions(), models.causal.modifiedRows(), models.causal.staleRowReads()]).toEqual([0, 0, 0]);
    }
  }
});
