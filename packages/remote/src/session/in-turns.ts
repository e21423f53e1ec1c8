/** Returns a function that runs a call after those before it, once `check` has not thrown. A failed call does not affect the next one. */
export function inTurns(check: () => void): <Result>(call: () => Promise<Result>) => Promise<Result> {
  let before: Promise<unknown> = Promise.resolve();
  return async (call) => {
    check();
    const result = before.then(() => {
      check();
      return call();
    });
    before = result.catch(() => undefined);
    return result;
  };
}
