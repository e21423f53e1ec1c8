import type { DecodeEvent, DecodeOptions, Decoder } from "@decodekit/core";
import type { Check } from "./check.ts";
import { expectSameEvents } from "./expect.ts";
import { type Fixture, prompt, uncertainFixture } from "./fixture.ts";
import { observe } from "./observe.ts";

const options = (seed: number): DecodeOptions => ({ maxNewTokens: 8, seed, stopTokens: [7] });
const prompts = [prompt(), Int32Array.of(5, 9)] as const;

/** Rule 5: the same input produces the same events. */
export const determinismChecks: readonly Check[] = [
  {
    rule: 5,
    name: "emits the same events for the same seed, also after other decodes",
    async run({ create }) {
      const decoder = create();
      const fixture = uncertainFixture();
      for (const seed of [0, 1, 2 ** 40]) {
        const scenario = { name: `seed ${seed}`, fixture, prompt: prompt(), options: options(seed) };
        const first = await observe(create(), scenario);
        for (let again = 0; again < 3; again++) expectSameEvents((await observe(decoder, scenario)).events, first.events, `seed ${seed}`);
      }
    },
  },
  {
    rule: 5,
    name: "emits the same events when two decodes take turns",
    run: ({ create }) =>
      compareWithAlone(create, async (decodes) => {
        const events: DecodeEvent[][] = decodes.map(() => []);
        for (let open = decodes.length; open > 0;) {
          open = 0;
          for (const [index, decode] of decodes.entries()) {
            const next = await decode.next();
            if (next.done) continue;
            open++;
            events[index]!.push(structuredClone(next.value));
          }
        }
        return events;
      }),
  },
  {
    rule: 5,
    name: "emits the same events when two decodes run at the same time",
    run: ({ create }) =>
      compareWithAlone(create, (decodes) =>
        Promise.all(
          decodes.map(async (decode) => {
            const events: DecodeEvent[] = [];
            for await (const event of decode) events.push(structuredClone(event));
            return events;
          }),
        ),
      ),
  },
];

type Decode = AsyncGenerator<DecodeEvent, void, void>;

/** Runs two different decodes of one decoder on one set of models together, and each alone. */
async function compareWithAlone(
  create: () => Decoder,
  runTogether: (decodes: readonly Decode[]) => Promise<readonly DecodeEvent[][]>,
): Promise<void> {
  const decoder = create();
  const shared: Fixture = uncertainFixture();
  const together = await runTogether(prompts.map((tokens, seed) => decoder.decode(shared.models, tokens, options(seed))));
  for (const [seed, tokens] of prompts.entries()) {
    const alone = await observe(create(), {
      name: `decode ${seed} alone`,
      fixture: uncertainFixture(),
      prompt: tokens,
      options: options(seed),
    });
    expectSameEvents(together[seed]!, alone.events, `decode ${seed} next to another, compared with alone`);
  }
}
