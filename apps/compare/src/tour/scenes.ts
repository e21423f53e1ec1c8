import { specificationOf } from "../lab/decoders.ts";
import { defaultSettings, lanesOf, type LaneSettings, type Settings } from "../url/settings.ts";
import type { Chapter } from "./chapter.ts";
import type { LaneFacts } from "./lane-facts.ts";
import { clues, solvesSudoku } from "./sudoku-scene.ts";

/*
 * The tour without its texts: which lanes run, and which choice their run makes right. `texts/en/tour.test.ts` runs all of them.
 */

const story = (prompt: string, maxNewTokens: number, lanes: readonly LaneSettings[], seed = 0): Settings => ({
  ...defaultSettings,
  prompt,
  maxNewTokens,
  lanes,
  seed,
});

/** Returns the index of the smallest value; undefined if two are as small. */
function smallest(values: readonly number[]): number | undefined {
  const least = Math.min(...values);
  return values.filter((value) => value === least).length === 1 ? values.indexOf(least) : undefined;
}

const fewestPasses = (lanes: readonly LaneFacts[]): number | undefined => smallest(lanes.map(({ passes }) => passes));
const likeliest = (lanes: readonly LaneFacts[]): number | undefined => smallest(lanes.map(({ nats }) => nats ?? Infinity));
/** Returns the number of limits that `value` reaches: the index of its range. */
const rangeOf = (value: number, ...limits: readonly number[]): number => limits.filter((limit) => value >= limit).length;

/** The tokens of " She loved to play with her toys and eat yummy food. One day, she found a", as lane A writes them. */
const UNTIL_THE_FIND = [333, 505, 269, 340, 334, 328, 626, 270, 713, 1121, 863, 50, 534, 337, 48, 379, 513, 262];
const MONSTER = 1807;
const FOUR = 3047;
const NO = 530;

const schema = JSON.stringify({
  type: "object",
  properties: { owner: { enum: ["Tom", "Mia"] }, animal: { enum: ["cat", "dog", "bird"] }, big: { type: "boolean" } },
  required: ["owner", "animal", "big"],
});

