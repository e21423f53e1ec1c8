import type { Settings } from "../link/settings.ts";
import { defaultSettings } from "../link/settings.ts";
import { format } from "./en.ts";

/** What a chapter's sentences can refer to, counted from the run that is shown. */
export interface LaneFacts {
  readonly tokens: number;
  readonly promptTokens: number;
  /** Of the model itself, all but drafting. */
  readonly passes: number;
  readonly draftPasses: number;
  readonly drafted: number;
  readonly accepted: number;
  readonly revisions: number;
  /** Whether its output is that of the first lane. */
  readonly sameAsFirst: boolean;
  readonly milliseconds: number;
}

export interface Chapter {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly bet: {
    readonly question: string;
    readonly choices: readonly string[];
    /** What the run says, once all lanes have finished. */
    readonly answer: (lanes: readonly LaneFacts[]) => string;
  };
  readonly look: readonly string[];
  readonly conclusion: string;
  readonly settings: Settings;
  /** Another run that shows the same from another side, opened in Compare. */
  readonly also?: { readonly title: string; readonly text: string; readonly link: string; readonly settings: Settings };
}

const share = (part: number, whole: number): string => (whole === 0 ? "none" : format.percent(part / whole));
const lane = (lanes: readonly LaneFacts[], index: number): LaneFacts => lanes[index]!;

export const tour = {
  heading: "Tour",
  intro: "Six short chapters, each on a real run. Bet first, then let the run decide.",
  bet: "Your bet",
  betAnswer: "The run says",
  betWaiting: "Run the chapter, or play the recording to its end, to find out.",
  look: "Look for",
  remember: "Remember",
  next: "Next chapter",
  previous: "Previous chapter",
  run: "Run it here",
  openInLab: "Open in Compare",
  chapter: (number: number) => `Chapter ${number}`,
};

