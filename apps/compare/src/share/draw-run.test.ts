import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { nodeCanvas } from "../../build/node-canvas.ts";
import type { CellState } from "../trace/cell.ts";
import type { LaneState } from "../trace/fold.ts";
import type { LaneTrace, Trace } from "../trace/trace.ts";
import { layOutRun, type RunPicture } from "./draw-run.ts";
import { type Palette, styleSheetPalette } from "./picture/palette.ts";
import { runPicture } from "./run-picture.ts";

const css = readFileSync(new URL("../styles/tokens.css", import.meta.url), "utf8");
const light = styleSheetPalette(css, "light");
const dark = styleSheetPalette(css, "dark");

const words = ["", " the", " quick", " brown", " fox", "\n", " jumps", "over", "."];
const laneOf = (title: string): LaneTrace => ({ specification: "greedy", title, options: { p: 0.9 }, seed: 0, events: [] });
const traceOf = (lanes: number, prompt = "Once upon a time"): Trace => ({
  model: { name: "m", execution: "wasm", parameters: 1, vocabSize: words.length, roles: ["causal"] },
  prompt,
  promptTokens: [],
  maxNewTokens: 8,
  vocabulary: new Map(words.map((word, id) => [id, word])),
  lanes: Array.from({ length: lanes }, (_, lane) => laneOf(`Lane ${lane}`)),
});
const empty = runPicture(traceOf(1), "passes", { place: 0, end: 0 }).states[0]!;

function stateOf(tokens: readonly number[], state: CellState = "plain", undone = 0): LaneState {
  return {
    ...empty,
    passes: 3,
    cells: tokens.map((token) => ({
      token,
      state,
      isFinal: true,
      pass: 1,
      changedAt: 3,
      by: { model: "causal", phase: "decode" },
      probability: 1,
    })),
    undone: new Map(
      undone > 0
        ? [
            [
              0,
              Array.from({ length: undone }, () => ({
                token: 1,
                pass: 1,
                by: { model: "none", phase: "lookup" },
                probability: 1,
                why: "rejected",
                undoneAtPass: 2,
              })),
            ],
          ]
        : [],
    ),
  };
}

const pictureOf = (states: readonly LaneState[], prompt?: string): RunPicture => ({
  trace: traceOf(states.length, prompt),
  states,
  caption: "pass 1 of 2",
  notes: [],
  differences: [],
  verdict: undefined,
});

/** Lays a picture out, draws it, and counts the pixels of each exact colour. */
function draw(picture: RunPicture, { width = 1080, palette = light } = {}) {
  const { height, rowHeights } = layOutRun(nodeCanvas(1, 1).pen, picture, { width, palette });
  const { canvas, pen } = nodeCanvas(width, height);
  layOutRun(pen, picture, { width, palette }).draw();
  const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const counts = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += 4) {
    const color = (pixels[at]! << 16) | (pixels[at + 1]! << 8) | pixels[at + 2]!;
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  const pixelsOf = (name: keyof Palette): number => counts.get(Number.parseInt(palette[name].slice(1), 16)) ?? 0;
  return { height, rowHeights, pixelsOf, pixels };
}

