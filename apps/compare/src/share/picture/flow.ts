import { type Pen, widthOf } from "./pen.ts";

/** A piece of flowing text: a token, or a word. */
export interface Piece {
  /** White space before the marks, where a line may break. */
  readonly lead: string;
  /** May contain line breaks. */
  readonly body: string;
  readonly font: string;
  /** Kept free after the body, which the next line does not take over. */
  readonly after?: number | undefined;
  /** Drawn without a body of its own, for example a mask. */
  readonly width?: number | undefined;
}

/** A part of a piece on one line. */
export interface Fragment<Of extends Piece> {
  readonly piece: Of;
  readonly text: string;
  readonly x: number;
  readonly line: number;
  /** Without what is kept free after it. */
  readonly width: number;
  readonly isLast: boolean;
}

interface Word<Of extends Piece> {
  readonly space: number;
  readonly parts: readonly { readonly piece: Of; readonly text: string; readonly isLast: boolean }[];
  readonly endsLine: boolean;
}

/**
 * Breaks pieces into lines of at most `width`, at white space, or within a word that is longer than a line. Every line break of a body
 * begins a new line.
 */
export function flow<Of extends Piece>(
  pen: Pen,
  pieces: readonly Of[],
  width: number,
): { readonly fragments: readonly Fragment<Of>[]; readonly lines: number } {
  const fragments: Fragment<Of>[] = [];
  let x = 0;
  let line = 0;
  const advance = (piece: Of, text: string): number => piece.width ?? widthOf(pen, piece.font, text);
  const put = (piece: Of, text: string, isLast: boolean): void => {
    const own = advance(piece, text);
    fragments.push({ piece, text, x, line, width: own, isLast });
    x += own + (isLast ? (piece.after ?? 0) : 0);
  };
  const breakLine = (): void => {
    line++;
    x = 0;
  };
  for (const { space, parts, endsLine } of wordsOf(pen, pieces)) {
    const total = parts.reduce((sum, { piece, text, isLast }) => sum + advance(piece, text) + (isLast ? (piece.after ?? 0) : 0), 0);
    if (x > 0 && x + space + total > width) breakLine();
    else if (x > 0) x += space;
    for (const { piece, text, isLast } of parts) {
      if (x + advance(piece, text) <= width || piece.width !== undefined) put(piece, text, isLast);
      else {
        for (const [start, end, ends] of pieced(
          text,
          (from, to) => x + advance(piece, text.slice(from, to)) <= width,
          () => x > 0 && breakLine(),
        ))
          put(piece, text.slice(start, end), isLast && ends);
      }
    }
    if (endsLine) breakLine();
  }
  return { fragments, lines: line + 1 };
}

/** Cuts a text that is longer than a line into parts that fit. `next` begins another line. */
function* pieced(
  text: string,
  fits: (from: number, to: number) => boolean,
  next: () => void,
): Generator<readonly [start: number, end: number, isLast: boolean]> {
  let start = 0;
  let end = 0;
  for (const character of text) {
    const after = end + character.length;
    if (!fits(start, after)) {
      if (end > start) yield [start, end, false];
      next();
      start = end;
    }
    end = after;
  }
  yield [start, end, true];
}

/** Joins pieces without white space between them into words, and ends a word at each line break. */
function* wordsOf<Of extends Piece>(pen: Pen, pieces: readonly Of[]): Generator<Word<Of>> {
  let space = 0;
  let parts: { piece: Of; text: string; isLast: boolean }[] = [];
  for (const piece of pieces) {
    if (piece.lead !== "" && parts.length > 0) {
      yield { space, parts, endsLine: false };
      parts = [];
      space = 0;
    }
    if (piece.lead !== "") space = widthOf(pen, piece.font, piece.lead);
    const lines = piece.body.split("\n");
    for (const [index, text] of lines.entries()) {
      const isLast = index === lines.length - 1;
      if (text !== "" || piece.width !== undefined)
        parts.push({ piece, text, isLast: isLast || lines.slice(index + 1).every((line) => line === "") });
      if (isLast) continue;
      yield { space, parts, endsLine: true };
      parts = [];
      space = 0;
    }
  }
  if (parts.length > 0) yield { space, parts, endsLine: false };
}
