import type { SceneRun } from "../../tour/scene-run.ts";

/** Checks a claim about a scene on its run. */
export type Check = (run: SceneRun) => void | Promise<void>;
export type Claims = Readonly<Record<string, Check>>;

/** Returns the parts of one lane that most checks read. */
export const laneOf = ({ trace, states, lanes }: SceneRun, index: number) => ({
  ...lanes[index]!,
  trace: trace.lanes[index]!,
  cells: states[index]!.cells.map((cell) => cell!),
  undone: [...states[index]!.undone.values()].flat(),
  drafts: states[index]!.drafts,
});

/** Returns what a lane wrote, with the tokens that it was given to start with. */
export const textOf = ({ lanes }: SceneRun, lane: number): string => lanes[lane]!.text;
