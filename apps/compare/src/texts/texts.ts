import { texts as en } from "./en.ts";
import { type Language, language } from "./language.ts";

/** The texts of one language. Every language has all of them: the compiler checks that. */
export type Texts = typeof en;

/** Other languages than English are fetched by those who read them. What they import must not import this module, which waits for them. */
const others: Readonly<Record<Exclude<Language, "en">, () => Promise<{ readonly texts: Texts }>>> = {
  de: () => import("./de.ts"),
};

/** The texts of the page, in the language of the visit; in English if that language cannot be fetched, as without a connection. */
export const texts: Texts =
  language === "en"
    ? en
    : await others[language]().then(
        (loaded) => loaded.texts,
        () => en,
      );

/** The language of `texts`. */
export const textLanguage: Language = texts === en ? "en" : language;

export { format } from "./format.ts";
export { letters, markers } from "./letters.ts";
