import { expect, test } from "vitest";
import { UsageError } from "../usage-error.ts";
import { brokerKind, withoutPassword } from "./queue-url.ts";

test("the protocol of a URL says which database it is", () => {
  expect(["postgres://h/d", "postgresql://u:p@h:5/d", "redis://h:6379", "rediss://h"].map(brokerKind)).toEqual([
    "postgres",
    "postgres",
    "redis",
    "redis",
  ]);
  for (const url of ["", "h", "http://h", "postgres"]) expect(() => brokerKind(url), url).toThrow(UsageError);
});

test.each([
  ["postgres://user:secret@host/d", "postgres://user:***@host/d"],
  ["postgres://host/d?password=secret&user=u", "postgres://host/d?password=***&user=***"],
  ["redis://:secret@host:6379", "redis://:***@host:6379"],
  // No valid URL, since "/" ends the host.
  ["postgres://user:sec/secret@host/d", "postgres://***@host/d"],
  ["postgres://user:sec#secret@host/d", "postgres://***@host/d"],
])("no message has the password of %s", (url, shown) => {
  expect(withoutPassword(url)).toBe(shown);
});

test("the error for a password with a sign that URLs do not allow says how it is written", () => {
  expect(() => brokerKind("postgres://user:sec/secret@host/d")).toThrow("In a password, / # and ? are written %2F %23 %3F.");
  expect(() => brokerKind("postgres://user:sec/secret@host/d")).not.toThrow("secret");
});
