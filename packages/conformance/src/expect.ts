import { DecodekitError, type DecodeEvent, type ErrorCode } from "@decodekit/core";

/** @throws Error with `what` if the condition is false. */
export function expect(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** @throws Error if the two print differently: arrays and typed arrays are compared item by item. */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  if (show(actual) !== show(expected)) throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** @throws Error if two decodes emitted different events, times aside. */
export function expectSameEvents(actual: readonly DecodeEvent[], expected: readonly DecodeEvent[], what: string): void {
  for (let index = 0; index < Math.max(actual.length, expected.length); index++) {
    expectSame(withoutTime(actual[index]), withoutTime(expected[index]), `${what}: event ${index}`);
  }
}

/** Runs `action`, which must fail with a DecodekitError of this `code`. */
export async function expectError(code: ErrorCode, action: () => Promise<unknown>, what: string): Promise<void> {
  const error = await failureOf(action, what);
  expect(DecodekitError.isInstance(error) && error.code === code, `${what}: expected an error with code ${code}, got ${String(error)}`);
}

/** Returns the error that `action` fails with. @throws Error if it does not fail. */
export async function failureOf(action: () => Promise<unknown>, what: string): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error(`${what}: expected an error, but it succeeded`);
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
