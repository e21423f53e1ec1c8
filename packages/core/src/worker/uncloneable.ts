/** A part of a value, and the path that leads to it. */
interface Part {
  readonly path: string;
  readonly value: unknown;
}

/** Returns the first part of `value` that cannot be sent to another thread, or undefined if all of it can. */
export function uncloneableIn(value: unknown, path: string, parents: readonly unknown[] = []): Part | undefined {
  if (canBeCloned(value) || parents.includes(value)) return undefined;
  for (const [key, member] of Object.entries(value as object)) {
    const found = uncloneableIn(member, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, [...parents, value]);
    if (found) return found;
  }
  return { path, value };
}

function canBeCloned(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
