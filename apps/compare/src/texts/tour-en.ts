import { isSudokuSolution } from "@decodekit/tiny-models/sudoku";
import { defaultSettings, type Settings } from "../url/settings.ts";
import type { Chapter } from "../tour/chapter.ts";
import type { LaneFacts } from "../tour/lane-facts.ts";
import { format, letters } from "./en.ts";

const share = (part: number, whole: number): string => (whole === 0 ? "none" : format.percent(part / whole));
const nats = ({ nats: value }: LaneFacts): string => (value === undefined ? "–" : format.finest(value));
const listed = (lanes: readonly LaneFacts[], describe: (lane: LaneFacts) => string): string =>
  lanes.map((lane, index) => `${letters[index]} ${describe(lane)}`).join(", ");
const passes = (lane: LaneFacts): string => `${lane.passes}${lane.draftingPasses > 0 ? ` (${lane.draftingPasses} for drafting)` : ""}`;
const compared = (lane: LaneFacts): string => (lane.sameAsFirst ? "the same text as A" : "another text");

export const tour = {
  heading: "Tour",
  intro: "Six short chapters, each on a real run. Bet first, then let the run decide.",
  bet: "Your bet",
  betAnswer: "Result",
  betWaiting: "Run the chapter, or play the recording to its end, to find out.",
  look: "Look for",
  remember: "Remember",
  next: "Next",
  previous: "Back",
  run: "Run it here",
  openInLab: "Open in Compare",
  measure: "Measure",
  chapter: (number: number) => `Chapter ${number}`,
  scenes: "Parts of this chapter",
};

const sudoku: Settings = {
  ...defaultSettings,
  model: "puzzles",
  prompt: ".......53..2..4..5.2..31...5.45.....=",
  maxNewTokens: 36,
  lanes: ["greedy", "fast-dllm:blockLength=36", "llada-2.1:blockLength=36,threshold=0.9,editThreshold=0.5,steps=34"],
};

function solvers(lanes: readonly LaneFacts[]): string {
  const solving = lanes.flatMap(({ text }, index) => (isSudokuSolution(sudoku.prompt.slice(0, -1), text) ? [letters[index]!] : []));
  return solving.length === 0 ? "No lane solves it." : `Solved by ${solving.join(" and ")}.`;
}

