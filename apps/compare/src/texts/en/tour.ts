import type { SceneTexts } from "../../tour/chapter.ts";
import type { LaneFacts } from "../../tour/lane-facts.ts";
import type { ChapterId, SceneId, suggestions } from "../../tour/scenes.ts";
import { solvesSudoku } from "../../tour/sudoku-scene.ts";
import { format } from "../format.ts";
import { letters } from "../letters.ts";

const share = (part: number, whole: number): string => (whole === 0 ? "none" : format.percent(part / whole));
const nats = ({ nats: value }: LaneFacts): string => (value === undefined ? "–" : format.finest(value));
const listed = (lanes: readonly LaneFacts[], describe: (lane: LaneFacts) => string): string =>
  lanes.map((lane, index) => `${letters[index]} ${describe(lane)}`).join(", ");
const passes = (lane: LaneFacts): string => `${lane.passes}${lane.draftingPasses > 0 ? ` (${lane.draftingPasses} for drafting)` : ""}`;
const compared = (lane: LaneFacts): string => (lane.sameAsFirst ? "the same text as A" : "another text");

function solvers(lanes: readonly LaneFacts[]): string {
  const solving = lanes.flatMap((lane, index) => (solvesSudoku(lane) ? [letters[index]!] : []));
  return solving.length === 0 ? "No lane solves it." : `Solved by ${solving.join(" and ")}.`;
}

const chapters: Readonly<Record<ChapterId, string>> = {
  tokens: "From probabilities to text",
  sampling: "The decoder chooses",
  serial: "Why it is serial",
  speculative: "Draft ahead, verify once",
  refinement: "Fill in anywhere",
  hybrids: "Combine them",
  forcing: "Force a word",
  constraints: "Follow a rule",
  search: "Search whole texts",
  "your-own": "Now your own",
};

