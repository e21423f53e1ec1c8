import { useEffect, useState } from "preact/hooks";
import { isRunning } from "../lab/activity.ts";
import { keepOffline } from "../lab/keep-offline.ts";
import { endedRuns } from "../lab/state.ts";
import { chooseLanguage, isLanguage, languages } from "../texts/language.ts";
import { format, textLanguage, texts } from "../texts/texts.ts";
import { Progress } from "./progress.tsx";

const t = texts.about;

export function AboutPage() {
  return (
    <article class="prose">
      <h1>{t.heading}</h1>
      <LanguageChoice />
      {t.sections.map(([heading, text]) => (
        <section key={heading}>
          <h2>{heading}</h2>
          <p>{text}</p>
        </section>
      ))}
      <Storage />
      <Progress />
      <p class="hint">{t.isolated(globalThis.crossOriginIsolated)}</p>
      <h2>{t.keyboard}</h2>
      <dl class="keys">
        {t.keys.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p>
        <a href={texts.plugin.templateUrl}>{texts.plugin.template}</a>
      </p>
      <p class="hint">{t.licences}</p>
    </article>
  );
}

/** The languages of the page. Another one is shown by loading the page again, which keeps the run. */
function LanguageChoice() {
  return (
    <p class="language">
      <label for="language">{t.language}</label>
      <select
        id="language"
        value={textLanguage}
        onChange={({ currentTarget: { value } }) => {
          if (!isLanguage(value)) return;
          chooseLanguage(value);
          location.reload();
        }}
      >
        {Object.entries(languages).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </p>
  );
}

/** The size of the stored files, and a button to delete them. */
function Storage() {
  const [bytes, setBytes] = useState<number>();
  const [deleted, setDeleted] = useState(false);
  useEffect(() => {
    void (navigator as Partial<Navigator>).storage?.estimate().then(({ usage }) => setBytes(usage));
  }, [deleted, endedRuns.value]);
  const remove = async (): Promise<void> => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("compare-")).map((name) => caches.delete(name)));
    setDeleted(true);
  };
  return (
    <p>
      {bytes !== undefined && t.stored(format.megabytes(bytes))}{" "}
      <button type="button" disabled={isRunning()} onClick={() => void keepOffline().then(() => setDeleted(false))}>
        {t.keep}
      </button>{" "}
      <button type="button" disabled={isRunning()} onClick={() => void remove()}>
        {t.deleteStored}
      </button>{" "}
      <span role="status">{deleted && t.deleted}</span>
    </p>
  );
}
