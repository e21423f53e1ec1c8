import type { VoidReason } from "../../measure/measure-rounds.ts";
import type { BuiltInSet } from "../../prompt-sets/built-in-sets.ts";
import { MAX_FILE_BYTES, MAX_PROMPTS } from "../../prompt-sets/prompt-set.ts";
import type { PromptProblem } from "../../prompt-sets/read-prompts.ts";
import { MAX_PROMPT_LENGTH } from "../../url/settings.ts";

const prompts = (count: number): string => `${count} ${count === 1 ? "prompt" : "prompts"}`;

/** The texts of the prompt sets page. Numbers arrive formatted. */
export const setsTexts = {
  heading: "Does it hold for more than one prompt?",
  intro:
    "A single prompt can mislead. This page runs the lanes of Compare on every prompt of a set and shows averages with 95 % intervals. An interval says how much the average would move with other prompts of the same kind.",
  lanes: "Lanes",
  change: "Change the lanes in Compare",
  about: (tokens: number, model: string, seed: number) =>
    `At most ${tokens} tokens for each prompt, or until the text ends, on ${model} with seed ${seed}. Prompts are sent as Compare sends its own: as chat messages if the model has a chat template, unless that is switched off.`,

  choose: "Prompts",
  builtIn: {
    stories: "Stories",
    repetitions: "Edits and repetitions",
    dialogues: "Questions and dialogues",
    tasks: "Short tasks, for chat models",
  } satisfies Readonly<Record<BuiltInSet["name"], string>>,
  help: {
    stories: "Beginnings of stories for the embedded story model.",
    repetitions: "A name to change in a text, and beginnings that repeat themselves: drafts from the text itself can be right.",
    dialogues: "Beginnings with a question or an answer, for the embedded story model.",
    tasks: "Messages for a chat model of the Hub or from files. The embedded models cannot do them.",
  } satisfies Readonly<Record<BuiltInSet["name"], string>>,
  own: "Your own prompts",
  ownName: "own prompts",
  ofCount: (name: string, count: number) => `${name} (${prompts(count)})`,
  show: (count: number) => `Show the ${prompts(count)}`,
  paste: "One prompt per line",
  count: (count: number) => `${prompts(count)}.`,
  open: "Open a file",
  fileHelp: `A file has at most ${MAX_PROMPTS} prompts: one per line (.txt), an object with a “prompt” per line (.jsonl), or a table with a column “prompt” (.csv).`,

  fileProblem: (name: string, problem: string) => `${name} was not opened. ${problem}`,
  problem: (problem: PromptProblem): string => {
    switch (problem.kind) {
      case "empty":
        return "There is no prompt in it yet. Write one prompt per line.";
      case "too-large":
        return `It is larger than ${MAX_FILE_BYTES / 1e6} MB.`;
      case "not-utf8":
        return "It is not a UTF-8 text. Save it as UTF-8 and open it again.";
      case "too-many":
        return `Line ${problem.line}: a set has at most ${MAX_PROMPTS} prompts. Remove this prompt and those after it.`;
      case "too-long":
        return `Line ${problem.line}: a prompt has at most ${MAX_PROMPT_LENGTH} characters.`;
      case "not-json":
        return `Line ${problem.line} is not valid JSON. Write an object such as {"prompt": "Once upon a time"} in each line.`;
      case "no-prompt":
        return `Line ${problem.line} has no “prompt” that is a text. Write an object such as {"prompt": "Once upon a time"} in each line.`;
      case "quotes":
        return `Line ${problem.line} has a quotation mark that is not closed or not doubled.`;
      case "no-value":
        return `Line ${problem.line} has fewer columns than the header, and none for the prompt.`;
      case "no-column":
        return `Line ${problem.line}: there is no column “prompt” among ${problem.columns.map((column) => `“${column}”`).join(", ")}.`;
      default:
        return problem satisfies never;
    }
  },

  run: "Run the set",
  progress: (prompt: number, of: number, lane: string) => `Prompt ${prompt} of ${of}, ${lane}`,
  ended: "The set has ended.",
  brokeOff: (problem: string) => `The set ended early: ${problem} Its results so far are shown. The next run reloads the model.`,

  results: "Result",
  stale: "This result is of other lanes, settings or prompts than those above.",
  none: "No prompt was completed by all lanes, so there is no result.",
  columns: {
    lane: "Lane",
    time: (first: string) => `Time per token against ${first}`,
    passes: "Passes per 1000 tokens",
    acceptance: "Accepted",
    nats: "Nats per token",
    repetition: "Repetition",
    same: (first: string) => `Same text as ${first}`,
  },
  first: "baseline",
  perToken: (milliseconds: string) => `${milliseconds} ms per token`,
  verdicts: { faster: "faster", slower: "slower", inconclusive: "inconclusive" },
  times: (ratio: string) => `${ratio} ×`,
  interval: (low: string, high: string) => `${low} to ${high}`,
  tooShort: "too short for this clock",
  untimed: "no time",
  ofDraftModel: (passes: string) => `+ ${passes} by the draft model`,
  same: (same: number, of: number) => `${same} of ${of}`,
  noValue: "–",

  chart: "Chart",
  chartOf: "Show intervals of",
  chartHelp: "Each line is the 95 % interval of a lane, each dot its value.",
  chartRatioHelp: "Each line is the 95 % interval of a ratio. An interval that contains 1 is inconclusive.",

  completed: (completed: number, of: number) => `All lanes completed ${completed} of ${prompts(of)}, and every figure rests on them.`,
  stopped: "The run was stopped early.",
  few: (minimum: number) => `With fewer than ${minimum} prompts there is no interval, and times are inconclusive.`,
  untimedPrompts: (count: number) => `The times of ${prompts(count)} were left out.`,
  fewTimed: (minimum: number) =>
    `With times of fewer than ${minimum} prompts, the ratios have no interval. Close other programs and run again.`,
  voids: (count: number, reason: string) => `${count} ${count === 1 ? "round was" : "rounds were"} repeated or left out: ${reason}.`,
  reasons: {
    hidden: "the page was hidden",
    drift: "the machine was faster or slower than usual",
    outlier: "a lane stalled",
    failed: "a lane failed",
  } satisfies Readonly<Record<VoidReason, string>>,
  conditions: (parts: readonly string[]) => `${parts.join("; ")}.`,
  onModel: (model: string, file: string, execution: string) => `${model}${file} on ${execution}`,
  ofSet: (name: string, tokens: number, seed: number) => `${name}, at most ${tokens} tokens each, seed ${seed}`,
  sentAs: { messages: "sent as chat messages", text: "sent as texts" },
  clock: (tick: string, isIsolated: boolean) => `clock steps of ${tick}, ${isIsolated ? "isolated" : "not isolated"}`,
  versions: (decodekit: string, runtime: string) => `decodekit ${decodekit}, ONNX Runtime Web ${runtime}`,

  copy: "Copy as text",
  laneCsv: "CSV of lanes",
  textCsv: "CSV of texts",
  json: "JSON",

  details: "Prompts and texts",
  onlyParted: (count: number) => `Only those on which lanes differ (${count})`,
  promptSummary: (number: number, prompt: string) => `${number}. ${prompt}`,
  allSame: "same text",
  parted: (lanes: string) => `${lanes} differ`,
  failedLanes: (lanes: string) => `${lanes} failed`,
  notTimed: "times left out",
  tokens: (tokens: number, passes: number) => `${tokens} tokens in ${passes} passes`,
  differsAt: (first: string, token: number) => `differs from ${first} at token ${token}`,
  sameAs: (first: string) => `same as ${first}`,
  failed: (problem: string) => `Failed: ${problem}`,
  emptyText: "no text",

  how: "How it is measured",
  procedure: [
    "Each prompt is a round: every lane continues it once, alone on the model, and each round starts with the next lane. All lanes use the seed of Compare and stop at the end of a text, so texts and counts are those of “decodekit compare --prompts”. The first round is a warm-up of eight tokens. A lane's own first tokens, which branching sets, are left out.",
    "Passes per 1000 tokens count every pass of the model, also those in which it drafts for itself; passes of a separate draft model are shown beside them. Accepted is the share of drafted tokens that were accepted. Nats per token is the mean of −ln p under the model itself at temperature 1: lower is likelier, not better. These add up all prompts before they divide.",
    "Repetition is seq-rep-4 of Welleck et al. (2020): 1 − distinct 4-grams / 4-grams, where a 4-gram is four tokens in a row of one text, added up over the texts. 0 % means that no four tokens in a row occur twice.",
    "Time per token excludes the prompt's own pass. The ratio is the median over prompts of the lane's time over the first lane's on the same prompt. A round whose machine was slower or faster than usual, or in which a lane stalled or the page was hidden, is repeated as in Measure; if it stays so, its texts count and its times do not.",
    "Intervals are percentiles of 2000 bootstrap resamples of the prompts, drawn with the seed. If the interval of a ratio contains 1, the result is inconclusive.",
  ],
};
