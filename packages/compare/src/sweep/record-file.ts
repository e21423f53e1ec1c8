import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { digestOf } from "./digest.ts";
import { lineOf, type SweepRecord } from "./record.ts";
import type { Put, RecordStore } from "./record-store.ts";
import { SweepError } from "./sweep-error.ts";

/**
 * A file of records, one per line. A record is written when its cell has ended, at the end of the file and at once, so that whatever ends the
 * process takes no other record with it. A line that was cut short is no record: its cell runs again.
 */
export class RecordFile implements RecordStore {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #known: Known;
  #writing: Promise<unknown> = Promise.resolve();

  /** Opens a file, or makes it. @throws SweepError if that is not possible. */
  static async open(path: string): Promise<RecordFile> {
    try {
      const file = await open(path, "a+");
      try {
        const { size } = await file.stat();
        const last = Buffer.alloc(1);
        if (size > 0) await file.read(last, 0, 1, size - 1);
        // Ends a line that was cut short, so that the next one is whole.
        if (size > 0 && last.toString() !== "\n") await file.appendFile("\n");
        const known: Known = { outcomes: new Map(), plan: "" };
        for await (const record of readRecords(path)) remember(known, record);
        return new RecordFile(path, file, known);
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      throw new SweepError(`${path} cannot be opened for results: ${(error as Error).message}`, { cause: error });
    }
  }

  private constructor(path: string, file: FileHandle, known: Known) {
    this.#path = path;
    this.#file = file;
    this.#known = known;
  }

  has(key: string): boolean {
    return this.#known.outcomes.has(key);
  }

  async put(record: SweepRecord): Promise<Put> {
    const line = lineOf(record);
    if (record.type === "plan" && line === this.#known.plan) return "same";
    const known = "key" in record ? this.#known.outcomes.get(record.key) : undefined;
    if (known !== undefined && (record.type !== "cell" || known === outcomeDigest(record))) return "same";
    await this.#append(line);
    if (known !== undefined) return "different";
    remember(this.#known, record);
    return "stored";
  }

  records(): AsyncIterable<SweepRecord> {
    return readRecords(this.#path);
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#file.close();
  }

  /** One line after another: two that are written at once could mix. */
  #append(line: string): Promise<void> {
    const writing = this.#writing.then(async () => {
      try {
        await this.#file.appendFile(`${line}\n`);
      } catch (error) {
        throw new SweepError(
          `${this.#path} cannot be written: ${(error as Error).message}. Every result before is in it. Make room, and run the same command again.`,
          { cause: error },
        );
      }
    });
    this.#writing = writing;
    return writing;
  }
}

/** Reads the records of a file. Skips lines that are not records, such as one that was cut short. */
export async function* readRecords(path: string): AsyncGenerator<SweepRecord, void, void> {
  for await (const line of createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Infinity })) {
    const record = parseRecord(line);
    if (record) yield record;
  }
}

const TYPES: ReadonlySet<SweepRecord["type"]> = new Set(["plan", "cell", "failure", "timing"]);

/** Returns the record in a line; undefined if it was cut short. Lines are written by this module alone: a whole one is right. */
function parseRecord(line: string): SweepRecord | undefined {
  try {
    const record = JSON.parse(line) as SweepRecord;
    return TYPES.has(record?.type) ? record : undefined;
  } catch {
    return undefined;
  }
}

interface Known {
  /** The digest of each outcome by its key; "" for a timing. */
  readonly outcomes: Map<string, string>;
  /** The line of the last plan. */
  plan: string;
}

function remember(known: Known, record: SweepRecord): void {
  if (record.type === "plan") known.plan = lineOf(record);
  if (record.type === "cell" && !known.outcomes.has(record.key)) known.outcomes.set(record.key, outcomeDigest(record));
  if (record.type === "timing") known.outcomes.set(record.key, "");
}

function outcomeDigest({ outcome }: SweepRecord & { readonly type: "cell" }): string {
  return digestOf(outcome).slice(0, 32);
}
