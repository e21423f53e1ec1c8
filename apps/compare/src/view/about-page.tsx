import { useEffect, useState } from "preact/hooks";
import { format, texts } from "../texts/en.ts";

const t = texts.about;

export function AboutPage() {
  return (
    <article class="prose">
      <h1>{t.heading}</h1>
      {t.sections.map(([heading, text]) => (
        <section key={heading}>
          <h2>{heading}</h2>
          <p>{text}</p>
        </section>
      ))}
      <Storage />
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

/** The size of the stored files, and a button to delete them. */
function Storage() {
  const [bytes, setBytes] = useState<number>();
  const [deleted, setDeleted] = useState(false);
  useEffect(() => {
    void (navigator as Partial<Navigator>).storage?.estimate().then(({ usage }) => setBytes(usage));
  }, [deleted]);
  const remove = async (): Promise<void> => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("compare-")).map((name) => caches.delete(name)));
    setDeleted(true);
  };
  return (
    <p>
      {bytes !== undefined && t.stored(format.megabytes(bytes))}{" "}
      <button type="button" onClick={() => void remove()}>
        {t.deleteStored}
      </button>{" "}
      <span role="status">{deleted && t.deleted}</span>
    </p>
  );
}
