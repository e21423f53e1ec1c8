import { isPathWithin, isRepositoryName } from "./repository.ts";

/** A repository as a person names it. */
export interface HubAddress {
  /** "org/name" */
  readonly repository: string;
  /** Branch, tag or commit; undefined if none is named. */
  readonly revision?: string | undefined;
}

/** Parts of the URLs of a repository's pages and files that a revision follows. */
const BEFORE_REVISION = new Set(["tree", "blob", "resolve", "raw", "commit", "commits"]);
/** Beginnings of the URLs of what is not a model. */
const NO_MODELS = new Set(["api", "collections", "datasets", "docs", "organizations", "papers", "settings", "spaces"]);

/**
 * Reads the name of a model on a hub: "org/name", "org/name@revision", or the URL of one of its pages or files at `endpoint`, such as
 * "https://huggingface.co/org/name/tree/main", whose path within the repository is ignored. Returns undefined for anything else.
 */
export function readHubAddress(text: string, endpoint = "https://huggingface.co"): HubAddress | undefined {
  const named = /^([^/@:]+\/[^/@:]+)(?:@(.+))?$/u.exec(text.trim());
  return named ? addressOf(named[1], named[2]) : addressOfPage(text.trim(), endpoint);
}

function addressOfPage(text: string, endpoint: string): HubAddress | undefined {
  if (!URL.canParse(text) || !URL.canParse(endpoint)) return undefined;
  const [{ host, pathname }, hub] = [new URL(text), new URL(endpoint)];
  const root = hub.pathname.replace(/\/*$/u, "/");
  if (host.replace(/^www\./u, "") !== hub.host || !pathname.startsWith(root)) return undefined;
  const [org, name, before, revision] = pathname.slice(root.length).split("/").map(decoded);
  if (org === undefined || !name || NO_MODELS.has(org)) return undefined;
  return addressOf(`${org}/${name}`, before !== undefined && BEFORE_REVISION.has(before) && revision ? revision : undefined);
}

function addressOf(repository: string | undefined, revision: string | undefined): HubAddress | undefined {
  if (!isRepositoryName(repository) || (revision !== undefined && !isPathWithin(revision))) return undefined;
  return { repository, ...(revision !== undefined && { revision }) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
