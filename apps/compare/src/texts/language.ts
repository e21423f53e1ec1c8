/** The languages of the page, in their own words. */
export const languages = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof languages;

const KEY = "language";

/** The language of this visit: the one that the visitor chose, else the browser's if the page has it, else English. */
export const language: Language = [chosen(), ...browserLanguages()].find(isLanguage) ?? "en";

/** Chooses the language of this and the next visits. It is shown once the page has been loaded again. */
export function chooseLanguage(next: Language): void {
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Without storage the page stays in the language of the browser.
  }
}

export function isLanguage(text: string | null): text is Language {
  return text !== null && Object.hasOwn(languages, text);
}

function chosen(): string | null {
  try {
    return globalThis.localStorage?.getItem(KEY) ?? null;
  } catch {
    return null;
  }
}

/** Outside a page, for example in a test, there is none. */
function browserLanguages(): readonly string[] {
  return globalThis.document ? navigator.languages.map((tag) => tag.split("-")[0]!) : [];
}
