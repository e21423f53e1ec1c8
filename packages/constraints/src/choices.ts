import { InvalidOptionError } from "@decodekit/core";
import { type Constraint, constraintOf } from "./constraint.ts";
import { choice, ROOT, text } from "./expression.ts";

/**
 * Creates a constraint to one of several texts, for example the labels of a classification. A text may begin with another one.
 * @throws InvalidOptionError unless `texts` is an array of at least one well-formed string without the empty one.
 */
export function choices(texts: readonly string[]): Constraint {
  const isText = (each: unknown): boolean => typeof each === "string" && each !== "" && !/\p{Surrogate}/u.test(each);
  if (!Array.isArray(texts) || texts.length === 0 || !texts.every(isText)) {
    const expected = "an array of at least one text, none of them empty or with half of a surrogate pair";
    const actual: unknown = Array.isArray(texts) && texts.length > 0 ? texts.find((each) => !isText(each)) : texts;
    throw new InvalidOptionError({ where: "choices", option: "texts", expected, actual });
  }
  return constraintOf("choices", new Map([[ROOT, choice(...[...new Set(texts)].map(text))]]));
}
