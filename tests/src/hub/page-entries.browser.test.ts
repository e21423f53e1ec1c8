import { expect, test } from "vitest";
import { cacheApiEntries } from "../../../packages/hub/src/cache/cache-api-entries.ts";
import { fileSystemEntries } from "../../../packages/hub/src/cache/file-system-entries.ts";

test.each([
  ["the origin private file system", fileSystemEntries],
  ["the Cache API", cacheApiEntries],
])("an entry in %s can be read while it is replaced", async (_place, open) => {
  const entries = (await open(`replaced-${Date.now()}`))!;
  await entries.write("folder/entry", new Blob(["text 0"]));
  const texts = Array.from({ length: 100 }, (_text, index) => `text ${index}`);
  let isWriting = true;
  const reading = Array.from({ length: 8 }, async () => {
    const seen: (string | undefined)[] = [];
    while (isWriting) seen.push(await entries.readText("folder/entry"));
    return seen;
  });
  for (let index = 0; index < texts.length; index += 2) {
    await Promise.all(texts.slice(index, index + 2).map((text) => entries.write("folder/entry", new Blob([text]))));
  }
  isWriting = false;
  for (const text of new Set((await Promise.all(reading)).flat())) expect(texts).toContain(text);
  expect(texts).toContain(await entries.readText("folder/entry"));
  expect(await entries.readText("folder/other")).toBeUndefined();
});