export const chapters: readonly Chapter[] = [
  {
    title: "One token at a time",
    paragraphs: [
      "A language model reads tokens, pieces of words, and gives a probability for every token that could come next. That is all it does. Greedy decoding takes the likeliest, appends it, and asks again.",
      "The first pass reads the whole prompt at once. This is called prefill, and it is what you wait for before the first token.",
    ],
    bet: {
      question: "How many passes of the model do 40 tokens take?",
      choices: ["1", "10", "40"],
      answer: (lanes) =>
        `${lane(lanes, 0).passes} passes for ${lane(lanes, 0).tokens} tokens. The prompt's ${lane(lanes, 0).promptTokens} tokens were read in one pass, which also gave the first new token; every other token had one of its own.`,
    },
    look: [
      "Step through the run with the arrows below: one pass, one token.",
      "Choose a token to see what else the model would have said there.",
    ],
    conclusion: "Reading is parallel, writing is not: one pass for the whole prompt, then one for each new token.",
    settings: { ...defaultSettings, prompt: "Once upon a time, there was a little girl named Lily.", maxNewTokens: 40, lanes: ["greedy"] },
  },
  {
    title: "The decoder chooses",
    paragraphs: [
      "The model gives probabilities; which token is taken is the decoder's choice. Temperature flattens the distribution above 1 and sharpens it below. Top-p then draws only from the likeliest tokens that together reach probability p.",
      "Draws come from a seed. The same seed gives the same text again.",
    ],
    bet: {
      question: "Which lane does the model itself find likeliest?",
      choices: ["A, greedy", "B, temperature 0.8", "C, temperature 1.5"],
      answer: () =>
        "Compare the nats per token above the texts: lower is likelier. Greedy is nearly always the likeliest, and the dullest.",
    },
    look: [
      "Find the first token where B leaves A, and choose it: how likely was it?",
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
  {
    title: "Why it is serial",
    paragraphs: [
      "Token 40 depends on token 39, which depends on token 38. A pass over many positions costs little more than a pass over one, but nobody knows what to put there.",
      "Lane B tries anyway: it guesses the next four tokens with what the model said about them last time, without any drafter, and keeps what turns out right. This is Jacobi decoding.",
    ],
    bet: {
      question: "How many of B's guesses turn out right?",
      choices: ["Nearly all", "About half", "Few"],
      answer: (lanes) =>
        `${lane(lanes, 1).accepted} of ${lane(lanes, 1).drafted} (${share(lane(lanes, 1).accepted, lane(lanes, 1).drafted)}). B took ${lane(lanes, 1).passes} passes for the text that took A ${lane(lanes, 0).passes}.`,
    },
    look: [
      "In lane B, notches mark positions where guesses were taken back. Choose one to read them.",
      "The text is the same in both lanes: a guess that is checked cannot change it.",
    ],
    conclusion: "The chain of tokens is the bottleneck, not the arithmetic. To break it, guesses must be good.",
    settings: {
      ...defaultSettings,
      prompt: "Ben and his mom went to the park.",
      maxNewTokens: 40,
      lanes: ["greedy", "speculative:drafter=jacobi,draftLength=4"],
    },
  },
  {
    title: "Guess ahead, check once",
    paragraphs: [
      "Speculative decoding lets something cheap propose a few tokens, and has the model check all of them in one pass. What agrees stands; the first that does not is replaced by the model's own token, and the rest is dropped.",
      "B lets the model itself guess four tokens at once, through its masked side. C looks for the last words earlier in the text and copies what followed.",
    ],
    bet: {
      question: "Which lane needs the fewest passes of the model itself?",
      choices: ["A, greedy", "B, masked draft", "C, copying from the text"],
      answer: (lanes) =>
        `A ${lane(lanes, 0).passes}, B ${lane(lanes, 1).passes} and ${lane(lanes, 1).draftPasses} for drafting, C ${lane(lanes, 2).passes}. ${share(lane(lanes, 1).accepted, lane(lanes, 1).drafted)} of B's drafts stood, ${share(lane(lanes, 2).accepted, lane(lanes, 2).drafted)} of C's. Whether that pays in time depends on what a draft costs here: compare the times.`,
    },
    look: [
      "Step by half passes: a dotted draft, then solid lines under what stood and strikes through what did not.",
      "Acceptance falls with the place in the draft: see its chart.",
    ],
    conclusion:
      "Checking keeps the text the same. Drafting pays when guesses are good and cheap: in a story nothing repeats, so that copying seldom helps.",
    settings: {
      ...defaultSettings,
      prompt: "Once upon a time, there was a big bear who lived in the forest.",
      maxNewTokens: 48,
      lanes: ["greedy", "speculative:drafter=masked-draft,draftLength=4", "speculative:drafter=prompt-lookup,draftLength=4"],
    },
  },
  {
    title: "Fill in anywhere",
    paragraphs: [
      "Refinement starts with masks. Every pass predicts all of them at once, and only the most certain positions are uncovered; the next pass sees them. The order is the model's, not left to right.",
      "B writes a story so, in blocks of eight. C fills a gap of twelve tokens before an ending that is fixed: it sees both sides, which no left-to-right decoder can.",
    ],
    bet: {
      question: "Does refinement take fewer passes than greedy on a story?",
      choices: ["Far fewer", "About as many", "More"],
      answer: (lanes) =>
        `A ${lane(lanes, 0).passes} passes for ${lane(lanes, 0).tokens} tokens, B ${lane(lanes, 1).passes} for ${lane(lanes, 1).tokens}, C ${lane(lanes, 2).passes} for its gap of ${lane(lanes, 2).tokens}. A story could go on in many ways, so that few positions are certain at once; puzzles, edits and copies are another matter.`,
    },
    look: [
      "Step through B: lines above mark what each pass uncovered, and they jump about.",
      "In C, read the whole: prompt, gap, ending. Does the gap lead up to the ending?",
    ],
    conclusion: "Refinement orders by certainty and sees both sides. Fewer passes are paid for with mistakes that are made together.",
    settings: {
      ...defaultSettings,
      prompt: "Lily had a red ball.",
      maxNewTokens: 40,
      lanes: ["greedy", "refine:preset=fast-dllm,blockLength=8", "infill:after=Lily was sad because the ball was gone.,length=12"],
    },
    also: {
      title: "Fixing the beginning",
      text: "A Sudoku has one right answer, and its first cell may be the last to become clear. A second small model solves 6×6 grids: 36 clues, then 36 digits. Left to right it must write the first digit first, and gets stuck. Filling what is certain first takes a few passes, but a wrong digit stays. Only the lane that may revise its digits finishes this grid.",
      link: "Open the Sudoku in Compare",
      settings: {
        ...defaultSettings,
        model: "puzzles",
        prompt: ".......53..2..4..5.2..31...5.45.....=",
        maxNewTokens: 36,
        lanes: [
          "greedy",
          "refine:preset=fast-dllm,blockLength=36",
          "refine:preset=llada-2.1,blockLength=36,threshold=0.9,editThreshold=0.5,steps=34",
        ],
      },
    },
  },
  {
    title: "Combine them",
    paragraphs: [
      "A hybrid takes the guesses of refinement and the guarantee of speculation: many tokens proposed in one pass, a tree of alternatives checked in the next.",
      "B checks one line of guesses. C checks a tree of eight, so that a second choice can stand where the first did not. Both must give A's text.",
    ],
    bet: {
      question: "Which lanes must equal A, token for token?",
      choices: ["None", "B only", "B and C"],
      answer: (lanes) =>
        `B is ${lane(lanes, 1).sameAsFirst ? "the same" : "another text"}, C is ${lane(lanes, 2).sameAsFirst ? "the same" : "another text"}. Passes: A ${lane(lanes, 0).passes}, B ${lane(lanes, 1).passes} + ${lane(lanes, 1).draftPasses} drafting, C ${lane(lanes, 2).passes} + ${lane(lanes, 2).draftPasses} drafting.`,
    },
    look: ["Compare tokens per pass in B and C.", "Add a lane of your own below: any decoder, any option, or a module you wrote."],
    conclusion:
      "Passes are not milliseconds: a pass over eight positions costs more than one over one, and drafting is extra. The answer belongs to this device.",
    settings: {
      ...defaultSettings,
      prompt: "The sun was bright. Anna took her bucket and ran to the beach.",
      maxNewTokens: 48,
      lanes: ["greedy", "speculative:drafter=masked-draft,draftLength=4", "speculative:drafter=ddtree,draftLength=8"],
    },
  },
];
