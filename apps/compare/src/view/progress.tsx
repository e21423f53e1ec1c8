import { type Activity, activity } from "../lab/state.ts";
import { letters, texts } from "../texts/en.ts";

const say = texts.activity;

/** What is going on, in words and bytes. */
export function Progress() {
  const now = activity.value;
  if (now.kind === "idle") return <p class="progress" aria-hidden="true" />;
  const bytes = now.kind === "loading" ? now.progress : undefined;
  const total = bytes?.totalBytes;
  return (
    <div class="progress">
      <span class="progress-label">
        {label()}
        {bytes && <span class="number"> {say.ofBytes(bytes.loadedBytes, total)}</span>}
      </span>
      <progress {...partDone(now)} aria-label={label()} />
    </div>
  );
}

function partDone(now: Activity): { readonly value?: number; readonly max?: number } {
  if (now.kind === "measuring") return { value: now.round, max: now.rounds + 1 };
  const bytes = now.kind === "loading" ? now.progress : undefined;
  return bytes?.totalBytes === undefined ? {} : { value: bytes.loadedBytes, max: bytes.totalBytes };
}

function label(): string {
  const now = activity.value;
  const lane = "lane" in now ? texts.lane.name(letters[now.lane]!, "").replace(/, $/, "") : "";
  switch (now.kind) {
    case "idle":
      return say.idle;
    case "loading":
      return say.loading;
    case "preparing":
      return say.preparing;
    case "warming-up":
      return say.warmingUp(lane);
    case "decoding":
      return say.decoding(lane);
    case "scoring":
      return say.scoring(lane);
    case "measuring":
      return now.round === 0 ? say.warmingUp(lane) : say.measuring(now.round, now.rounds, lane);
    default:
      return now satisfies never;
  }
}
