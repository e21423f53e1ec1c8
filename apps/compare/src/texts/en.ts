import { setsTexts } from "./en/sets.ts";
import { differTexts } from "./en/differ.ts";
import { raceTexts } from "./en/race.ts";
import { format } from "./format.ts";
import { modelTexts } from "./en/models.ts";
import { shareTexts } from "./en/share.ts";
import { whyTexts } from "./en/why.ts";
import { isolated } from "./isolated.ts";
import { errorTexts } from "./en/errors.ts";
import { guaranteeTexts } from "./en/guarantees.ts";
import { optionTexts } from "./en/options.ts";
import { tourTexts } from "./en/tour.ts";
import { hubTexts } from "./hub-en.ts";
import type { VoidReason } from "../measure/measure-rounds.ts";
import type { PairedRatio } from "../measure/paired-ratio.ts";
import type { CellState } from "../trace/cell.ts";

/*
 * All texts of the page in English, except the titles and descriptions of decoders, which plugins provide. The page imports them from
 * `texts.ts`, which chooses the language.
 */

export const texts = {
  title: "decodekit compare",
  tagline: "Watch several decoders turn one model's logits into text, token by token.",
  skip: "Skip to the content",
  routes: { compare: "Compare", tour: "Tour", measure: "Measure", sets: "Prompt sets", about: "About" },
  /** Where a page's name is too long for the header of a phone. */
  shortRoutes: { sets: "Sets" } as Partial<Readonly<Record<string, string>>>,
  theme: { auto: "Theme: system", light: "Theme: light", dark: "Theme: dark" },

  setup: {
    heading: "What to run",
    prompt: "Prompt",
    examples: "Examples",
    chooseExample: "Choose an example",
    maxNewTokens: "New tokens",
    seed: "Seed",
    execution: "Runs on",
    executions: { auto: "Automatic", wasm: "CPU (WASM)", webgpu: "GPU (WebGPU)" },
    run: "Run",
    stop: "Stop",
    settings: "Settings",
    undo: "Undo",
    redo: "Redo",
    importTrace: "Open run",
    opened: (model: string, path: string, reason: string) => `The file of ${model} is ${path}, because ${reason}.`,
    stale: (changed: readonly string[], lanes: readonly string[]) =>
      `These results are from before you changed ${[...changed, ...(lanes.length > 0 ? [`lane ${lanes.join(", ")}`] : [])].join(", ").replace(/, ([^,]+)$/, " and $1")}. Run again to update them.`,
    staleParts: {
      model: "the model",
      dtype: "the data type",
      modelFile: "the model file",
      draftModel: "the draft model",
      hub: "the hub",
      prompt: "the prompt",
      chat: "how the prompt is read",
      system: "the system message",
      maxNewTokens: "the number of new tokens",
      seed: "the seed",
      execution: "what it runs on",
    },
    turns: "Lanes run one at a time, each alone on the model after a short warm-up, so no lane slows another down.",
  },
  hub: hubTexts,
  sets: setsTexts,
  models: modelTexts,
  share: shareTexts,
  differ: differTexts,
  race: raceTexts,
  tour: tourTexts,
  options: optionTexts,
  errors: errorTexts,
  guarantees: guaranteeTexts,
  examples: [
    "Once upon a time, there was a little fox who wanted to",
    "Tom had a red ball. Mia had a blue ball. Tom and Mia",
    "The dog said, “I am hungry.” The cat said, “I am",
    "One day, a big storm came. All the animals",
  ],

  activity: {
    idle: "",
    loading: "Loading the model",
    downloading: "Downloading the model",
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
    measured: "The measurement is complete.",
    finished: (lanes: number) => (lanes === 1 ? "The lane has finished." : `All ${lanes} lanes have finished.`),
    terminated: "The run did not stop in time, so its worker was terminated. The next run reloads the model.",
    hung: "One of your own decoders sent no event for 20 seconds, so its worker was terminated. Add the decoder again to retry.",
    partMissing: "A part of this page could not be loaded. Check the connection and try again.",
    laneFailed: (lane: string, problem: string) => `${lane} failed: ${problem} The next run reloads the model.`,
    notStored: (reason: string) => `The model could not be stored for offline use (${reason}). Everything else works.`,
    ignored: (keys: string) => `Invalid parts of this URL were ignored: ${keys}.`,
    unreadable: (problem: string) => `This file is not a valid run. ${problem}`,
    notKept: "There is no connection, and the model is not on this device yet. Connect and press Run once; after that it works offline.",
    kept: "The models are on this device now. The page runs them without a connection.",
    laneRemoved: (title: string) => `${title} was removed, with its result.`,
    replaced: "The link replaced what you had here.",
    filesMissing: (name: string) => `This run used local files, “${name}”. Choose them under Model to run it again.`,
    tooLarge: "This file is not a valid run: it is larger than 32 MB.",
  },

  lane: {
    name: (letter: string, title: string) => `Lane ${letter}, ${title}`,
    options: "Options",
    remove: "Remove this lane",
    add: "Add a lane",
    addOwn: "Your own decoder …",
    waiting: "Waiting",
    empty: "Press Run to start.",
    failed: (problem: string) => `Failed: ${problem}`,
    clues: (clues: string) => `Sudoku with the clues ${(clues.match(/.{6}/g) ?? []).map((row) => row.replaceAll(".", "–")).join(", ")}`,
    more: "More",
    asRounds: "What happened, in words",
    finish: { stop: "ended with a stop token", length: "reached the length limit", abort: "stopped" },
    sameText: (other: string) => `Same text as ${other}`,
    sameSoFar: (other: string, tokens: number) => `Same as ${other} so far, ${tokens} tokens`,
    differs: (other: string, position: number) => `Differs from ${other} at token ${position}`,
    sameAsLink: "Same output as in the link",
    otherThanLink: "The output differs from the one in the link",
    stale: "From before your changes",
    notRun: "Not run yet.",
    recorded: (model: string) => `Recorded with ${model}`,
  },
  rounds: {
    pass: (phase: string, positions: number) => `${phase} pass over ${positions} ${positions === 1 ? "token" : "tokens"}`,
    proposed: (text: string) => `proposed “${isolated(text)}”`,
    withdrawn: "proposals withdrawn",
    checked: (accepted: number, drafted: number) => `${accepted} of ${drafted} drafted tokens accepted`,
    final: (text: string) => `final “${isolated(text)}”`,
    masked: " [masked]",
  },
  figures: {
    passes: "passes",
    drafting: (count: number) => `${count} for drafting`,
    ofDraftModel: (count: number) => `+ ${count} by the draft model`,
    tokens: "tokens",
    perPass: "tokens/pass",
    accepted: "acceptance rate",
    revisions: "revised",
    perSecond: "tokens/s",
    firstToken: "time to first token",
    nats: "nats per token",
    none: "–",
    help: {
      passes: "Passes of the model, including the prefill and its own drafting passes",
      tokens: "Output tokens so far",
      perPass: "Output tokens per pass of the model, counting passes of every phase",
      accepted: "Share of drafted tokens that were accepted",
      revisions: "Tokens that were replaced after they had been shown, not counting rejected drafts",
      perSecond: "Tokens per second after the prefill, by the worker's clock, with no other lane running",
      firstToken: "Time from the start to the first final token",
      nats: "How unlikely the model finds the text: mean of −ln p. Lower is likelier, not better",
    },
  },

  states: {
    forced: "set by you",
    masked: "masked",
    proposed: "proposed",
    accepted: "accepted",
    rejected: "rejected",
    plain: "predicted by the model",
    corrected: "corrected",
    revealed: "unmasked",
    revised: "revised",
  } satisfies Readonly<Record<CellState, string>>,
  legend: {
    heading: "What the marks mean",
    select: "Select a token to see why it is there.",
    masked: "still unknown",
    proposed: "proposed, may change",
    accepted: "accepted draft token",
    rejected: "rejected draft token",
    corrected: "replaces a rejected token",
    revealed: "unmasked by refinement",
    revised: "replaced after it was shown",
    forced: "set by you",
    notch: "number of tokens taken back here",
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
    forward: "One step forward",
    axis: "Step by",
    axes: { passes: "passes", tokens: "tokens", time: "time" },
    speed: "Speed",
    position: "Position in the run",
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
  },

  why: whyTexts,

  charts: {
    heading: "Charts",
    table: "Show as table",
    empty: "Charts appear after the first run.",
    failed: "The charts could not be loaded. The tables below have the same figures.",
    tokensOverPasses: { title: "Tokens over passes", x: "passes of the model", y: "tokens" },
    tokensOverTime: { title: "Tokens over time", x: "milliseconds", y: "tokens" },
    acceptance: {
      title: "Acceptance by position in the draft",
      x: "position in the draft",
      y: "share accepted",
      none: "No lane here drafts.",
    },
    phases: { title: "Time by phase", x: "milliseconds", y: "lane" },
    quality: {
      title: "Likelihood against passes",
      x: "passes per 1000 tokens",
      y: "nats per token",
      none: "Appears once lanes are scored.",
    },
    phaseNames: { prefill: "prefill", decode: "decode", draft: "draft", verify: "verify", refine: "refine" },
    summaryTokens: (parts: readonly string[]) => parts.join("; ") + ".",
    laneTokens: (lane: string, tokens: number, passes: number) => `${lane}: ${tokens} tokens in ${passes} passes`,
    laneTime: (lane: string, tokens: number, time: string) => `${lane}: ${tokens} tokens in ${time}`,
    laneAcceptance: (lane: string, accepted: number, drafted: number) => `${lane}: ${accepted} of ${drafted} drafted tokens accepted`,
    laneQuality: (lane: string, nats: string, passes: string) => `${lane}: ${nats} nats per token at ${passes} passes per 1000 tokens`,
    lane: "lane",
    phase: "phase",
  },

  measure: {
    heading: "What do they cost here?",
    intro:
      "Pass counts are exact, but times depend on the device. This page runs the same lanes repeatedly, each alone and in a different order every round, and draws nothing in the meantime.",
    run: "Measure",
    change: "Change the lanes in Compare",
    about: (tokens: number, model: string) => `${tokens} tokens each, even if the text ends earlier, on ${model}, after the prompt:`,
    lanes: "Lanes",
    results: "Result",
    lane: "Lane",
    against: (first: string) => `Time per token against ${first}`,
    perToken: "ms per token",
    prompt: "ms for the prompt",
    passes: "passes",
    tokens: "tokens",
    first: "baseline",
    verdicts: { faster: "faster", slower: "slower", inconclusive: "inconclusive" } satisfies Readonly<
      Record<PairedRatio["verdict"], string>
    >,
    times: (ratio: number, [low, high]: readonly [number, number]) =>
      `${format.fine(ratio)} × (${format.fine(low)} to ${format.fine(high)})`,
    range: (median: number, min: number, max: number) => `${format.fine(median)} (${format.fine(min)} to ${format.fine(max)})`,
    span: (min: number, max: number) => (min === max ? format.integer(min) : `${format.integer(min)} to ${format.integer(max)}`),
    ofDraftModel: (passes: string) => `+ ${passes} by the draft model`,
    tooShort: "too short for this clock",
    none: "No round was completed, so there is no result.",
    rounds: (counted: number, planned: number) => `${counted} of ${planned} rounds count.`,
    stopped: "The measurement was stopped early.",
    few: (minimum: number) => `The result is inconclusive with fewer than ${minimum} rounds.`,
    voids: (count: number, reason: string) => `${count} ${count === 1 ? "round was" : "rounds were"} discarded: ${reason}.`,
    reasons: {
      hidden: "the page was hidden",
      drift: "the machine was faster or slower than usual",
      outlier: "a lane stalled",
      failed: "a lane failed",
    } satisfies Readonly<Record<VoidReason, string>>,
    conditions: (model: string, execution: string, tick: string, isIsolated: boolean) =>
      `${model} on ${execution}; clock steps of ${tick}, ${isIsolated ? "isolated" : "not isolated"}. Compare times only within one measurement.`,
    chart: "Each line is the 95 % interval of a ratio. An interval that contains 1 is inconclusive.",
    copy: "Copy as text",
    copied: "The result was copied to the clipboard.",
    notCopied: "The result could not be copied.",
    how: "How it is measured",
    procedure: [
      "The first round does not count: it compiles code and fills caches. Then at least six rounds follow, a multiple of the number of lanes. Each round starts with the next lane, so every lane runs equally often in each place. Each round uses a different seed.",
      "Before each lane, the model runs sixteen passes of one token. A round is discarded and repeated, at most three times, if these passes take over 15 % more or less than usual, or if a pass of a lane takes more than five times as long as usual. A round in which the page was hidden is always repeated.",
      "Times are measured inside the decoder, by the worker's clock. A ratio compares times per token within one round. The table shows its median over rounds and its interval from 2000 bootstrap resamples. If the interval contains 1, the result is inconclusive.",
    ],
  },

  plugin: {
    heading: "Add your own decoder",
    warning:
      "This runs code from the URL you enter, in its own worker. The code cannot access this page, but it runs in your browser: add only code you trust.",
    explain: "The URL of a self-contained ES module whose default export is a DecoderPlugin. The host must allow requests from this page.",
    template: "A template to start from",
    templateUrl: "./decoder-template.js",
    address: "Module URL",
    trust: "I trust this code",
    add: "Import and add",
    adding: "Importing …",
    added: (title: string) => `${title} was added.`,
    failed: (problem: string) => `The decoder could not be added. ${problem}`,
    taken: (name: string) => `A decoder named “${name}” already exists.`,
  },
  dialog: { close: "Close", apply: "Apply", reset: "Defaults" },
  notices: { heading: "Messages", dismiss: "Dismiss" },

  about: {
    heading: "About this page",
    language: "Language",
    sections: [
      [
        "What it is",
        "A language model assigns a probability to every possible next token. A decoder decides which tokens to emit, how many passes of the model that takes, and whether a choice can be taken back. This page runs decodekit's decoders side by side on a real model, in your browser, and shows what each one does to every token.",
      ],
      [
        "What is measured",
        "Lanes run one after another, each alone on the model, after a warm-up of eight tokens, and are shown side by side afterwards. Times are measured inside the decoder, by the worker's clock. Passes, tokens and acceptance are counted from the decoder's own events and equal those of the command “decodekit compare”. Times of one short run are noisy; pass counts are not.",
      ],
      [
        "Where it runs",
        "Everything runs in workers on this device. No prompt or text leaves it. The page contacts only its own host, unless you enter the URL of a model or a decoder. The embedded models run on the CPU through WebAssembly: a pass of so small a model takes less time than a GPU needs to start one. Larger models run on the GPU if there is one.",
      ],
      [
        "Offline",
        "After a visit, the page, its tour and its recorded runs work offline. To run the models offline, run them once, or keep them here: about 20 MB with the runtime. Stored files can be deleted here or in the browser's settings.",
      ],
    ] as readonly (readonly [string, string])[],
    stored: (bytes: string) => `Stored on this device: about ${bytes}.`,
    keep: "Keep the models for offline use",
    deleteStored: "Delete stored files",
    deleted: "Deleted.",
    isolated: (yes: boolean): string =>
      yes
        ? "This page is cross-origin isolated: clocks are precise and threads are allowed."
        : "This page is not cross-origin isolated yet; it will be after a reload.",
    keyboard: "Keyboard",
    keys: [
      ["Space", "play or pause, outside form fields"],
      ["← →", "one step back or forward; in a lane, to the previous or next token"],
      ["↑ ↓", "in a lane, to the same token of the previous or next lane"],
      ["Home End", "to the start or end"],
    ] as readonly (readonly [string, string])[],
    licences: "decodekit is MIT licensed, its models included. The story model was trained on TinyStories (CDLA-Sharing-1.0).",
  },
};
