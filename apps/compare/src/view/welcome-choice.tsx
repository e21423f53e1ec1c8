import { settings } from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import { writeLink } from "../url/share-link.ts";
import { isSceneOf, welcomeScenes } from "../welcome/welcome-scenes.ts";

const t = texts.differ.welcome;

/** Links to the recorded examples. */
export function WelcomeChoice() {
  return (
    <nav class="welcome-choice" aria-label={t.heading}>
      {welcomeScenes.map((scene) => (
        <a key={scene.name} href={writeLink(scene.settings)} aria-current={isSceneOf(scene, settings.value) ? "true" : undefined}>
          {t.scenes[scene.name]}
        </a>
      ))}
    </nav>
  );
}
