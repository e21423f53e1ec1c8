/** What a piece of text adds to a call. */
export interface CallProgress {
  /** Number of characters of the piece that belong to the call. */
  readonly consumed: number;
  /** The name, when it becomes known. */
  readonly name?: string | undefined;
  /** What is added to the text of the arguments. */
  readonly delta: string;
  readonly isOver: boolean;
}

const ARGUMENTS: ReadonlySet<string> = new Set(["arguments", "parameters"]);

/**
 * Reads the JSON object of a call, `{"name": …, "arguments": …}`, while it is written: its members may come in any order. Libraries that parse
 * JSON in pieces return values; a stream of calls consists of the text of the arguments, which only their place in the object tells.
 */
export class CallReader {
  /** Everything that belongs to the call so far. */
  text = "";
  name: string | undefined;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  /** Where the last string of the outermost object begins in `text`. */
  #stringStart = 0;
  /** The member of the outermost object whose value is being read; undefined within its name. */
  #key: string | undefined;
  #lastString = "";
  #arguments = "";
  /** Space that is part of the arguments only if more follows. */
  #space = "";
  /** How much of the arguments was returned. */
  #given = 0;

  push(piece: string): CallProgress {
    const hadName = this.name !== undefined;
    let consumed = 0;
    let isOver = false;
    while (consumed < piece.length && !isOver) isOver = this.#read(piece[consumed++]!);
    const delta = this.name === undefined ? "" : this.#arguments.slice(this.#given);
    this.#given += delta.length;
    return { consumed, delta, isOver, ...(!hadName && this.name !== undefined && { name: this.name }) };
  }

  /** The text of the arguments so far; that of an object without members if there are none. */
  get arguments(): string {
    return this.#arguments === "" ? "{}" : this.#arguments;
  }

  /** Reads one character; returns whether the object ends with it. */
  #read(character: string): boolean {
    this.text += character;
    if (this.#isInString) {
      this.#readInString(character);
      this.#keep(character);
      return false;
    }
    if (character === '"') {
      this.#isInString = true;
      if (this.#depth === 1) this.#stringStart = this.text.length - 1;
    } else if (character === ":" && this.#depth === 1) {
      this.#key = this.#lastString;
      return false;
    } else if (character === "," && this.#depth === 1) {
      this.#endMember();
      return false;
    } else if (character === "}" || character === "]") {
      this.#depth--;
      if (this.#depth === 0) this.#endMember();
      if (this.#depth === 0) return true;
    }
    this.#keep(character);
    if (character === "{" || character === "[") this.#depth++;
    return false;
  }

  #readInString(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (character === "\\") this.#isEscaped = true;
    else if (character === '"') {
      this.#isInString = false;
      if (this.#depth !== 1) return;
      this.#lastString = stringOf(this.text.slice(this.#stringStart));
      if (this.#key === "name") this.name = this.#lastString;
    }
  }

  #endMember(): void {
    this.#key = undefined;
    this.#space = "";
  }

  /** Adds a character of the outermost object's value to the arguments, if it is one of them. */
  #keep(character: string): void {
    if (this.#key === undefined || !ARGUMENTS.has(this.#key)) return;
    if (!this.#isInString && this.#depth === 1 && /\s/u.test(character)) {
      if (this.#arguments !== "") this.#space += character;
      return;
    }
    this.#arguments += this.#space + character;
    this.#space = "";
  }
}

function stringOf(literal: string): string {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return literal.slice(1, -1);
  }
}
