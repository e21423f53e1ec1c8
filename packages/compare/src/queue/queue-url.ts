import { UsageError } from "../usage-error.ts";

/** What keeps the queue and the results. */
export type BrokerKind = "postgres" | "redis";

const KINDS: Readonly<Record<string, BrokerKind>> = {
  "postgres:": "postgres",
  "postgresql:": "postgres",
  "redis:": "redis",
  "rediss:": "redis",
};

/** Returns the kind of a queue's URL. @throws UsageError for another one. */
export function brokerKind(url: string): BrokerKind {
  const kind = URL.canParse(url) ? KINDS[new URL(url).protocol] : undefined;
  if (kind) return kind;
  throw new UsageError(
    `--queue must be a URL such as postgres://user:password@host/database or redis://host:6379, got ${withoutPassword(url)}. In a password, / # and ? are written %2F %23 %3F.`,
  );
}

/** Returns a URL for messages. */
export function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return url.replace(/\/\/.*@/su, "//***@");
  const parsed = new URL(url);
  if (parsed.password !== "") parsed.password = "***";
  for (const name of parsed.searchParams.keys()) parsed.searchParams.set(name, "***");
  return parsed.href;
}
