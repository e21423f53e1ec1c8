import type { VoidReason } from "../measure/measure-rounds.ts";
import type { PairedRatio } from "../measure/paired-ratio.ts";
import type { CellState, Proposer } from "../trace/fold.ts";

/*
 * Every text of the page but those of decoders and options, which plugins give themselves, and of the tour, in `tour-en.ts`.
 */

const integer = new Intl.NumberFormat("en");
const decimal = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const fine = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const finest = new Intl.NumberFormat("en", { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const percent = new Intl.NumberFormat("en", { style: "percent" });
const megabyte = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const phases: Readonly<Record<Proposer["phase"], string>> = {
  prefill: "the pass over the prompt",
  decode: "a pass for one token",
  draft: "a drafting pass",
  verify: "a verifying pass",
  refine: "a refining pass",
  lookup: "a look into the text so far",
};

const models: Readonly<Record<Proposer["model"], string>> = {
  causal: "the model",
  masked: "the model, seeing both sides",
  draft: "the draft model",
  none: "no model",
};

export const format = {
  integer: (value: number) => integer.format(value),
  decimal: (value: number) => decimal.format(value),
  fine: (value: number) => fine.format(value),
  finest: (value: number) => finest.format(value),
  percent: (value: number) => percent.format(value),
  probability: (value: number) => (value > 0 && value < 0.001 ? "< 0.1 %" : `${decimal.format(100 * value)} %`),
  megabytes: (bytes: number) => `${megabyte.format(bytes / 1e6)} MB`,
  milliseconds: (value: number) =>
    value >= 1000
      ? `${fine.format(value / 1000)} s`
      : value >= 10
        ? `${integer.format(Math.round(value))} ms`
        : `${decimal.format(value)} ms`,
};

export const texts = {
  title: "decodekit compare",
  tagline: "See how a language model's text comes about: several decoders, one model, every token.",
  skip: "Skip to the content",
  routes: { compare: "Compare", tour: "Tour", measure: "Measure", about: "About" },
  theme: { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" },

  setup: {
    heading: "What to run",
    prompt: "Prompt",
    examples: "Examples",
    chooseExample: "Choose an example",
    maxNewTokens: "New tokens",
    seed: "Seed",
    model: "Model",
    modelUrl: "Other, by address …",
    modelFiles: "Other, from files …",
    filesChosen: (count: number) => `${count} files of your own`,
    execution: "Runs on",
    executions: { auto: "Automatic", wasm: "CPU (WASM)", webgpu: "GPU (WebGPU)" },
    run: "Run",
    stop: "Stop",
    share: "Copy link",
    shared: "Link copied",
    exportTrace: "Save run",
    importTrace: "Open run",
    turns: "Lanes take turns: each runs alone on the model, after a short warm-up, so that none slows another down.",
  },
  modelDialog: {
    heading: "A model of your own",
    explain:
      "The address of a folder in the Hugging Face layout: config.json, tokenizer.json and onnx/model.onnx. Its host must allow requests from this page. Nothing else is fetched.",
    address: "Address",
    use: "Use this model",
    wrong: "This must be a whole address that begins with https:// or http://.",
  },
  examples: [
    "Once upon a time, there was a little fox who wanted to",
    "Tom had a red ball. Mia had a blue ball. Tom and Mia",
    "The dog said, “I am hungry.” The cat said, “I am",
    "One day, a big storm came. All the animals",
  ],

  activity: {
    idle: "",
    loading: "Loading the model",
    ofBytes: (loaded: number, total: number | undefined) =>
      total === undefined ? format.megabytes(loaded) : `${format.megabytes(loaded)} of ${format.megabytes(total)}`,
    preparing: "Preparing the model",
    warmingUp: (lane: string) => `Warming up ${lane}`,
    decoding: (lane: string) => `${lane} is running`,
    scoring: (lane: string) => `Scoring ${lane}`,
    measuring: (round: number, of: number, lane: string) => `Round ${round} of ${of}, ${lane}`,
  },
  status: {
    stopped: "Stopped.",
    measured: "The measurement has ended.",
    finished: (lanes: number) => (lanes === 1 ? "The lane has finished." : `All ${lanes} lanes have finished.`),
    gaveUp: "It did not stop by itself, so that its worker was ended. The model is loaded again at the next run.",
    hung: "A decoder of your own gave no sign for 20 seconds, so that its worker was ended. Add it again to try once more.",
    laneFailed: (lane: string, problem: string) => `${lane} failed: ${problem} The model is loaded again at the next run.`,
    notStored: (reason: string) => `The model could not be kept for use without a network (${reason}). Everything else works.`,
    ignored: (keys: string) => `Some of this address was not understood and is ignored: ${keys}.`,
    unreadable: (problem: string) => `This is not a run that can be shown. ${problem}`,
    tooLarge: "This is not a run that can be shown: the file is larger than 32 MB.",
    linkCopied: "The link is in the clipboard.",
    linkShown: "The address of this page is the link.",
  },

  lane: {
    name: (letter: string, title: string) => `Lane ${letter}, ${title}`,
    options: "Options",
    remove: "Remove this lane",
    add: "Add a lane",
    addOwn: "A decoder of your own …",
    defaults: "default options",
    waiting: "Waits for its turn",
    empty: "Press Run to see it at work.",
    failed: (problem: string) => `Failed: ${problem}`,
    lossless: { name: "lossless", help: "Follows the model's own probabilities exactly: guesses change only how many passes it takes" },
    notLossless: { name: "not lossless", help: "May write what the model itself would not have written" },
    clues: (clues: string) => `Sudoku with the clues ${(clues.match(/.{6}/g) ?? []).map((row) => row.replaceAll(".", "–")).join(", ")}`,
    asRounds: "What happened, in words",
    finish: { stop: "ended by itself", length: "reached its length", abort: "stopped" },
    sameText: (other: string) => `Same text as ${other}`,
    sameSoFar: (other: string, tokens: number) => `Same as ${other} so far, ${tokens} tokens`,
    differs: (other: string, position: number) => `Differs from ${other} at token ${position}`,
    sameAsLink: "Same output as in the link",
    otherThanLink: "Other output than in the link",
    recorded: (model: string) => `Recorded with ${model}`,
  },
  rounds: {
    pass: (phase: string, positions: number) => `${phase} pass over ${positions} ${positions === 1 ? "token" : "tokens"}`,
    proposed: (text: string) => `proposed “${text}”`,
    checked: (accepted: number, drafted: number) => `${accepted} of ${drafted} drafted tokens accepted`,
    final: (text: string) => `final “${text}”`,
    masked: " [masked]",
  },
  figures: {
    passes: "passes",
    drafting: (count: number) => `${count} for drafting`,
    ofDraftModel: (count: number) => `+ ${count} of the draft model`,
    tokens: "tokens",
    perPass: "tokens per pass",
    accepted: "drafts accepted",
    revisions: "revised",
    perSecond: "tokens/s",
    firstToken: "to first token",
    nats: "nats per token",
    none: "–",
    help: {
      passes: "Passes of the model, the one over the prompt and those in which it drafts for itself included",
      tokens: "Tokens of the output so far",
      perPass: "Tokens of the output for each pass of the model, whatever the pass was for",
      accepted: "Share of drafted tokens that stood",
      revisions: "Tokens that were replaced after they had been shown, rejected drafts aside",
      perSecond: "Tokens per second after the prompt was read, by the worker's clock, alone on the model",
      firstToken: "Time from the start until the first token was final",
      nats: "How unlikely the model finds the text: mean of −ln p. Lower is likelier, not better",
    },
  },

  states: {
    masked: "masked",
    proposed: "proposed",
    accepted: "accepted",
    rejected: "rejected",
    plain: "said by the model",
    corrected: "corrected",
    revealed: "revealed",
    revised: "revised",
  } satisfies Readonly<Record<CellState, string>>,
  legend: {
    heading: "What the marks mean",
    masked: "still unknown",
    proposed: "guessed, may be changed",
    accepted: "a guess that stood",
    rejected: "a guess that did not",
    corrected: "put in its place",
    revealed: "uncovered by refinement",
    revised: "replaced after it was shown",
    notch: "tokens that were taken back here",
  },
  token: {
    spoken: (text: string, state: string, position: number) => `${text}, ${state}, token ${position}`,
    nothingYet: (position: number) => `nothing yet, token ${position}`,
    undone: (count: number) => `${count} taken back here`,
    newline: "line break",
    space: "space",
    empty: "nothing visible",
    unknown: "unknown token",
  },

  grid: {
    heading: "Tokens by position",
    view: "Show tokens as",
    views: { reading: "Text", grid: "Grid" },
    positions: (first: number, last: number) => (first === last ? `token ${first}` : `tokens ${first} to ${last}`),
  },

  transport: {
    heading: "Replay",
    play: "Play",
    pause: "Pause",
    first: "To the start",
    last: "To the end",
    back: "One step back",
    forward: "One step on",
    axis: "Step by",
    axes: { passes: "passes", tokens: "tokens", time: "time" },
    speed: "Speed",
    position: "Place in the run",
    pass: (pass: number, of: number) => `pass ${pass} of ${of}`,
    checking: (pass: number, of: number) => `in pass ${pass} of ${of}`,
    time: (now: string, of: string) => `${now} of ${of}`,
    slowed: (factor: number) => (factor < 1 ? `slowed ${1 / factor}×` : factor > 1 ? `${factor}× as fast` : "real time"),
    token: (token: number, of: number) => `${token} of ${of} tokens`,
    tokensPerSecond: (count: number) => `${count} tokens/s`,
    passesPerSecond: (count: number) => `${count} passes/s`,
  },

  inspector: {
    heading: "Token",
    empty: "Choose a token to see where it came from: click it, or move to it with the arrow keys.",
    position: (position: number, lane: string) => `token ${position} of lane ${lane}`,
    from: (by: Proposer, pass: number) =>
      by.model === "none"
        ? `Guessed by ${phases[by.phase]}, before pass ${pass + 1}`
        : `From pass ${pass}, ${phases[by.phase]} of ${models[by.model]}`,
    final: "final",
    notFinal: "not final yet",
    given: "Probability it was given with",
    score: "Probability under the model, left to right",
    candidates: "What the model would have said here",
    candidatesHelp: "Its likeliest tokens after everything to the left, at temperature 1",
    undone: "Taken back here",
    rejected: (pass: number) => `rejected in pass ${pass}`,
    replaced: (pass: number) => `replaced in pass ${pass}`,
    inOtherLanes: "At this position in the other lanes",
    id: (token: number) => `id ${token}`,
    notYet: "Nothing is said at this position yet.",
    notScored: "The alternatives show once the lane has finished.",
  },

  charts: {
    heading: "Charts",
    table: "Show as table",
    empty: "Charts show once something has run.",
    tokensOverPasses: { title: "Tokens over passes", x: "passes of the model", y: "tokens" },
    tokensOverTime: { title: "Tokens over time", x: "milliseconds", y: "tokens" },
    acceptance: { title: "Acceptance by place in the draft", x: "place in the draft", y: "share accepted", none: "No lane here drafts." },
    phases: { title: "Time by phase", x: "milliseconds", y: "lane" },
    quality: { title: "Likelihood against passes", x: "passes per 1000 tokens", y: "nats per token", none: "Shows once lanes are scored." },
    phaseNames: { prefill: "prompt", decode: "one token", draft: "draft", verify: "verify", refine: "refine" },
    summaryTokens: (parts: readonly string[]) => parts.join("; ") + ".",
    laneTokens: (lane: string, tokens: number, passes: number) => `${lane}: ${tokens} tokens in ${passes} passes`,
    laneTime: (lane: string, tokens: number, time: string) => `${lane}: ${tokens} tokens in ${time}`,
    laneAcceptance: (lane: string, accepted: number, drafted: number) => `${lane}: ${accepted} of ${drafted} drafted tokens stood`,
    laneQuality: (lane: string, nats: string, passes: string) => `${lane}: ${nats} nats per token at ${passes} passes per 1000 tokens`,
    lane: "lane",
    phase: "phase",
  },

  measure: {
    heading: "What do they cost here?",
    intro:
      "Passes are counted, but time belongs to a device. Here the same lanes run again and again, each alone, in another order every round, and nothing is drawn meanwhile.",
    run: "Measure",
    change: "Change the lanes in Compare",
    about: (tokens: number, model: string) => `${tokens} tokens each, whether the text has ended or not, on ${model}, after the prompt:`,
    lanes: "Lanes",
    results: "Result",
    lane: "Lane",
    against: (first: string) => `Time per token against ${first}`,
    perToken: "ms per token",
    prompt: "ms for the prompt",
    passes: "passes",
    tokens: "tokens",
    first: "the measure",
    verdicts: { faster: "faster", slower: "slower", "cannot tell": "cannot tell" } satisfies Readonly<
      Record<PairedRatio["verdict"], string>
    >,
    times: (ratio: number, [low, high]: readonly [number, number]) =>
      `${fine.format(ratio)} × (${fine.format(low)} to ${fine.format(high)})`,
    range: (middle: number, least: number, most: number) => `${fine.format(middle)} (${fine.format(least)} to ${fine.format(most)})`,
    span: (least: number, most: number) => (least === most ? integer.format(least) : `${integer.format(least)} to ${integer.format(most)}`),
    ofDraftModel: (passes: string) => `+ ${passes} of the draft model`,
    tooShort: "too short for this clock",
    none: "No round was whole, so that there is nothing to tell.",
    rounds: (counted: number, planned: number) => `${counted} of ${planned} rounds count.`,
    stopped: "It was stopped before the end.",
    few: (least: number) => `With fewer than ${least} rounds nothing can be told.`,
    voids: (count: number, reason: string) => `${count} ${count === 1 ? "round was" : "rounds were"} void: ${reason}.`,
    reasons: {
      hidden: "the page was hidden",
      drift: "the machine was faster or slower than usual",
      outlier: "a lane stood still",
    } satisfies Readonly<Record<VoidReason, string>>,
    conditions: (model: string, execution: string, tick: string, isIsolated: boolean) =>
      `${model} on ${execution}; clock steps of ${tick}, ${isIsolated ? "isolated" : "not isolated"}. Only times of one measurement may be compared.`,
    chart: "Each line is the 95 % interval of a ratio. One that crosses 1 cannot tell.",
    copy: "Copy as text",
    copied: "The result is in the clipboard.",
    notCopied: "The result could not be copied.",
    how: "How it is measured",
    procedure: [
      "A first round does not count: it compiles and fills caches. Then come as many rounds as there are lanes, or a multiple of it, at least six. Each begins with the next lane, so that every lane is equally often first, second and last. The seed is another one each round.",
      "Before each lane the model takes sixteen passes of one token. A round in which these take 15 % more or less than usual is void and repeated, at most three times; so is one in which a lane takes five times as long as usual, and every one in which the page was hidden.",
      "Times are spent inside the decoder, by the worker's clock. A ratio is that of the times per token in the same round; shown are its median over rounds and the interval of 2000 bootstrap resamples. Where the interval contains 1, the measurement cannot tell.",
    ],
  },

  plugin: {
    heading: "A decoder of your own",
    warning:
      "This runs code from the address you give, in a worker of its own. It cannot touch this page, but it is code: only add what you trust.",
    explain:
      "The address of one self-contained ES module whose default export is a DecoderPlugin. Its host must allow requests from this page.",
    template: "A template to start from",
    templateUrl: "./decoder-template.js",
    address: "Address of the module",
    trust: "I trust this code",
    add: "Import and add",
    adding: "Importing …",
    added: (title: string) => `${title} was added.`,
    failed: (problem: string) => `It could not be added. ${problem}`,
    taken: (name: string) => `There is a decoder named “${name}” already.`,
  },
  dialog: { close: "Close", apply: "Apply", reset: "Defaults" },
  option: { default: "default", yes: "yes", no: "no", none: "This decoder has no options." },
  notices: { heading: "Messages", dismiss: "Dismiss" },

  about: {
    heading: "About this page",
    sections: [
      [
        "What it is",
        "A language model gives a probability for every possible next token. A decoder decides which tokens come of that, how many passes of the model it takes, and whether a choice can be taken back. This page runs decoders of the decodekit packages side by side on a real model, in your browser, and shows what each one does to every token.",
      ],
      [
        "What is measured",
        "Lanes run one after another, each alone on the model, after a warm-up of eight tokens, and are shown side by side afterwards. Times are spent inside the decoder, by the clock of the worker. Passes, tokens and acceptance are counted from the decoder's own events and equal those of the command “decodekit compare”. Times of one short run are noisy: passes are not.",
      ],
      [
        "Where it runs",
        "Everything runs in workers on this device. No prompt and no text leaves it. The page asks no host but its own for anything, unless you name a model or a decoder by address. The embedded model runs on the CPU through WebAssembly, where a pass of so small a model is shorter than what a GPU needs to begin one; larger models run on the GPU where there is one.",
      ],
      [
        "Without a network",
        "After the first visit the page works without a network. What it keeps can be deleted here or in the browser's settings.",
      ],
    ] as readonly (readonly [string, string])[],
    stored: (bytes: string) => `Kept on this device: about ${bytes}.`,
    deleteStored: "Delete what is kept",
    deleted: "Deleted.",
    isolated: (yes: boolean) =>
      yes
        ? "This page is cross-origin isolated: clocks are fine and threads are allowed."
        : "This page is not cross-origin isolated yet; it will be after a reload.",
    keyboard: "Keyboard",
    keys: [
      ["Space", "play or pause, outside of fields"],
      ["← →", "one step back or on; in a lane, to the next token"],
      ["↑ ↓", "in a lane, the same token of the next lane"],
      ["Home End", "to the start or the end"],
    ] as readonly (readonly [string, string])[],
    licences: "decodekit is MIT licensed, its models included. The story model was trained on TinyStories (CDLA-Sharing-1.0).",
  },
};

export const markers = ["●", "■", "▲", "◆", "✚", "▼"] as const;
export const letters = ["A", "B", "C", "D", "E", "F"] as const;
