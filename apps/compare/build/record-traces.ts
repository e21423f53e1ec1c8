import type { Plugin } from "vite";
import { recordingOf } from "../src/tour/chapter.ts";
import { chapters, type TourScene } from "../src/tour/scenes.ts";
import { type WelcomeScene, welcomeRecording, welcomeScenes } from "../src/welcome/welcome-scenes.ts";
import { contradictions, type MeasuredScene, measureScene, racingLanes } from "./check-recordings.ts";
import { recordTrace } from "./record-trace.ts";
import { type RecordingModels, recordingModels } from "./recording-models.ts";

/** How often each lane is recorded; the median run is kept. */
const ROUNDS = { welcome: 5, tour: 2 };
/** On a busy machine, recording and measurement can differ by chance. */
const ATTEMPTS = 3;

/**
 * Runs the page's examples on the real models during the build, so that the page can show them before it loads a model. Measures the lanes
 * of the welcome scenes too, and fails the build if a recording shows another order than the measurement.
 */
export function recordTraces(): Plugin {
  return {
    name: "record-traces",
    apply: "build",
    async buildStart() {
      const models = recordingModels();
      const measured: MeasuredScene[] = [];
      const emit = (name: string, source: string): void => void this.emitFile({ type: "asset", fileName: `traces/${name}`, source });
      for (const scene of welcomeScenes) {
        const checked = await recordChecked(models, scene, (problem) => this.info(problem));
        emit(`${welcomeRecording(scene)}.jsonl`, checked.recording);
        measured.push(checked.measured);
      }
      emit("welcome-measured.json", compact(JSON.stringify(measured)));
      for (const scene of chapters.flatMap(({ scenes }) => scenes as readonly TourScene[]))
        emit(`${recordingOf(scene)}.jsonl`, compact(await recordTrace(models, scene.settings, { rounds: ROUNDS.tour })));
      await models.dispose();
    },
  };
}

interface Checked {
  readonly recording: string;
  readonly measured: MeasuredScene;
}

/** Records a scene and measures it. Repeats both while they contradict each other. @throws Error if they still do. */
async function recordChecked(models: RecordingModels, scene: WelcomeScene, report: (problem: string) => void): Promise<Checked> {
  for (let attempt = 1; ; attempt++) {
    const recording = compact(await recordTrace(models, scene.settings, { rounds: ROUNDS.welcome }));
    const measured = await measureScene(models, scene);
    const problems = contradictions(measured, racingLanes(recording));
    if (problems.length === 0) return { recording, measured };
    const all = problems.join("\n");
    if (attempt === ATTEMPTS)
      throw new Error(`The welcome recording shows another order than Measure, ${ATTEMPTS} times. Build again on a quiet machine.\n${all}`);
    report(`Recorded again, attempt ${attempt} of ${ATTEMPTS}: ${all}`);
  }
}

/** Rounds times and probabilities to four digits, which halves the size of a recording. */
function compact(recording: string): string {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  return recording.replaceAll(/^.+$/gm, (line) => JSON.stringify(JSON.parse(line, rounded)));
}
