import { CallReader } from "./call-reader.ts";
import type { ReplyPart } from "./reply-part.ts";

/** The marks in an output, as they stand in its text. */
export interface OutputMarks {
  readonly reasoning: { readonly opening: string; readonly closing: string };
  /** Undefined if the model has no tools. */
  readonly calls?:
    | { readonly opening: string; readonly closing?: string | undefined; readonly bareOpening?: string | undefined }
    | undefined;
}

export interface OutputReaderOptions {
  readonly marks: OutputMarks;
  /** Whether the prompt ends within reasoning. */
  readonly isReasoning: boolean;
  readonly nextId: () => string;
  /** Replaces what stands for special tokens in the text of parts. */
  readonly withNames: (text: string) => string;
}

/** Where in the output the reader is. "start": before text, where reasoning or a call without a mark may begin. */
export type OutputPlace = "start" | "reasoning" | "text" | "calls";

const SEPARATORS = /^[\s[\],;]+/u;

/**
 * Reads the text of an output into parts, as it grows. The beginning of a mark is held back until it is certain, and so is space that
 * belongs to no part if a mark follows: before and after calls, and around reasoning.
 */
export class OutputReader {
  place: OutputPlace;
  readonly #options: OutputReaderOptions;
  readonly #parts: ReplyPart[] = [];
  #held = "";
  /** Whether space at the beginning of what follows is left out. */
  #skipsSpace: boolean;
  #mayReason: boolean;
  #call: { readonly reader: CallReader; readonly id: string } | undefined;

  constructor(options: OutputReaderOptions) {
    this.#options = options;
    this.#mayReason = !options.isReasoning;
    this.#skipsSpace = options.isReasoning;
    this.place = options.isReasoning ? "reasoning" : "start";
    if (options.isReasoning) this.#parts.push({ type: "reasoning-start" });
  }

  /** Adds text; returns the parts that have become certain. */
  push(text: string): readonly ReplyPart[] {
    this.#held += text;
    while (this.#step()) continue;
    return this.#parts.splice(0);
  }

  /** Returns the parts of what was held back. The reader is then at its end. */
  end(): readonly ReplyPart[] {
    if (this.#call) this.#leaveCall();
    else if (this.place === "reasoning") this.#reason(this.#held.trimEnd());
    else if (this.place !== "calls") this.#write(this.#held);
    if (this.place === "reasoning") this.#parts.push({ type: "reasoning-end" });
    this.#held = "";
    return this.#parts.splice(0);
  }

  /** Takes a step; returns whether another one may be possible with the same text. */
  #step(): boolean {
    switch (this.place) {
      case "start":
        return this.#start();
      case "reasoning":
        return this.#readReasoning();
      case "text":
        return this.#readText();
      default:
        return this.#readCalls();
    }
  }

  #start(): boolean {
    const { reasoning, calls } = this.#options.marks;
    const text = this.#held.trimStart();
    if (this.#mayReason && text.startsWith(reasoning.opening)) {
      this.#enter("reasoning", text.slice(reasoning.opening.length));
      this.#parts.push({ type: "reasoning-start" });
      this.#mayReason = false;
      return true;
    }
    if (calls?.bareOpening && text.startsWith(calls.bareOpening)) return this.#enter("calls", text);
    const openings = [this.#mayReason ? reasoning.opening : undefined, calls?.bareOpening, calls?.opening];
    if (openings.some((opening) => opening?.startsWith(text))) return calls?.opening === text && this.#enter("text", text);
    return this.#enter("text", this.#skipsSpace ? text : this.#held);
  }

  #readReasoning(): boolean {
    const { closing } = this.#options.marks.reasoning;
    const at = this.#held.indexOf(closing);
    if (at < 0) {
      this.#give(this.#certain([closing], true), (text) => this.#reason(text));
      return false;
    }
    this.#reason(this.#held.slice(0, at).trimEnd());
    this.#parts.push({ type: "reasoning-end" });
    this.#mayReason = false;
    return this.#enter("start", this.#held.slice(at + closing.length));
  }

  #readText(): boolean {
    const { calls } = this.#options.marks;
    const at = calls ? this.#held.indexOf(calls.opening) : -1;
    if (at < 0 || !calls) {
      this.#give(this.#certain(calls ? [calls.opening] : [], calls !== undefined), (text) => this.#write(text));
      return false;
    }
    this.#write(this.#held.slice(0, at).trimEnd());
    return this.#enter("calls", this.#held.slice(at + calls.opening.length));
  }

  #readCalls(): boolean {
    const { closing = "", opening } = this.#options.marks.calls!;
    if (this.#call) return this.#readCall();
    this.#held = this.#held.replace(SEPARATORS, "");
    if (this.#held === "") return false;
    if (this.#held.startsWith("{")) {
      this.#call = { reader: new CallReader(), id: this.#options.nextId() };
      return true;
    }
    for (const mark of [closing, opening]) {
      if (mark === "") continue;
      // Another call may follow, also without a mark that ends the one before.
      if (this.#held.startsWith(mark)) return this.#enter(mark === closing ? "text" : "calls", this.#held.slice(mark.length));
      if (mark.startsWith(this.#held)) return false;
    }
    return this.#enter("text", this.#held);
  }

  #readCall(): boolean {
    const { reader, id } = this.#call!;
    const { consumed, name, delta, isOver } = reader.push(this.#held);
    this.#held = this.#held.slice(consumed);
    if (name !== undefined) this.#parts.push({ type: "tool-call-start", id, name });
    if (delta !== "") this.#parts.push({ type: "tool-call-delta", id, text: this.#options.withNames(delta) });
    if (isOver) this.#leaveCall();
    return isOver;
  }

  /** Ends a call, which is not one if it has no name: then it is text. */
  #leaveCall(): void {
    const { reader, id } = this.#call!;
    this.#call = undefined;
    const { name } = reader;
    if (name === undefined) {
      this.#skipsSpace = false;
      this.#write(reader.text);
      return;
    }
    const text = this.#options.withNames(reader.arguments);
    this.#parts.push({ type: "tool-call-end", id, name, text, arguments: parsed(text) });
  }

  #enter(place: OutputPlace, held: string): true {
    this.#skipsSpace ||= place !== "text" || this.place === "calls";
    this.place = place;
    this.#held = held;
    return true;
  }

  /** Returns how much of the held text belongs to no mark that it may end with. */
  #certain(marks: readonly string[], holdsSpace: boolean): number {
    let end = this.#held.length;
    for (const mark of marks) {
      for (let length = Math.min(mark.length - 1, this.#held.length); length > 0; length--) {
        if (!this.#held.endsWith(mark.slice(0, length))) continue;
        end = Math.min(end, this.#held.length - length);
        break;
      }
    }
    return holdsSpace ? this.#held.slice(0, end).trimEnd().length : end;
  }

  #give(count: number, write: (text: string) => void): void {
    write(this.#held.slice(0, count));
    this.#held = this.#held.slice(count);
  }

  #reason(text: string): void {
    const more = this.#withoutSpace(text);
    if (more !== "") this.#parts.push({ type: "reasoning-delta", text: this.#options.withNames(more) });
  }

  #write(text: string): void {
    const more = this.#withoutSpace(text);
    if (more !== "") this.#parts.push({ type: "text-delta", text: this.#options.withNames(more) });
  }

  #withoutSpace(text: string): string {
    if (!this.#skipsSpace) return text;
    const more = text.trimStart();
    if (more !== "") this.#skipsSpace = false;
    return more;
  }
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // Some models write the arguments as text within text.
    return typeof value === "string" ? JSON.parse(value) : value;
  } catch {
    return undefined;
  }
}
