/** Registers one test, as `test` of Vitest, Jest and node:test does. It fails when `run` rejects. */
export type TestFunction = (name: string, run: () => Promise<void>) => unknown;

/** A check for which a kit function did not register a test. */
export interface Inapplicable {
  readonly title: string;
  /** Why, in words that follow "it". */
  readonly reason: string;
}

/** Which checks a kit function registered. */
export interface KitReport {
  /** Titles of the checks that have a test. */
  readonly checks: readonly string[];
  /** Checks that do not apply. They have no test; one test names them and checks that their reasons hold. */
  readonly inapplicable: readonly Inapplicable[];
}

/** A check to register. */
export interface Registration {
  readonly title: string;
  /** Returns why the check does not apply, or undefined; called at registration and again when the tests run. */
  readonly inapplicable: () => string | undefined;
  readonly run: () => Promise<void>;
}

/**
 * Registers a test for every check that applies, and one test that names the others with their reasons, so that none of them counts as
 * passed. That test fails when a reason no longer holds.
 */
export function registerChecks(test: TestFunction, registrations: readonly Registration[]): KitReport {
  const inapplicable: Inapplicable[] = [];
  const checks: string[] = [];
  for (const registration of registrations) {
    const { title } = registration;
    const reason = registration.inapplicable();
    if (reason !== undefined) {
      inapplicable.push({ title, reason });
      continue;
    }
    checks.push(title);
    test(title, registration.run);
  }
  if (inapplicable.length > 0) {
    const named = inapplicable.map(({ title, reason }) => `"${title}" (it ${reason})`);
    test(`does not apply: ${named.join("; ")}`, async () => checkReasons(registrations, inapplicable));
  }
  return { checks, inapplicable };
}

function checkReasons(registrations: readonly Registration[], inapplicable: readonly Inapplicable[]): void {
  for (const { title, reason } of inapplicable) {
    const now = registrations.find((registration) => registration.title === title)!.inapplicable();
    if (now !== reason)
      throw new Error(`"${title}" did not apply since it ${reason}; now ${now === undefined ? "it applies" : `it ${now}`}.`);
  }
}
