import type { Automaton } from "./automaton.ts";
import { byteClasses } from "./byte-classes.ts";
import { keptPlaces, tailPlaces } from "./place-kinds.ts";
import { shortestTexts } from "./shortest-texts.ts";

/** A place in a rule, and the call of that rule. */
export interface Item {
  readonly place: number;
  readonly call: Call;
}

/** A call of a rule, or several calls after which the same may follow. */
export interface Call {
  /** Unique in its parser. */
  readonly id: number;
  readonly rule: number;
  /** Where its callers go on. */
  returns: readonly Item[];
}

/** What may follow a text. The same object stands for all texts after which the same may follow, as far as the parser can tell. */
export interface ParserState {
  /** Whether the text is complete: it follows the grammar. */
  readonly accepts: boolean;
  /** Whether a text can be completed from here, token by token; false within a character that is only written as a whole. */
  readonly isLive: boolean;
  /** Items that read bytes. There are none if the text cannot go on. */
  readonly items: readonly Item[];
  /** States after one more byte by byte class; null if no text goes on with it, undefined if unknown yet. */
  readonly next: (ParserState | null | undefined)[];
}

/** A call that begins in the state that is being built. */
interface FreshCall extends Call {
  readonly direct: Item[];
  /** Callers that end with this call: their callers are its callers. */
  readonly tails: Call[];
}

const isFresh = (call: Call): call is FreshCall => "tails" in call;

/** States beyond which those of earlier texts are forgotten: at most some 100 MB. A JSON schema has a few hundred. */
const MAX_STATES = 50_000;

/**
 * Reads texts of a grammar byte by byte: a general parser (Scott and Johnstone 2010, "GLL parsing") whose states are values, so that a
 * state can be kept, shared and left in any order. States that nothing tells apart are one object with one table of next states, which makes
 * the parser a finite automaton, built on demand, wherever the grammar is regular. A call at the end of a rule returns to that rule's
 * callers, so that rules that repeat by recursion at the end take no memory.
 */
export class Parser {
  readonly #automaton: Automaton;
  readonly #shortest: Float64Array;
  readonly #isKept: Uint8Array;
  readonly #isTail: Uint8Array;
  readonly #classes: Uint8Array;
  readonly #whole: Call = { id: 0, rule: 0, returns: [] };
  #start: ParserState | undefined;
  #states = new Map<string, ParserState>();
  #calls = new Map<string, Call>();
  #nextId = 1;

  /** `isAvailable`: which bytes can be written one by one. Places from which no text can be completed are left out. */
  constructor(automaton: Automaton, isAvailable: (byte: number) => boolean = () => true) {
    this.#automaton = automaton;
    this.#shortest = shortestTexts(automaton, isAvailable);
    this.#isKept = keptPlaces(automaton, this.#shortest);
    this.#isTail = tailPlaces(automaton);
    this.#classes = byteClasses(automaton);
  }

  /** Number of bytes of the shortest text of the grammar; Infinity if there is none. */
  get shortestText(): number {
    return this.#shortest[this.#automaton.rules[0]!.start]!;
  }

