import { namedModel } from "../models/named-model.ts";
import { type Activity, activity, settings } from "../lab/state.ts";
import { letters, texts } from "../texts/texts.ts";

const t = texts.activity;

/** The current activity, with the bytes loaded. */
export function Progress() {
  const now = activity.value;
  if (now.kind === "idle") return <p class="progress" aria-hidden="true" />;
  const bytes = now.kind === "loading" ? now.progress : undefined;
  const total = bytes?.totalBytes;
  return (
    <div class="progress">
      <span class="progress-label">
        {label()}
        {bytes && <span class="number"> {t.ofBytes(bytes.loadedBytes, total)}</span>}
      </span>
      <progress {...partDone(now)} aria-label={label()} />
    </div>
  );
}

function partDone(now: Activity): { readonly value?: number; readonly max?: number } {
  if (now.kind === "measuring" || now.kind === "running-set") return { value: now.round, max: now.rounds + 1 };
  const bytes = now.kind === "loading" ? now.progress : undefined;
  return bytes?.totalBytes === undefined ? {} : { value: bytes.loadedBytes, max: bytes.totalBytes };
}

function label(): string {
  const now = activity.value;
  const lane = "lane" in now ? texts.lane.name(letters[now.lane]!, "").replace(/, $/, "") : "";
  switch (now.kind) {
    case "idle":
      return t.idle;
    case "loading":
      return now.progress?.fromCache === false && namedModel(settings.value.model).kind === "hub" ? t.downloading : t.loading;
    case "preparing":
      return t.preparing;
    case "warming-up":
      return t.warmingUp(lane);
    case "decoding":
      return t.decoding(lane);
    case "scoring":
      return t.scoring(lane);
    case "measuring":
      return now.round === 0 ? t.warmingUp(lane) : t.measuring(now.round, now.rounds, lane);
    case "running-set":
      return now.round === 0 ? t.warmingUp(lane) : texts.sets.progress(now.round, now.rounds, lane);
    default:
      return now satisfies never;
  }
}
