import { appendFileSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";

interface Time {
  readonly what: string;
  readonly seconds: number;
}

/** Awaits `task` and notes how long it took, for the table at the end of the dry run. `work` is the folder of the dry run. */
export async function timed<T>(work: string, what: string, task: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await task();
  noteTime(work, { what, seconds: (performance.now() - started) / 1000 });
  return result;
}

/** Notes how long something took. */
export function noteTime(work: string, time: Time): void {
  appendFileSync(path.join(work, "times.jsonl"), `${JSON.stringify(time)}\n`);
}

/** Prints what was noted, and the whole time. Several things ran at once, so that the sum is more than the whole. */
export function reportTimes(work: string, total: number): void {
  const file = path.join(work, "times.jsonl");
  const lines = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
  const times = lines.map((line) => JSON.parse(line) as Time);
  const rows = [...times, { what: "the whole dry run", seconds: total }];
  console.log(`\nSeconds:\n${rows.map(({ what, seconds }) => `${seconds.toFixed(1).padStart(8)}  ${what}`).join("\n")}`);
}
