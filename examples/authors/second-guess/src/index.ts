export { secondGuess } from "./second-guess.ts";
export type { SecondGuessOptions } from "./options.ts";
