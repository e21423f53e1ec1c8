import { signal } from "@preact/signals";
import { route, settings, trace, traceOrigin } from "../lab/state.ts";
import { type Route, writeLink } from "../url/share-link.ts";
import { format, texts } from "../texts/en.ts";
import { Icon } from "./icons.tsx";

type Theme = "auto" | "light" | "dark";
const themes: readonly Theme[] = ["auto", "light", "dark"];
const theme = signal<Theme>(themes.find((each) => each === stored()) ?? "auto");
const icons = { auto: "auto", light: "sun", dark: "moon" } as const;

function stored(): string | null {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}

export function applyTheme(): void {
  document.documentElement.dataset["theme"] = theme.value;
  try {
    localStorage.setItem("theme", theme.value);
  } catch {
    // Without storage, the choice lasts until the page is closed.
  }
}

export function Header() {
  return (
    <header class="top">
      <a class="brand" href="#/">
        <svg viewBox="0 0 32 32" aria-hidden="true" class="logo">
          <rect x="2" y="6" width="8" height="8" rx="2" />
          <rect x="12" y="6" width="8" height="8" rx="2" class="soft" />
          <rect x="22" y="6" width="8" height="8" rx="2" class="open" />
          <rect x="2" y="18" width="8" height="8" rx="2" />
          <rect x="12" y="18" width="8" height="8" rx="2" />
          <rect x="22" y="18" width="8" height="8" rx="2" class="soft" />
        </svg>
        <span>
          decodekit <span class="brand-second">compare</span>
        </span>
      </a>
      <nav aria-label={texts.title}>
        {(Object.keys(texts.routes) as (keyof typeof texts.routes)[]).map((name) => (
          <a key={name} href={urlOf(name)} aria-current={route.value === name ? "page" : undefined}>
            {texts.routes[name]}
          </a>
        ))}
      </nav>
      <ModelChip />
      <button
        type="button"
        class="icon-button"
        aria-label={texts.theme[theme.value]}
        title={texts.theme[theme.value]}
        onClick={() => {
          theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
          applyTheme();
        }}
      >
        <Icon name={icons[theme.value]} />
      </button>
    </header>
  );
}

/** Returns the URL of a page. The links from compare to measure and back keep the settings. */
function urlOf(name: Route): string {
  if (name === "measure") return writeLink(settings.value, [], "measure");
  if (name === "compare") return route.value === "measure" ? writeLink(settings.value) : "#/";
  return `#/${name}`;
}

/** The model of the shown run. */
function ModelChip() {
  const shown = trace.value;
  if (!shown) return <span class="chip" />;
  const { name, parameters, execution } = shown.model;
  const text = `${name} · ${format.decimal(parameters / 1e6)} M · ${execution.toUpperCase()}`;
  return <span class="chip">{traceOrigin.value === "live" ? text : texts.lane.recorded(text)}</span>;
}
