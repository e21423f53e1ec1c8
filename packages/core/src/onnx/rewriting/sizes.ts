/** A size: a number, or a name or formula that stands for the same number wherever it occurs in a graph. */
export type Size = number | string;

/** Reads the name of a size: exporters name that of an attention's mask as a sum, "past_sequence_length + sequence_length". */
export function namedSize(name: string): Size {
  return sum(name.split(" + "));
}

/** Returns the sum, the same for the same terms in any order. */
export function sum(sizes: readonly Size[]): Size {
  const terms = sizes.flatMap(termsOf);
  const names = terms.filter((term) => typeof term === "string").toSorted();
  const number = terms.filter((term) => typeof term === "number").reduce((a, b) => a + b, 0);
  if (names.length === 0) return number;
  const all = number === 0 ? names : [...names, number];
  return all.length === 1 ? names[0]! : `(${all.join(" + ")})`;
}

/** Returns `from` less `size`, without the terms that both have. */
export function difference(from: Size, size: Size): Size {
  const left = [...termsOf(from)];
  const lacking: Size[] = [];
  for (const term of termsOf(size)) {
    const index = left.indexOf(term);
    if (index >= 0) left.splice(index, 1);
    else lacking.push(term);
  }
  if (lacking.every((term) => typeof term === "number")) return sum([...left, ...lacking.map((term) => -term)]);
  return `(${sum(left)} - ${sum(lacking)})`;
}

/** Returns the product, the same for the same factors in any order. */
export function product(sizes: readonly Size[]): Size {
  const factors = sizes.flatMap(factorsOf);
  const number = factors.filter((factor) => typeof factor === "number").reduce((a, b) => a * b, 1);
  const names = factors.filter((factor) => typeof factor === "string").toSorted();
  if (names.length === 0 || number === 0) return number;
  const all = number === 1 ? names : [number, ...names];
  return all.length === 1 ? names[0]! : `[${all.join(" × ")}]`;
}

/** Returns a product divided by some of its factors; undefined if it does not have them. */
export function quotient(from: Size, size: Size): Size | undefined {
  const left = [...factorsOf(from)];
  let [number, divisor] = [1, 1];
  for (const factor of factorsOf(size)) {
    const index = left.indexOf(factor);
    if (index >= 0) left.splice(index, 1);
    else if (typeof factor === "number") divisor *= factor;
    else return undefined;
  }
  for (const factor of left) if (typeof factor === "number") number *= factor;
  const whole = number / divisor;
  return Number.isInteger(whole) ? product([whole, ...left.filter((factor) => typeof factor === "string")]) : undefined;
}

/** Whether a name or formula stands for a size, which is not negative, and not for a difference. */
export function isSize(size: Size): boolean {
  return typeof size === "string" && !size.includes("-");
}

/** The terms of a sum. */
function termsOf(size: Size): readonly Size[] {
  if (typeof size === "number" || !size.startsWith("(") || size.includes("(", 1) || !size.includes(" + ")) return [size];
  return size.slice(1, -1).split(" + ").map(readTerm);
}

/** The factors of a product. */
function factorsOf(size: Size): readonly Size[] {
  if (typeof size === "number" || !size.startsWith("[") || size.includes("[", 1)) return [size];
  return size.slice(1, -1).split(" × ").map(readTerm);
}

function readTerm(term: string): Size {
  return /^-?\d+$/u.test(term) ? Number(term) : term;
}