  /** The state before the first byte. */
  get start(): ParserState {
    return (this.#start ??= this.#close([{ place: this.#automaton.rules[0]!.start, call: this.#whole }]));
  }

  /** Returns the state after one more byte, or undefined if no text goes on with it. */
  advance(state: ParserState, byte: number): ParserState | undefined {
    const known = state.next[this.#classes[byte]!];
    if (known !== undefined) return known ?? undefined;
    const next = this.#read(state, byte);
    state.next[this.#classes[byte]!] = next ?? null;
    return next;
  }

  /** Returns the only byte with which texts in this state go on, or undefined if there are several or none, or a text may end here. */
  onlyByte(state: ParserState): number | undefined {
    if (state.accepts) return undefined;
    let only: number | undefined;
    for (const { place } of state.items) {
      for (const { low, high, target } of this.#automaton.places[place]!.bytes) {
        if (!this.#isKept[target]) continue;
        if (low !== high || (only !== undefined && only !== low)) return undefined;
        only = low;
      }
    }
    return only;
  }

  #read(state: ParserState, byte: number): ParserState | undefined {
    const kernel: Item[] = [];
    for (const { place, call } of state.items)
      for (const { low, high, target } of this.#automaton.places[place]!.bytes)
        if (byte >= low && byte <= high && this.#isKept[target]) kernel.push({ place: target, call });
    return kernel.length === 0 ? undefined : this.#close(kernel);
  }

  /** Returns the state of items after a byte, before their skips, calls and returns. */
  #close(kernel: readonly Item[]): ParserState {
    const key = keyOf(kernel);
    const known = this.#states.get(key);
    if (known) return known;
    if (this.#states.size >= MAX_STATES) this.#forget();
    const { items, fresh } = this.#expand(kernel);
    const final = this.#canonical(fresh);
    const { rules } = this.#automaton;
    const accepts = items.some(({ place, call }) => call === this.#whole && place === rules[0]!.end);
    const state: ParserState = {
      accepts,
      isLive: accepts || items.some(({ place }) => this.#shortest[place]! < Infinity),
      items: items.flatMap(({ place, call }) => (this.#reads(place) ? [{ place, call: final.get(call) ?? call }] : [])),
      next: [],
    };
    this.#states.set(key, state);
    return state;
  }

  /** Returns whether a byte may follow at a place. */
  #reads(place: number): boolean {
    return this.#automaton.places[place]!.bytes.some(({ target }) => this.#isKept[target]);
  }

  #expand(kernel: readonly Item[]): { readonly items: readonly Item[]; readonly fresh: ReadonlyMap<number, FreshCall> } {
    const { places, rules } = this.#automaton;
    const items: Item[] = [];
    const seen = new Set<number>();
    const fresh = new Map<number, FreshCall>();
    const add = (place: number, call: Call): void => {
      const key = call.id * places.length + place;
      if (!this.#isKept[place] || seen.has(key)) return;
      seen.add(key);
      items.push({ place, call });
    };
    for (const { place, call } of kernel) add(place, call);
    // The list grows while it is read.
    for (const { place, call } of items) {
      const { skips, calls } = places[place]!;
      for (const target of skips) add(target, call);
      // A call that begins here has no returns yet: its end is the empty text, which the caller skips below.
      if (place === rules[call.rule]!.end) for (const back of call.returns) add(back.place, back.call);
      for (const { rule, target } of calls) {
        const start = rules[rule]!.start;
        if (Math.max(this.#shortest[start]!, this.#shortest[target]!) === Infinity) continue;
        const isNullable = this.#shortest[start] === 0;
        if (isNullable) add(target, call);
        let callee = fresh.get(rule);
        if (!callee) fresh.set(rule, (callee = { id: this.#nextId++, rule, returns: [], direct: [], tails: [] }));
        add(start, callee);
        if (this.#isTail[target] === 1 && call !== this.#whole) callee.tails.push(call);
        else callee.direct.push({ place: target, call });
      }
    }
    return { items, fresh };
  }

  /** Finds where the new calls return, and returns the call that stands for each of them. */
  #canonical(fresh: ReadonlyMap<number, FreshCall>): ReadonlyMap<Call, Call> {
    const final = new Map<Call, Call>();
    const open = new Set<Call>();
    const recursive = new Set<Call>();
    const finish = (call: Call): Call => {
      if (!isFresh(call)) return call;
      const known = final.get(call);
      if (known) return known;
      if (open.has(call)) {
        recursive.add(call);
        return call;
      }
      open.add(call);
      const returns = returnsOf(call).map(({ place, call: caller }) => ({ place, call: finish(caller) }));
      const key = `${call.rule} ${keyOf(returns)}`;
      // A call that returns to itself is like no other.
      const same = recursive.has(call) ? undefined : this.#calls.get(key);
      const result = same ?? { id: call.id, rule: call.rule, returns };
      if (!same && !recursive.has(call)) this.#calls.set(key, result);
      final.set(call, result);
      return result;
    };
    for (const call of fresh.values()) finish(call);
    // Returns within a recursion were found before their call was finished.
    if (recursive.size > 0)
      for (const call of final.values()) call.returns = call.returns.map((back) => ({ ...back, call: final.get(back.call) ?? back.call }));
    return final;
  }

  /** Forgets all states, which stay valid for those who hold them, so that they are built again. */
  #forget(): void {
    this.#states = new Map();
    this.#calls = new Map();
    this.#start = undefined;
  }
}

/** Where a new call returns: to its callers, and to the callers of those that end with it. */
function returnsOf(call: FreshCall): readonly Item[] {
  const items = new Map<string, Item>();
  const seen = new Set<Call>();
  const visit = (each: Call): void => {
    if (seen.has(each)) return;
    seen.add(each);
    for (const item of isFresh(each) ? each.direct : each.returns) items.set(`${item.place}:${item.call.id}`, item);
    if (isFresh(each)) for (const tail of each.tails) visit(tail);
  };
  visit(call);
  return [...items.values()];
}

function keyOf(items: readonly Item[]): string {
  if (items.length === 1) return `${items[0]!.place}:${items[0]!.call.id}`;
  const keys = items.map(({ place, call }) => `${place}:${call.id}`);
  return [...new Set(keys)].toSorted().join(" ");
}
