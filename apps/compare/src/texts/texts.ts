import { texts as en } from "./en.ts";

/** The texts of one language. Every language has all of them: the compiler checks that. */
export type Texts = typeof en;

/** The texts of the page, in the language of the visit. */
export const texts: Texts = en;
export { format } from "./format.ts";
export { letters, markers } from "./letters.ts";
