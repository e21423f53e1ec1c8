/** One revision of a repository on a hub, as the user named it. */
export interface Repository {
  /** "org/name", or "name" for a repository without an organisation. */
  readonly name: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /** URL of the hub, without a trailing slash. */
  readonly endpoint: string;
}

const PART = String.raw`\w(?:[\w.-]*\w)?`;
const NAME = new RegExp(`^(?!.*(?:--|\\.\\.))${PART}(?:/${PART})?$`, "u");
const COMMIT = /^[0-9a-f]{40}$/u;

/** Returns whether `name` can be a repository's. Such a name is also safe as the name of a folder. */
export function isRepositoryName(name: unknown): name is string {
  return typeof name === "string" && NAME.test(name);
}

/** Returns whether `revision` is a full commit id, whose files never change. */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}

/** Returns whether `path` stays within its folder on every system: no "..", no empty part, no backslash, no drive. */
export function isPathWithin(path: unknown): path is string {
  return typeof path === "string" && path.split("/").every((part) => /^(?!\.{1,2}$)[^\\:\p{Cc}]+$/u.test(part));
}

/** Returns the URL of a file at a revision. */
export function resolveUrl({ endpoint, name }: Repository, revision: string, path: string): string {
  return `${endpoint}/${name}/resolve/${encodeURIComponent(revision)}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** Returns the URL of the list of a revision's files, with sizes and object ids. */
export function listingUrl({ endpoint, name, revision }: Repository): string {
  return `${endpoint}/api/models/${name}/revision/${encodeURIComponent(revision)}?blobs=true`;
}

/** Returns the name of the repository's folder in a cache, as huggingface_hub names it: "models--org--name". */
export function folderOf(name: string): string {
  return ["models", ...name.split("/")].join("--");
}

/** Returns the repository of a folder in a cache, or undefined if the folder is not that of a model. */
export function repositoryOf(folder: string): string | undefined {
  if (!folder.startsWith("models--")) return undefined;
  const name = folder.slice("models--".length).split("--").join("/");
  return isRepositoryName(name) ? name : undefined;
}
