import { changeSettings } from "../../lab/documents.ts";
import { addressOf } from "../../lab/navigation.ts";
import { texts } from "../../texts/texts.ts";
import { suggestions } from "../../tour/scenes.ts";
import { writeLink } from "../../url/share-link.ts";

const t = texts.tour;

/** The end of the tour: the way to Compare, with three things to try. */
export function YourOwn() {
  return (
    <>
      <p>{t.ownIntro}</p>
      <ol class="suggestions">
        {t.own.map(({ id, title, text, action }) => (
          <li key={id}>
            <h2>{title}</h2>
            <p>{text}</p>
            <a class="button" href={id === "model" ? addressOf("compare") : writeLink(suggestions[id])}>
              {action}
            </a>
          </li>
        ))}
      </ol>
      <p>
        <a
          class="button primary"
          href={addressOf("compare")}
          // Compare is shown by the time that this listener, the last one, is called.
          onClick={() => addEventListener("hashchange", emptyPrompt, { once: true })}
        >
          {t.ownPrompt}
        </a>
      </p>
      <p>
        {t.ownDecoder} <a href={texts.plugin.templateUrl}>{texts.plugin.template}</a>
      </p>
    </>
  );
}

/** Empties the prompt and gives it the focus. The prompt before can be had back by undoing. */
function emptyPrompt(): void {
  changeSettings({ prompt: "" });
  // The page is drawn at the next turn.
  setTimeout(() => document.getElementById("prompt")?.focus());
}
