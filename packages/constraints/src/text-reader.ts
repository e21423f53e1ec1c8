import { InvalidOptionError } from "@decodekit/core";

/** Reads the text of a grammar or pattern from left to right, and tells where it is wrong. */
export class TextReader {
  /** The characters, by code point. */
  readonly characters: readonly string[];
  position = 0;
  readonly #where: string;

  /** `where`: the called function, for errors. */
  constructor(where: string, source: string) {
    this.#where = where;
    this.characters = Array.from(source);
  }

  /** The next character; undefined at the end. */
  get next(): string | undefined {
    return this.characters[this.position];
  }

  /** Reads `expected`, of any number of characters, if it is next; returns whether it was. */
  take(expected: string): boolean {
    const wanted = Array.from(expected);
    if (!wanted.every((character, index) => this.characters[this.position + index] === character)) return false;
    this.position += wanted.length;
    return true;
  }

  /** Reads the longest run of characters that match; returns it. */
  takeWhile(matches: RegExp): string {
    const start = this.position;
    while (this.next !== undefined && matches.test(this.next)) this.position++;
    return this.characters.slice(start, this.position).join("");
  }

  /** Reads exactly `count` hexadecimal digits; returns their value. */
  hexadecimal(count: number): number {
    const digits = this.characters.slice(this.position, this.position + count).join("");
    if (digits.length !== count || !/^[0-9A-Fa-f]+$/.test(digits)) this.fail(`${count} hexadecimal digits`);
    this.position += count;
    return Number.parseInt(digits, 16);
  }

  /** Throws that something else is expected at `position`. @throws InvalidOptionError */
  fail(expected: string, position = this.position): never {
    const before = this.characters.slice(0, position).join("").split("\n");
    const option = `line ${before.length}, column ${Array.from(before.at(-1)!).length + 1}`;
    throw new InvalidOptionError({ where: this.#where, option, expected, actual: this.characters[position] ?? "the end" });
  }
}
