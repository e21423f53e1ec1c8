import { expect, test } from "vitest";
import { describeContent, indicatesAbsence } from "./file-content.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test.each([
  ["nothing", "", "it is empty"],
  ["text with line ends and tabs", "a\n\tb\r\n", String.raw`it has 6 bytes and begins with "a\n\tb\r\n"`],
  ["long text, of which 32 bytes are shown", "abcdefgh".repeat(5), `it has 40 bytes and begins with "${"abcdefgh".repeat(4)}"`],
  ["text whose first 32 bytes end within a character", `${"a".repeat(31)}é…`, `it has 36 bytes and begins with "${"a".repeat(31)}"`],
  ["text beyond ASCII", "größe", 'it has 7 bytes and begins with "größe"'],
])("%s is shown as text", (_what, text, expected) => {
  expect(describeContent({ bytes: bytesOf(text), answer: undefined })).toBe(expected);
});

test.each([
  ["a control character", Uint8Array.of(0x61, 0x07), "it has 2 bytes and begins with the bytes 61 07"],
  ["invalid UTF-8 in its middle", Uint8Array.of(0x61, 0xff, 0x62), "it has 3 bytes and begins with the bytes 61 ff 62"],
  ["more than 8 bytes", Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8), "it has 9 bytes and begins with the bytes 00 01 02 03 04 05 06 07"],
])("a file with %s is shown as bytes", (_what, bytes, expected) => {
  expect(describeContent({ bytes, answer: undefined })).toBe(expected);
});

test("the server's answer follows", () => {
  expect(describeContent({ bytes: bytesOf("a"), answer: "the server answered 200 OK" })).toBe(
    'it has 1 byte and begins with "a"; the server answered 200 OK',
  );
});

test.each([
  ["", true],
  ["<!doctype html>", true],
  [" \n<?xml?>", true],
  [`${" ".repeat(255)}<`, true],
  [`${" ".repeat(256)}<`, false],
  ["{}", false],
  ['{"a": "<html>"}', false],
])("a server's answer that begins with %j means absence: %j; a file without a server never does", (text, absent) => {
  expect(indicatesAbsence({ bytes: bytesOf(text), answer: "the server answered 200 OK" })).toBe(absent);
  expect(indicatesAbsence({ bytes: bytesOf(text), answer: undefined })).toBe(false);
});