describe("a picture of a run", () => {
  test("shows every state of a token by its own mark", () => {
    const color = (state: CellState, name: keyof Palette): number => draw(pictureOf([stateOf([1, 2, 3], state)])).pixelsOf(name);
    const plain = (name: keyof Palette): number => color("plain", name);
    for (const [state, name] of [
      ["accepted", "committed"],
      ["revealed", "committed"],
      ["rejected", "undone"],
      ["corrected", "corrected"],
      ["revised", "revised"],
      ["forced", "primary-soft"],
      ["masked", "mask-edge"],
      ["masked", "mask-hatch"],
    ] as const) {
      // Edges of letters may have a colour by chance.
      expect(color(state, name), state).toBeGreaterThan(plain(name) + 20);
    }
    expect(color("proposed", "muted")).toBeGreaterThan(plain("muted") + 40);
    // An underline and an overline of the same colour are at different heights.
    expect(draw(pictureOf([stateOf([1], "accepted")])).pixels).not.toEqual(draw(pictureOf([stateOf([1], "revealed")])).pixels);
    expect(draw(pictureOf([stateOf([1], "plain", 1)])).pixelsOf("undone")).toBeGreaterThan(5);
    expect(draw(pictureOf([stateOf([1], "plain", 3)])).pixelsOf("undone")).toBeGreaterThan(
      draw(pictureOf([stateOf([1], "plain", 1)])).pixelsOf("undone"),
    );
  });

  test("tints what was unmasked in the last pass, and fades the marks of earlier ones", () => {
    const revealed = stateOf([1], "revealed");
    const old: LaneState = { ...revealed, cells: [{ ...revealed.cells[0]!, changedAt: 2 }] };
    expect(draw(pictureOf([old])).pixelsOf("committed-soft")).toBe(0);
    expect(draw(pictureOf([revealed])).pixelsOf("committed-soft")).toBeGreaterThan(100);
    expect(draw(pictureOf([old])).pixelsOf("committed")).toBe(0);
  });

  test("grows with its text and its lanes, and keeps the height that it is given", () => {
    const short = stateOf([1, 2]);
    const long = stateOf(Array.from({ length: 60 }, (_, at) => 1 + (at % 4)));
    const one = draw(pictureOf([short]));
    expect(draw(pictureOf([long])).height).toBeGreaterThan(one.height + 50);
    expect(draw(pictureOf([short, short, short])).rowHeights).toHaveLength(1);
    expect(draw(pictureOf([short, short, short, short])).rowHeights).toHaveLength(2);
    expect(draw(pictureOf([short, short]), { width: 400 }).rowHeights).toHaveLength(2);
    expect(draw(pictureOf([short], "word ".repeat(400))).height).toBe(draw(pictureOf([short], "word ".repeat(600))).height);
    const { rowHeights } = draw(pictureOf([long]));
    expect(layOutRun(nodeCanvas(1, 1).pen, pictureOf([short]), { width: 1080, palette: light, rowHeights }).rowHeights).toEqual(rowHeights);
  });

  test("has the colours of the page in both schemes, and those of its lanes", () => {
    const states = Array.from({ length: 6 }, () => stateOf([1]));
    for (const palette of [light, dark]) {
      const { pixelsOf } = draw(pictureOf(states), { palette });
      expect(pixelsOf("page")).toBeGreaterThan(10_000);
      expect(pixelsOf("panel")).toBeGreaterThan(10_000);
      for (const lane of [0, 1, 2, 3, 4, 5] as const) expect(pixelsOf(`lane-${lane}`), String(lane)).toBeGreaterThan(200);
    }
  });

  test("draws nothing beside its text, however long a word is", () => {
    const picture = pictureOf([stateOf([1])]);
    const long = { ...picture, trace: { ...picture.trace, prompt: "x".repeat(500), vocabulary: new Map([[1, ` ${"W".repeat(400)}`]]) } };
    const { height, pixels } = draw(long, { width: 500 });
    // The panel ends 28 pixels before the edge; the margin beside it stays empty.
    for (let y = 0; y < height; y++)
      for (let x = 474; x < 500; x++) expect([...pixels.subarray(4 * (y * 500 + x), 4 * (y * 500 + x) + 3)]).toEqual([255, 255, 255]);
  });

  test("marks the tokens that differ from other lanes, between two bars", () => {
    const picture = pictureOf([stateOf([1, 2, 3]), stateOf([1, 2, 3])]);
    const parts = [undefined, "first", "last"] as const;
    const { pixelsOf } = draw({
      ...picture,
      differences: [
        { parts: [], partsAt: undefined },
        { parts, partsAt: 1 },
      ],
    });
    expect(draw(picture).pixelsOf("differs-soft")).toBe(0);
    expect(pixelsOf("differs-soft")).toBeGreaterThan(500);
    const oneBar = draw({ ...picture, differences: [{ parts: ["first"], partsAt: 0 }] }).pixelsOf("differs");
    expect(oneBar).toBeGreaterThan(10);
    expect(pixelsOf("differs")).toBeGreaterThan(oneBar);
  });

  test("keeps room for what the run shows, and says it when it is over", () => {
    const picture = pictureOf([stateOf([1])]);
    const sentence = "Same text, 47 passes instead of 64.";
    const told = draw({ ...picture, verdict: { sentence, isTold: true } });
    const untold = draw({ ...picture, verdict: { sentence, isTold: false } });
    expect(told.height).toBe(untold.height);
    expect(told.height).toBeGreaterThan(draw(picture).height);
    expect(told.pixelsOf("ink")).toBeGreaterThan(untold.pixelsOf("ink") + 200);
  });

  test("shows a Sudoku as one square, with the digits that cannot be right together", () => {
    const clues = `1....2${".".repeat(30)}=`;
    const digits = new Map(
      [
        ["1", 1],
        ["2", 2],
        ["3", 3],
      ].map(([digit, id]) => [id as number, digit as string]),
    );
    const answer = (tokens: readonly number[]): RunPicture => {
      const picture = pictureOf([stateOf(tokens)], clues);
      return { ...picture, trace: { ...picture.trace, vocabulary: digits } };
    };
    const right = draw(answer([1, 3]));
    expect(right.height).toBeGreaterThan(draw(pictureOf([stateOf([1])])).height);
    expect(right.pixelsOf("error")).toBe(0);
    expect(draw(answer([1, 1])).pixelsOf("error")).toBeGreaterThan(40);
    expect(draw(answer([1, 1])).pixelsOf("error-soft")).toBeGreaterThan(500);
  });

  test("says how a lane failed", () => {
    const picture = pictureOf([stateOf([])]);
    const failed = { ...picture, trace: { ...picture.trace, lanes: [{ ...laneOf("Greedy"), error: "The device was lost." }] } };
    expect(draw(failed).pixelsOf("error")).toBeGreaterThan(draw(picture).pixelsOf("error") + 50);
  });
});