/** `tour.test.ts` checks every sentence about the lanes on the real models. */
const scenes: Readonly<Record<SceneId, SceneTexts>> = {
  tokens: {
    name: "Greedy decoding",
    paragraphs: [
      "A language model reads tokens, pieces of words, and assigns a probability to every token that could come next. That is all it does. Greedy decoding takes the likeliest token, appends it and repeats.",
      "One run of the model is a pass. The first pass reads the whole prompt at once. This is called prefill, and it is what you wait for before the first token.",
    ],
    question: "How many passes of the model do 40 tokens take?",
    choices: ["1", "10", "40"],
    answer: ([a]) =>
      `${a!.passes} passes for ${a!.tokens} tokens. The prompt's ${a!.promptTokens} tokens were read in one pass, which also produced the first new token; every other token took its own pass.`,
    look: [
      "Step through the run with the arrows below: one pass, one token.",
      "Select a token to see what else the model could have written there.",
    ],
    conclusion: "Reading is parallel, writing is not: one pass for the whole prompt, then one for each new token.",
  },
  sampling: {
    name: "Temperature",
    paragraphs: [
      "The model provides probabilities; the decoder chooses which token to take. Temperature flattens the distribution above 1 and sharpens it below. Top-p then draws only from the likeliest tokens that together reach probability p.",
      "The random draws come from a seed. The same seed produces the same text again.",
    ],
    question: "Which lane does the model itself find likeliest?",
    choices: ["A, greedy", "B, temperature 0.8", "C, temperature 1.5"],
    answer: (lanes) =>
      `Nats per token (lower is likelier): ${listed(lanes, nats)}. Taking the likeliest token each time produces the likeliest of these texts.`,
    look: [
      "Find the first token where B differs from A and select it: how likely was it?",
      "Change the seed in Compare and run again: A stays as it is, B and C do not.",
    ],
    conclusion: "Same model, other rules, other text. Likely is not the same as good.",
  },
  serial: {
    name: "Jacobi decoding",
    paragraphs: [
      "Token 40 depends on token 39, which depends on token 38. One pass over several positions costs less than as many passes over one, but the later tokens are not known yet.",
      "Lane B tries anyway: it drafts the next four tokens from the model's previous predictions, without a separate drafter, and keeps those that are right. This is Jacobi decoding.",
    ],
    question: "How many of B's drafted tokens are accepted?",
    choices: ["nearly all", "about half", "few"],
    answer: ([a, b]) =>
      `${b!.accepted} of ${b!.drafted} (${share(b!.accepted, b!.drafted)}). B took ${b!.passes} passes for the text that took A ${a!.passes}.`,
    look: [
      "In lane B, notches mark positions where draft tokens were taken back. Select one to read them.",
      "The text is the same in both lanes: a draft that is verified cannot change it.",
    ],
    conclusion: "The chain of tokens is the bottleneck, not the arithmetic. To break it, drafts must be good.",
  },
  speculative: {
    name: "Speculative decoding",
    paragraphs: [
      "Speculative decoding lets a cheap drafter propose a few tokens, and the model verifies all of them in one pass. Tokens that agree are accepted; the first that does not is replaced by the model's own token, and the rest are dropped.",
      "B lets the model itself draft four tokens at once, as a masked model. C looks for the last words earlier in the text and copies what followed.",
    ],
    question: "Which lane needs the fewest passes of the model?",
    choices: ["A, greedy", "B, masked draft", "C, copying from the text"],
    answer: (lanes) =>
      `${listed(lanes, passes)}. ${share(lanes[1]!.accepted, lanes[1]!.drafted)} of B's drafted tokens were accepted, ${share(lanes[2]!.accepted, lanes[2]!.drafted)} of C's. Whether that pays in time depends on what a draft costs here: measure these lanes.`,
    look: [
      "Step by half passes: a dotted draft, then solid lines under accepted tokens and strikes through rejected ones.",
      "Acceptance falls with the position in the draft: see its chart.",
    ],
    conclusion:
      "Verification keeps the text the same. Drafting pays off when drafts are good and cheap: in this story little repeats, so copying does not help.",
  },
  gap: {
    name: "A story",
    paragraphs: [
      "Refinement starts with masks. Every pass predicts all of them at once, and only the most certain positions are unmasked; the next pass sees them. The order is the model's, not left to right.",
      "B writes a story this way, in blocks of eight. C fills a gap of sixteen tokens before an ending that is fixed: it sees both sides, which no left-to-right decoder can.",
    ],
    question: "How many passes per token does refinement take on a story, compared with greedy?",
    choices: ["far fewer", "about as many", "far more"],
    answer: ([a, b, c]) =>
      `A ${a!.passes} passes for ${a!.tokens} tokens, B ${b!.passes} for ${b!.tokens}, C ${c!.passes} for its gap of ${c!.tokens}. A story can continue in many ways, so few positions are certain at once.`,
    look: [
      "Step through B: lines above tokens mark what each pass unmasked, not always from left to right.",
      "In C, read the whole: prompt, gap, ending. The model finds the ending likelier after C's gap than after the same number of A's tokens.",
    ],
    conclusion: "Refinement orders by certainty and sees both sides. On a story with this small model, that saves no passes.",
  },
  sudoku: {
    name: "A Sudoku",
    paragraphs: [
      "A Sudoku has one right answer, and its first cell may be the last to become clear. A second small model solves 6×6 grids: 36 clues, row by row, then 36 digits.",
      "A writes from left to right. B fills every cell that is at least 90 % certain, all at once. C does too, and may revise a digit when another becomes likelier.",
    ],
    question: "Which lane solves this grid?",
    choices: ["A, left to right", "B, the certain first", "C, with revising"],
    answer: (lanes) =>
      `${solvers(lanes)} A wrote ${lanes[0]!.tokens} of 36 digits in ${lanes[0]!.passes} passes, some of them wrong; B filled all in ${lanes[1]!.passes} passes, C in ${lanes[2]!.passes} with ${lanes[2]!.revisions} revisions.`,
    look: [
      "Step through B and C: several digits come at once, and not from left to right.",
      "In C, double underlines mark digits that were revised. Select one to see what was there before.",
    ],
    conclusion: "Fewer passes cost correctness: cells that are filled together can be wrong together. Revising repairs some of them.",
  },
  "same-text": {
    name: "The same text",
    paragraphs: [
      "A hybrid combines both ways of writing. B, denoised drafts, fills six draft tokens in two masked passes and lets the model verify them. C, the judged tree, drafts with no passes at all: every pass also predicts what may follow other tokens, and the next pass reads a tree of such candidates.",
      "Both are lossless: they keep only tokens that A would have chosen.",
    ],
    question: "Which lane takes the fewest passes, drafting included?",
    choices: ["A, greedy", "B, denoised drafts", "C, judged tree"],
    answer: (lanes) => `${listed(lanes, passes)}. B wrote ${compared(lanes[1]!)}, C ${compared(lanes[2]!)}.`,
    look: [
      "B verifies its drafts in fewer passes than C, but drafting takes more passes of the same model.",
      "C's passes read many candidates: “What happened, in words” shows how many tokens each pass read.",
    ],
    conclusion: "Verification makes a draft free of risk, not of cost. Passes are not milliseconds: measure these lanes.",
  },
  "another-text": {
    name: "Another text",
    paragraphs: [
      "These hybrids are not lossless. B is the judged tree again, which now gives up as much as two nats of likelihood for one more token per pass. C, the critic, fills eight tokens at once and takes back what the model, reading left to right, finds unlikely.",
      "D writes as A does, then predicts a quarter of every sixteen tokens again, from both sides. E, the cascade, fills positions of which it is at least half certain and decodes left to right elsewhere.",
    ],
    question: "Which lane ends up likelier than A?",
    choices: ["B or C, which save passes", "D, which refines", "E, which mixes"],
    answer: (lanes) => `Nats per token (lower is likelier): ${listed(lanes, nats)}. Passes: ${listed(lanes, passes)}.`,
    look: [
      "B and C take fewer passes than A, and read worse.",
      "D keeps a change only where it makes the text likelier. It differs from A's text in one word, and took more passes; select a doubly underlined token to see what it replaced.",
      "E spends more passes than A here: a canvas that is rarely certain wastes passes.",
    ],
    conclusion:
      "Without losslessness there is a trade-off to weigh. On this model, fewer passes cost likelihood, and more passes gain little.",
  },
  monster: {
    name: "A monster",
    paragraphs: [
      "A model has no plan. It continues whatever stands before it, whoever wrote it. So you can take the pen for one token.",
      "Lane B is lane A for eighteen tokens. Then, where A writes about an apple, the token “ monster” is forced, and B decodes greedily again.",
    ],
    question: "How does B go on?",
    choices: ["back to an apple", "a story with a monster"],
    answer: ([, b]) =>
      `${/monster/.test(b!.text.replace("monster", "")) ? "The monster comes back" : "The monster does not come back"}, and the apple ${b!.text.includes("apple") ? "does too" : "is gone"}.`,
    look: [
      "Both lanes are the same up to the forced token, and differ in what follows.",
      "Select the forced token: the model found it far less likely than its own choice, and went on all the same.",
      "Force another word yourself: open these lanes in Compare, select a token, and choose one of its alternatives.",
    ],
    conclusion: "Each token is chosen once and then given. One other token, and everything after it can change.",
  },
  fourth: {
    name: "Three apples, and a fourth",
    paragraphs: [
      "Tom had three apples and gave one away. A child would say: two. Lane A writes what the model finds likeliest.",
      "In lane B the next token is forced to be “ four”, in lane C “ no”. From there, the model continues.",
    ],
    question: "What follows “four” in lane B?",
    choices: ["a correction, with two or three", "a story in which four is right", "the end of the text"],
    answer: ([, b]) =>
      `B goes on “${b!.text.trim().split(/(?<=[.!?])\s/)[0]}”, ${/\b(two|three)\b/.test(b!.text) ? "and counts again" : "and never counts"}.`,
    look: [
      "In B, Mia is happy; in C, after “no”, Mia is sad: one token turned the story.",
      "Select “ four” or “ no” to see how likely the model found them.",
      "In Compare, select any token and force one of its alternatives.",
    ],
    conclusion: "The model makes the text fit the token, not the token fit the facts. So an early mistake is rarely taken back.",
  },
  letter: {
    name: "Without an e",
    paragraphs: [
      "A constraint says what a text may look like. Before each choice, every token that would break the rule is taken out; the model chooses among the others.",
      "Lane B must do without the letter e. Lane C must write one of three beginnings. A is free.",
    ],
    question: "How many passes does B need for a token, compared with A?",
    choices: ["as many", "half as many more", "twice as many"],
    answer: ([a, b]) =>
      `A took ${a!.passes} passes for ${a!.tokens} tokens, B ${b!.passes} for ${b!.tokens}. B's text has ${/e/.test(b!.text) ? "an" : "no"} e in it. Nats per token (lower is likelier): A ${nats(a!)}, B ${nats(b!)}.`,
    look: [
      "Select tokens of B: the model's likeliest token is often another, with an e.",
      "C stops when its choice is complete, and the model finds that text much less likely than A's.",
      "Where C has only one way to go on, tokens are drafted and accepted without a choice: it took fewer passes than it wrote tokens.",
    ],
    conclusion:
      "A constraint can guarantee the form of a text. It costs no passes, but the text can be one that the model would not write.",
  },
  json: {
    name: "An object",
    paragraphs: [
      "Programs want answers in a fixed form. Lanes B and C may only write a JSON object with an owner, an animal and whether it is big, as a JSON schema says. The model has only ever read stories.",
      "B takes one pass per token. C drafts what the schema leaves no choice about, such as names and brackets, and verifies several of those tokens in one pass.",
    ],
    question: "B's object will have the right form. Will what it says about Tom's dog be true or false?",
    choices: ["true", "false"],
    answer: ([a, b, c]) =>
      `B wrote ${b!.text.trim()}. C wrote ${c!.text === b!.text ? "the same" : "another object"}, in ${c!.passes} passes in place of ${b!.passes}. A, which is free, wrote ${/^\s*\{/.test(a!.text) ? "an object too" : "no object"}.`,
    look: [
      "Step through C: brackets, quotation marks and names are drafted tokens, accepted several at a time.",
      "Select the animal in B: how likely was “dog”?",
    ],
    conclusion: "The form is guaranteed, the truth is not: a model that does not know an answer gives a wrong one in the right form.",
  },
  search: {
    name: "Beam search",
    paragraphs: [
      "Greedy decoding never looks back: a likely token can lead into an unlikely text. Search compares whole texts. B, beam search, follows the four likeliest beginnings side by side. C draws eight texts at random and keeps the likeliest.",
      "Each beginning and each text takes passes of its own.",
    ],
    question: "Which lane ends with the likeliest text?",
    choices: ["A, greedy", "B, beam search", "C, best of eight"],
    answer: (lanes) => `Nats per token (lower is likelier): ${listed(lanes, nats)}. Passes: ${listed(lanes, passes)}.`,
    look: [
      "B replaces words that it has already shown: another beginning took the lead.",
      "Read B's text: the likeliest of the three says the same thing twice.",
      "The likeliest of C's eight random texts is still less likely than A's.",
    ],
    conclusion: "Search finds likelier texts for several times the passes. The likeliest text can be the dullest one.",
  },
};

