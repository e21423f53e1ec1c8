import { useEffect, useState } from "preact/hooks";
import { format, texts } from "../texts/en.ts";

const say = texts.about;

export function AboutPage() {
  return (
    <article class="prose">
      <h1>{say.heading}</h1>
      {say.sections.map(([heading, text]) => (
        <section key={heading}>
          <h2>{heading}</h2>
          <p>{text}</p>
        </section>
      ))}
      <Storage />
      <p class="hint">{say.isolated(globalThis.crossOriginIsolated)}</p>
      <h2>{say.keyboard}</h2>
      <dl class="keys">
        {say.keys.map(([keys, meaning]) => (
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
      <p class="hint">{say.licences}</p>
    </article>
  );
}

/** What the service worker keeps, and a way to be rid of it. */
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
      {bytes !== undefined && say.stored(format.megabytes(bytes))}{" "}
      <button type="button" onClick={() => void remove()}>
        {say.deleteStored}
      </button>{" "}
      <span role="status">{deleted && say.deleted}</span>
    </p>
  );
}
