/** The colours of a picture, as CSS colours. Named as the custom properties of the page. */
const NAMES = [
  "page",
  "panel",
  "raised",
  "ink",
  "muted",
  "line",
  "line-strong",
  "committed",
  "committed-soft",
  "undone",
  "corrected",
  "revised",
  "mask-edge",
  "mask-hatch",
  "primary",
  "primary-soft",
  "differs",
  "differs-soft",
  "error",
  "error-soft",
  "lane-0",
  "lane-1",
  "lane-2",
  "lane-3",
  "lane-4",
  "lane-5",
] as const;

export type Palette = Readonly<Record<(typeof NAMES)[number], string>>;
export type Scheme = "light" | "dark";

/** Returns a palette whose colours `read` looks up by the names of their custom properties, such as "--ink". */
function paletteFrom(read: (property: string) => string): Palette {
  return Object.fromEntries(NAMES.map((name) => [name, read(`--${name}`)])) as Palette;
}

/** Reads the page's own colours, in the given scheme. */
export function pagePalette(scheme: Scheme): Palette {
  const probe = document.createElement("span");
  probe.style.colorScheme = scheme;
  document.body.append(probe);
  const palette = paletteFrom((property) => {
    probe.style.color = `var(${property})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return palette;
}

/** The scheme that the page is shown in. */
export function pageScheme(): Scheme {
  const { theme } = document.documentElement.dataset;
  if (theme === "light" || theme === "dark") return theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Reads colours from the text of a style sheet whose properties are `light-dark(#…, #…)`. @throws an Error if one is missing. */
export function styleSheetPalette(css: string, scheme: Scheme): Palette {
  return paletteFrom((property) => {
    const [, light, dark] = new RegExp(String.raw`${property}: light-dark\((#[\da-f]+), (#[\da-f]+)\)`).exec(css) ?? [];
    const found = scheme === "light" ? light : dark;
    if (found === undefined) throw new Error(`The style sheet has no colour ${property}.`);
    return found;
  });
}
