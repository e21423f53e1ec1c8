import { expect, test } from "vitest";
import { errorOfAnswer } from "./answer-errors.ts";

const errorOf = (status: number, headers: Record<string, string>, hasToken = false) =>
  errorOfAnswer("https://hub.example/a", new Response(null, { status, headers }), hasToken);

test.each([
  [{ "retry-after": "7" }, 7000],
  [{ "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, 0],
  [{ "retry-after": "soon" }, undefined],
  [{ ratelimit: '"resolvers";r=0;t=120' }, 120_000],
  [{}, undefined],
])("429 with %j is to be repeated after %s ms", (headers, milliseconds) => {
  expect(errorOf(429, headers as Record<string, string>)).toMatchObject({
    reason: "rate-limited",
    temporary: true,
    retryAfter: milliseconds,
  });
});

test.each([
  [408, true],
  [500, true],
  [503, true],
  [400, false],
  [405, false],
])("whether %s may pass: %s", (status, temporary) => {
  expect(errorOf(status, {})).toMatchObject({ reason: "server", temporary });
});

test("the advice depends on whether there is a token, and the server's words are quoted", () => {
  const headers = { "x-error-code": "GatedRepo", "x-error-message": "Access to model org/a is restricted." };
  expect(errorOf(403, headers).message).toBe(
    "https://hub.example/a: the server answered 403: Access to model org/a is restricted. " +
      "Accept its terms on its page of the hub. It needs a token of an account that may read it (option `token`; in Node also HF_TOKEN).",
  );
  expect(errorOf(403, headers, true).message).toContain("The token must belong to that account.");
});
