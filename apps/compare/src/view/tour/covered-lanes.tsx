import { describeOptions } from "../../lab/describe-options.ts";
import { letters, markers, texts } from "../../texts/texts.ts";
import type { TourScene } from "../../tour/scenes.ts";
import { PromptText } from "../token-list.tsx";
import { tryMakeLane } from "../lane-card.tsx";

const t = texts.tour;

/** The lanes of a scene before the bet: what will run, and nothing of what came out. */
export function CoveredLanes({ scene: { settings } }: { readonly scene: TourScene }) {
  return (
    <>
      <p class="hint covered-note">{t.coveredAll}</p>
      <div class="lanes" data-count={settings.lanes.length} data-covered="">
        {settings.lanes.map(({ decoder }, index) => {
          const lane = tryMakeLane(decoder);
          return (
            <section key={index} class="lane" data-lane={index} aria-label={texts.lane.name(letters[index]!, lane?.plugin.title ?? "")}>
              <header class="lane-head">
                <h2>
                  <span class="marker" aria-hidden="true">
                    {markers[index]}
                  </span>
                  <span class="letter">{letters[index]}</span> {lane?.plugin.title}
                </h2>
                <p class="lane-options">{describeOptions(lane?.plugin.name ?? "", lane?.given ?? {})}</p>
              </header>
              <PromptText prompt={settings.prompt} />
              <p class="cover">{t.covered}</p>
            </section>
          );
        })}
      </div>
    </>
  );
}