export const tourTexts = {
  heading: "Tour",
  contents: (chapter: number, of: number) => `Chapter ${chapter} of ${of}`,
  scenes: "Parts of this chapter",
  chapterTitles: chapters,
  sceneTexts: scenes,
  next: "Next",
  previous: "Back",
  run: "Run it here",
  openInLab: "Open in Compare",
  measure: "Measure",

  bet: "Your bet",
  skipBet: "Skip the bet",
  covered: "Shown after your bet.",
  coveredAll: "The lanes are shown once you have made your bet.",
  waiting: "Watch the lanes to the end, and you will know.",
  toTheEnd: "To the end",
  verdict: {
    right: (said: string) => `You said ${said}, and that is right.`,
    wrong: (said: string, is: string) => `You said ${said}. It is ${is}.`,
    undecided: (said: string) => `You said ${said}. This run does not decide it.`,
    skipped: (is: string) => `It is ${is}.`,
  },
  look: "Look for",
  remember: "Remember",

  ownIntro:
    "You have seen what decoders can do with one small model. Compare runs any of them on your prompt, here in your browser. Three things to try:",
  own: [
    {
      id: "repeat",
      title: "A text that repeats itself",
      text: "Copying from the text is a good drafter for it. Run both lanes and compare their passes.",
      action: "Open this prompt",
    },
    {
      id: "rule",
      title: "A rule of your own",
      text: "Open the options of lane B and write your own choices, a regular expression or a grammar.",
      action: "Open this rule",
    },
    {
      id: "model",
      title: "A model that you know",
      text: "Under Settings, choose a model of the Hugging Face Hub or your own files. Nothing is downloaded before you press Run.",
      action: "Open Compare",
    },
  ] satisfies readonly { id: keyof typeof suggestions | "model"; title: string; text: string; action: string }[],
  ownPrompt: "Write a prompt",
  ownDecoder: "Or write a decoder:",
};
