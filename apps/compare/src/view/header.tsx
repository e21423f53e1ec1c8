import { signal } from "@preact/signals";
import { addressOf } from "../lab/navigation.ts";
import { route, shownDocument } from "../lab/state.ts";
import { format, texts } from "../texts/texts.ts";
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
      <a class="brand" href={addressOf("compare")}>
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
          <PageLink key={name} name={name} />
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

function PageLink({ name }: { readonly name: keyof typeof texts.routes }) {
  const short = texts.shortRoutes[name];
  return (
    <a href={addressOf(name)} aria-label={texts.routes[name]} aria-current={route.value === name ? "page" : undefined}>
      <span class={short && "long-name"}>{texts.routes[name]}</span>
      {short && <span class="short-name">{short}</span>}
    </a>
  );
}

/** The model of the shown run. */
function ModelChip() {
  const { run } = shownDocument.value;
  if (!run) return <span class="chip" />;
  const { name, parameters, execution } = run.trace.model;
  const text = `${name} · ${format.decimal(parameters / 1e6)} M · ${execution.toUpperCase()}`;
  return <span class="chip">{run.origin === "live" ? text : texts.lane.recorded(text)}</span>;
}
