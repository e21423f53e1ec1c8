import { texts } from "../texts/en.ts";

const states = ["proposed", "accepted", "rejected", "corrected", "masked", "revealed", "revised"] as const;

/** One sample of each mark. */
export function Legend() {
  return (
    <section class="legend" aria-label={texts.legend.heading}>
      <dl>
        {states.map((state) => (
          <div key={state}>
            <dt>
              <span class="token-sample" data-state={state}>
                {state === "masked" ? "\u2007\u2007\u2007\u2007" : texts.states[state]}
              </span>
            </dt>
            <dd>{texts.legend[state]}</dd>
          </div>
        ))}
        <div>
          <dt>
            <span class="notch" data-count="2" />
          </dt>
          <dd>{texts.legend.notch}</dd>
        </div>
      </dl>
    </section>
  );
}