/** `tour-en.test.ts` checks every sentence about the lanes on the real models. */
export const chapters: readonly Chapter[] = [
  {
    title: "One token at a time",
    scenes: [
      {
        paragraphs: [
          "A language model reads tokens, pieces of words, and assigns a probability to every token that could come next. That is all it does. Greedy decoding takes the likeliest token, appends it and repeats.",
          "The first pass reads the whole prompt at once. This is called prefill, and it is what you wait for before the first token.",
        ],
        bet: {
          question: "How many passes of the model do 40 tokens take?",
          choices: ["1", "10", "40"],
          answer: ([a]) =>
            `${a!.passes} passes for ${a!.tokens} tokens. The prompt's ${a!.promptTokens} tokens were read in one pass, which also produced the first new token; every other token took its own pass.`,
        },
        look: [
          "Step through the run with the arrows below: one pass, one token.",
          "Select a token to see what else the model could have written there.",
        ],
        conclusion: "Reading is parallel, writing is not: one pass for the whole prompt, then one for each new token.",
        settings: {
          ...defaultSettings,
          prompt: "Once upon a time, there was a little girl named Lily.",
          maxNewTokens: 40,
          lanes: ["greedy"],
        },
      },
    ],
  },
  {
    title: "The decoder chooses",
    scenes: [
      {
        paragraphs: [
          "The model provides probabilities; the decoder chooses which token to take. Temperature flattens the distribution above 1 and sharpens it below. Top-p then draws only from the likeliest tokens that together reach probability p.",
          "The random draws come from a seed. The same seed produces the same text again.",
        ],
        bet: {
          question: "Which lane does the model itself find likeliest?",
          choices: ["A, greedy", "B, temperature 0.8", "C, temperature 1.5"],
          answer: (lanes) =>
            `Nats per token (lower is likelier): ${listed(lanes, nats)}. Taking the likeliest token each time produces the likeliest of these texts.`,
        },
        look: [
          "Find the first token where B differs from A and select it: how likely was it?",
          "Change the seed and run again: A stays as it is, B and C do not.",
        ],
        conclusion: "Same model, other rules, other text. Likely is not the same as good.",
        settings: {
          ...defaultSettings,
          prompt: "The little dog was sad because",
          maxNewTokens: 48,
          seed: 1,
          lanes: ["greedy", "top-p:p=0.9,temperature=0.8", "top-p:p=0.95,temperature=1.5"],
        },
      },
    ],
  },
  {
    title: "Why it is serial",
    scenes: [
      {
        paragraphs: [
          "Token 40 depends on token 39, which depends on token 38. One pass over several positions costs less than as many passes over one, but the later tokens are not known yet.",
          "Lane B tries anyway: it drafts the next four tokens from the model's previous predictions, without a separate drafter, and keeps those that are right. This is Jacobi decoding.",
        ],
        bet: {
          question: "How many of B's drafted tokens are accepted?",
          choices: ["Nearly all", "About half", "Few"],
          answer: ([a, b]) =>
            `${b!.accepted} of ${b!.drafted} (${share(b!.accepted, b!.drafted)}). B took ${b!.passes} passes for the text that took A ${a!.passes}.`,
        },
        look: [
          "In lane B, notches mark positions where draft tokens were taken back. Select one to read them.",
          "The text is the same in both lanes: a draft that is verified cannot change it.",
        ],
        conclusion: "The chain of tokens is the bottleneck, not the arithmetic. To break it, drafts must be good.",
        settings: {
          ...defaultSettings,
          prompt: "Ben and his mom went to the park.",
          maxNewTokens: 40,
          lanes: ["greedy", "speculative:drafter=jacobi,draftLength=4"],
        },
      },
    ],
  },
  {
    title: "Draft ahead, verify once",
    scenes: [
      {
        paragraphs: [
          "Speculative decoding lets a cheap drafter propose a few tokens, and the model verifies all of them in one pass. Tokens that agree are accepted; the first that does not is replaced by the model's own token, and the rest are dropped.",
          "B lets the model itself draft four tokens at once, as a masked model. C looks for the last words earlier in the text and copies what followed.",
        ],
        bet: {
          question: "Which lane needs the fewest passes of the model?",
          choices: ["A, greedy", "B, masked draft", "C, copying from the text"],
          answer: (lanes) =>
            `${listed(lanes, passes)}. ${share(lanes[1]!.accepted, lanes[1]!.drafted)} of B's drafted tokens were accepted, ${share(lanes[2]!.accepted, lanes[2]!.drafted)} of C's. Whether that pays in time depends on what a draft costs here: measure these lanes.`,
        },
        look: [
          "Step by half passes: a dotted draft, then solid lines under accepted tokens and strikes through rejected ones.",
          "Acceptance falls with the position in the draft: see its chart.",
        ],
        conclusion:
          "Verification keeps the text the same. Drafting pays off when drafts are good and cheap: in this story little repeats, so copying does not help.",
        settings: {
          ...defaultSettings,
          prompt: "Once upon a time, there was a big bear who lived in the forest.",
          maxNewTokens: 48,
          lanes: ["greedy", "speculative:drafter=masked-draft,draftLength=4", "speculative:drafter=prompt-lookup,draftLength=4"],
        },
      },
    ],
  },
  {
    title: "Fill in anywhere",
    scenes: [
      {
        name: "A story",
        paragraphs: [
          "Refinement starts with masks. Every pass predicts all of them at once, and only the most certain positions are unmasked; the next pass sees them. The order is the model's, not left to right.",
          "B writes a story this way, in blocks of eight. C fills a gap of sixteen tokens before an ending that is fixed: it sees both sides, which no left-to-right decoder can.",
        ],
        bet: {
          question: "Does refinement take fewer passes than greedy on a story?",
          choices: ["Far fewer", "About as many", "Far more"],
          answer: ([a, b, c]) =>
            `A ${a!.passes} passes for ${a!.tokens} tokens, B ${b!.passes} for ${b!.tokens}, C ${c!.passes} for its gap of ${c!.tokens}. A story can continue in many ways, so few positions are certain at once.`,
        },
        look: [
          "Step through B: lines above tokens mark what each pass unmasked, not always from left to right.",
          "In C, read the whole: prompt, gap, ending. The model finds the ending likelier after C's gap than after the same number of A's tokens.",
        ],
        conclusion: "Refinement orders by certainty and sees both sides. On a story with this small model, that saves no passes.",
        settings: {
          ...defaultSettings,
          prompt: "Lily had a red ball.",
          maxNewTokens: 40,
          lanes: ["greedy", "fast-dllm:blockLength=8", "infill:after=Lily was sad because the ball was gone.,length=16"],
        },
      },
      {
        name: "A Sudoku",
        paragraphs: [
          "A Sudoku has one right answer, and its first cell may be the last to become clear. A second small model solves 6×6 grids: 36 clues, row by row, then 36 digits.",
          "A writes from left to right. B fills every cell that is at least 90 % certain, all at once. C does too, and may revise a digit when another becomes likelier.",
        ],
        bet: {
          question: "Which lane solves this grid?",
          choices: ["A, left to right", "B, the certain first", "C, with revising"],
          answer: (lanes) =>
            `${solvers(lanes)} A wrote ${lanes[0]!.tokens} of 36 digits in ${lanes[0]!.passes} passes and got stuck; B filled all in ${lanes[1]!.passes} passes, C in ${lanes[2]!.passes} with ${lanes[2]!.revisions} revisions.`,
        },
        look: [
          "Step through B and C: several digits come at once, and not from left to right.",
          "In C, double underlines mark digits that were revised. Select one to see what was there before.",
        ],
        conclusion: "Fewer passes cost correctness: cells that are filled together can be wrong together. Revising repairs some of them.",
        settings: sudoku,
      },
    ],
  },
  {
    title: "Combine them",
    scenes: [
      {
        name: "The same text",
        paragraphs: [
          "A hybrid combines both ways of writing. B, denoised drafts, fills six draft tokens in two masked passes and lets the model verify them. C, the judged tree, drafts with no passes at all: every pass also predicts what may follow other tokens, and the next pass reads a tree of such candidates.",
          "Both are lossless: they keep only tokens that A would have chosen.",
        ],
        bet: {
          question: "Which lane takes the fewest passes, drafting included?",
          choices: ["A, greedy", "B, denoised drafts", "C, judged tree"],
          answer: (lanes) => `${listed(lanes, passes)}. B wrote ${compared(lanes[1]!)}, C ${compared(lanes[2]!)}.`,
        },
        look: [
          "B verifies its drafts in fewer passes than C, but drafting takes more passes of the same model.",
          "C's passes read many candidates: “What happened, in words” shows how many tokens each pass read.",
        ],
        conclusion: "Verification makes a draft free of risk, not of cost. Passes are not milliseconds: measure these lanes.",
        settings: {
          ...defaultSettings,
          prompt: "One day, a little bird could not find its nest.",
          maxNewTokens: 48,
          lanes: ["greedy", "denoise-draft", "judged-tree:natsPerToken=0,rowCost=0"],
        },
      },
      {
        name: "Another text",
        paragraphs: [
          "These hybrids are not lossless. B is the judged tree again, which now gives up as much as two nats of likelihood for one more token per pass. C, the critic, fills eight tokens at once and takes back what the model, reading left to right, finds unlikely.",
          "D writes as A does, then predicts a quarter of every sixteen tokens again and keeps the change where it makes them likelier. E, the cascade, fills positions of which it is at least half certain and decodes left to right elsewhere.",
        ],
        bet: {
          question: "Which lane ends up likelier than A?",
          choices: ["B or C, which save passes", "D, which refines", "E, which mixes"],
          answer: (lanes) => `Nats per token (lower is likelier): ${listed(lanes, nats)}. Passes: ${listed(lanes, passes)}.`,
        },
        look: [
          "B and C take fewer passes than A, and read worse.",
          "D differs from A's text in one word, and is a little likelier, for more passes; select a doubly underlined token to see what it replaced.",
          "E spends more passes than A here: a canvas that is rarely certain wastes passes.",
        ],
        conclusion:
          "Without losslessness there is a trade-off to weigh. On this model, fewer passes cost likelihood, and more passes gain little.",
        settings: {
          ...defaultSettings,
          prompt: "Once there was a king who had no friends.",
          maxNewTokens: 48,
          lanes: ["greedy", "judged-tree:natsPerToken=2", "ar-critic", "ar-then-refine", "confidence-cascade:threshold=0.5"],
        },
      },
    ],
  },
];
