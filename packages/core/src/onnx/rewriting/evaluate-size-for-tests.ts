import type { Size } from "./sizes.ts";

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "×": (a, b) => a * b,
};

/** Returns the number that a formula such as "(a + [2 × b])" stands for. */
export function evaluateSize(size: Size, valueOf: (name: string) => number): number {
  if (typeof size === "number") return size;
  const parts = size.match(/[()[\]]|[^()[\]\s]+/gu)!;
  let at = 0;
  const read = (): number => {
    const part = parts[at++]!;
    if (part !== "(" && part !== "[") return /^-?\d+$/u.test(part) ? Number(part) : valueOf(part);
    let value = read();
    while (!")]".includes(parts[at]!)) {
      const operator = OPERATORS[parts[at++]!]!;
      value = operator(value, read());
    }
    at++;
    return value;
  };
  return read();
}
