import { DecodekitError, type DecodeEvent, type ErrorCode } from "@decodekit/core";

/** @throws Error with `what` when the condition does not hold. */
export function expect(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** @throws Error when the two do not look the same: arrays and typed arrays are compared item by item. */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  if (show(actual) !== show(expected)) throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** @throws Error when two decodes gave different events, times aside. */
export function expectSameEvents(actual: readonly DecodeEvent[], expected: readonly DecodeEvent[], what: string): void {
  for (let index = 0; index < Math.max(actual.length, expected.length); index++) {
    expectSame(withoutTime(actual[index]), withoutTime(expected[index]), `${what}: event ${index}`);
  }
}

/** Runs `action`, which must fail with an error of ours with `code`. */
export async function expectError(code: ErrorCode, action: () => Promise<unknown>, what: string): Promise<void> {
  const error = await failureOf(action, what);
  expect(DecodekitError.isInstance(error) && error.code === code, `${what}: expected an error with code ${code}, got ${String(error)}`);
}

/** What `action` fails with. @throws Error when it does not fail. */
export async function failureOf(action: () => Promise<unknown>, what: string): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error(`${what}: expected an error, but it ended well`);
}

function withoutTime(event: DecodeEvent | undefined): unknown {
  return event?.type === "forward-end" ? { ...event, milliseconds: 0 } : event;
}

function show(value: unknown): string {
  return (
    JSON.stringify(value, (_, item: unknown) =>
      ArrayBuffer.isView(item) ? Array.from(item as Int32Array | Float32Array, String) : item,
    ) ?? "nothing"
  );
}
