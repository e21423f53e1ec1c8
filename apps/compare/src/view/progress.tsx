import { activity } from "../lab/state.ts";
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
      <progress {...(bytes && total !== undefined ? { value: bytes.loadedBytes, max: total } : {})} aria-label={label()} />
    </div>
  );
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
    default:
      return now satisfies never;
  }
}
