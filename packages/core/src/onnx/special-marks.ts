/** Private-use characters that marks consist of. */
const START = "\uE000";
const END = "\uE001";

/**
 * Marks that stand for special tokens in a text: the run of start characters, the number of the token, and an end character. The run is
 * longer than any in the given texts, so no text can contain a mark.
 */
export class SpecialMarks {
  readonly #names: SpecialNames;
  readonly #run: string;

  /** `texts`: the texts that will be marked. */
  constructor(names: SpecialNames, texts: Iterable<string>) {
    this.#names = names;
    let longest = 0;
    for (const text of texts) for (const [run] of text.matchAll(/\uE000+/g)) longest = Math.max(longest, run.length);
    this.#run = START.repeat(longest + 1);
  }

  /** Identifies marks of the same form. */
  get runLength(): number {
    return this.#run.length;
  }

  /** Returns the mark of the special token `name`. */
  markOf(name: string): string {
    return `${this.#run}${this.#names.numberOf(name)}${END}`;
  }

  /** Replaces the names of special tokens by marks. If the end of `text` could become such a name with more text, marks it too. */
  mask(text: string): string {
    const masked = this.#names.replace(text, (name) => this.markOf(name));
    if (!this.#names.beginsOneAtEnd(masked)) return masked;
    const { length } = masked.trimEnd();
    return `${masked.slice(0, length)}${this.#run}${END}${masked.slice(length)}`;
  }

  /** Undoes `mask`, also in a text that contains masked ones. */
  unmask(text: string): string {
    return text.replace(this.#pattern(), (_, number: string) => this.#nameOf(number));
  }

  /** Turns names into marks, and the marks of `mask` into names. */
  exchange(text: string): string {
    let exchanged = "";
    let index = 0;
    for (const { 0: mark, 1: number, index: place } of text.matchAll(this.#pattern())) {
      exchanged += this.#names.replace(text.slice(index, place), (name) => this.markOf(name)) + this.#nameOf(number!);
      index = place + mark.length;
    }
    return exchanged + this.#names.replace(text.slice(index), (name) => this.markOf(name));
  }

  #pattern(): RegExp {
    return new RegExp(`${this.#run}(\\d*)${END}`, "g");
  }

  /** A mark without a number only separates. */
  #nameOf(number: string): string {
    return number === "" ? "" : this.#names.nameAt(Number(number));
  }
}

/** The names of a tokenizer's special tokens, and how to find them in a text. */
export class SpecialNames {
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #special: readonly string[];
  readonly #pattern: RegExp | undefined;
  #beginnings: ReadonlySet<string> | undefined;
  #longest = 0;

  /** `others`: names of tokens that are not special but that a text is split at, too. */
  constructor(special: readonly string[], others: readonly string[]) {
    this.#special = special;
    this.#numbers = new Map(special.map((name, number) => [name, number]));
    // The leftmost name is found, the longest of those that begin at the same place, as tokenizers do.
    const names = [...special, ...others].filter((name) => name !== "").toSorted((one, other) => other.length - one.length);
    if (special.length > 0) this.#pattern = new RegExp(names.map(escaped).join("|"), "g");
  }

  numberOf(name: string): number {
    return this.#numbers.get(name)!;
  }

  nameAt(number: number): string {
    return this.#special[number]!;
  }

  /** Replaces each name of a special token in `text`. */
  replace(text: string, replacement: (name: string) => string): string {
    if (!this.#pattern) return text;
    return text.replace(this.#pattern, (name) => (this.#numbers.has(name) ? replacement(name) : name));
  }

  /** Returns whether `text`, without spaces at its end, ends with the beginning of a special token's name. */
  beginsOneAtEnd(text: string): boolean {
    if (!this.#beginnings) {
      const beginnings = new Set<string>();
      for (const name of this.#special) for (let length = 1; length < name.length; length++) beginnings.add(name.slice(0, length));
      this.#beginnings = beginnings;
      for (const { length } of beginnings) this.#longest = Math.max(this.#longest, length);
    }
    const trimmed = text.trimEnd();
    for (let length = Math.min(this.#longest, trimmed.length); length > 0; length--) {
      if (this.#beginnings.has(trimmed.slice(-length))) return true;
    }
    return false;
  }
}

function escaped(name: string): string {
  return name.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