/** The last chapter leads out of the tour. */
export const chapters = [
  {
    id: "tokens",
    scenes: [
      {
        id: "tokens",
        settings: story("Once upon a time, there was a little girl named Lily.", 40, lanesOf("greedy")),
        right: ([a]) => rangeOf(a!.passes / a!.tokens, 1 / 8, 1 / 2),
      },
    ],
  },
  {
    id: "sampling",
    scenes: [
      {
        id: "sampling",
        settings: story(
          "The little dog was sad because",
          48,
          lanesOf("greedy", "top-p:p=0.9,temperature=0.8", "top-p:p=0.95,temperature=1.5"),
          1,
        ),
        right: likeliest,
      },
    ],
  },
  {
    id: "serial",
    scenes: [
      {
        id: "serial",
        settings: story("Ben and his mom went to the park.", 40, lanesOf("greedy", "speculative:drafter=jacobi,draftLength=4")),
        right: ([, b]) => 2 - rangeOf(b!.accepted / b!.drafted, 1 / 4, 3 / 4),
      },
    ],
  },
  {
    id: "speculative",
    scenes: [
      {
        id: "speculative",
        settings: story(
          "Once upon a time, there was a big bear who lived in the forest.",
          48,
          lanesOf("greedy", "speculative:drafter=masked-draft,draftLength=4", "speculative:drafter=prompt-lookup,draftLength=4"),
        ),
        right: fewestPasses,
      },
    ],
  },
  {
    id: "refinement",
    scenes: [
      {
        id: "gap",
        settings: story(
          "Lily had a red ball.",
          40,
          lanesOf("greedy", "fast-dllm:blockLength=8", "infill:after=Lily was sad because the ball was gone.,length=16"),
        ),
        right: ([a, b]) => rangeOf(b!.passes / b!.tokens / (a!.passes / a!.tokens), 1 / 2, 2),
      },
      {
        id: "sudoku",
        settings: {
          ...defaultSettings,
          model: "puzzles",
          prompt: `${clues}=`,
          maxNewTokens: 36,
          lanes: lanesOf("greedy", "fast-dllm:blockLength=36", "llada-2.1:blockLength=36,threshold=0.9,editThreshold=0.5,steps=34"),
        },
        right: (lanes) => smallest(lanes.map((lane) => (solvesSudoku(lane) ? 0 : 1))),
      },
    ],
  },
  {
    id: "hybrids",
    scenes: [
      {
        id: "same-text",
        settings: story(
          "One day, a little bird could not find its nest.",
          48,
          lanesOf("greedy", "denoise-draft", "judged-tree:natsPerToken=0,rowCost=0"),
        ),
        right: fewestPasses,
      },
      {
        id: "another-text",
        settings: story(
          "Once there was a king who had no friends.",
          48,
          lanesOf("greedy", "judged-tree:natsPerToken=2", "ar-critic", "ar-then-refine", "confidence-cascade:threshold=0.5"),
        ),
        right(lanes) {
          const best = likeliest(lanes);
          return best === undefined || best === 0 ? undefined : [0, 0, 0, 1, 2][best];
        },
      },
    ],
  },
  {
    id: "forcing",
    scenes: [
      {
        id: "monster",
        settings: story("Once upon a time, there was a little girl named Lily.", 56, [
          { decoder: "greedy" },
          { decoder: "greedy", start: [...UNTIL_THE_FIND, MONSTER] },
        ]),
        right: ([, b]) => (b!.text.includes("apple") ? 0 : 1),
      },
      {
        id: "fourth",
        settings: story("Tom had three apples. He gave one to Mia. Now he had", 48, [
          { decoder: "greedy" },
          { decoder: "greedy", start: [FOUR] },
          { decoder: "greedy", start: [NO] },
        ]),
        right: ([, b]) => (/\b(two|three)\b/.test(b!.text) ? 0 : b!.finishReason === "stop" ? 2 : 1),
      },
    ],
  },
  {
    id: "constraints",
    scenes: [
      {
        id: "letter",
        settings: story("Once upon a time, there was a", 40, [
          { decoder: "greedy" },
          { decoder: specificationOf("constrained", { kind: "regex", text: " [^e]+\\." }) },
          {
            decoder: specificationOf("constrained", {
              kind: "choices",
              text: "little robot named Max\ndragon who could not fly\nvery old king",
            }),
          },
        ]),
        right: ([a, b]) => rangeOf(b!.passes / b!.tokens / (a!.passes / a!.tokens), 1.1, 1.75),
      },
      {
        id: "json",
        settings: story("Tom has a dog. The dog is big and brown. As JSON:", 60, [
          { decoder: "greedy" },
          { decoder: specificationOf("constrained", { kind: "json-schema", text: schema, draftForced: false }) },
          { decoder: specificationOf("constrained", { kind: "json-schema", text: schema }) },
        ]),
        right: ([, b]) => (isTrueOfTomsDog(b!.text) ? 0 : 1),
      },
    ],
  },
  {
    id: "search",
    scenes: [
      {
        id: "search",
        settings: story("The little dog was sad because", 48, lanesOf("greedy", "beam:beams=4", "best-of-n:n=8")),
        right: likeliest,
      },
    ],
  },
  { id: "your-own", scenes: [] },
] as const satisfies readonly Chapter[];

export type ChapterId = (typeof chapters)[number]["id"];
export type SceneId = (typeof chapters)[number]["scenes"][number]["id"];
export type TourScene = Chapter<ChapterId, SceneId>["scenes"][number];

/** Whether an object says what the prompt of its scene says. */
function isTrueOfTomsDog(text: string): boolean {
  try {
    const { owner, animal, big } = JSON.parse(text) as { readonly owner?: unknown; readonly animal?: unknown; readonly big?: unknown };
    return owner === "Tom" && animal === "dog" && big === true;
  } catch {
    return false;
  }
}

/** Three things to try after the tour. The prompts repeat themselves, follow a rule, or are the visitor's. */
export const suggestions = {
  repeat: story(
    "Lily had a red ball. She liked to play with the red ball in the park. One day, Lily lost the red ball. Lily was sad. Lily said, “Where is my red ball?” Lily had a",
    64,
    lanesOf("greedy", "speculative:drafter=prompt-lookup,draftLength=8"),
  ),
  rule: story("My favourite animal is a", 40, [
    { decoder: "greedy" },
    { decoder: specificationOf("constrained", { kind: "choices", text: "cat\ndog\npenguin" }) },
  ]),
} as const satisfies Readonly<Record<string, Settings>>;
