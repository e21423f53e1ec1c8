import { finishes } from "../lab/race.ts";
import { texts } from "../texts/texts.ts";

const t = texts.race;

/** In which place a lane has finished the race, and its time. */
export function FinishPlace({ lane }: { readonly lane: number }) {
  const finish = finishes.value[lane];
  return (
    finish && (
      <strong class="finish-place" data-place={finish.place}>
        {t.finished(t.place(finish), finish.milliseconds)}
      </strong>
    )
  );
}
