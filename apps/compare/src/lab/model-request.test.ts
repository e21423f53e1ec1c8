import { expect, test } from "vitest";
import { defaultSettings } from "../url/settings.ts";
import { connectionsOf, dtypeOf, placeOf } from "./model-request.ts";

const { hub } = defaultSettings;

test.each([
  ["stories", { kind: "embedded" }, []],
  [
    "org/name@v1",
    { kind: "hub", endpoint: hub, address: { repository: "org/name", revision: "v1" } },
    [hub, "https://*.huggingface.co", "https://*.hf.co"],
  ],
  ["https://example.org/m", { kind: "url", url: "https://example.org/m" }, ["https://example.org", "https:"]],
  ["http://127.0.0.1:8080/m", { kind: "url" }, ["http://127.0.0.1:*", "http://localhost:*"]],
  ["https://huggingface.co/datasets/a/b", { kind: "url" }, [hub, "https://*.huggingface.co", "https://*.hf.co"]],
])("%s comes from where it says, and nothing else may be asked", (model, place, connections) => {
  const found = placeOf({ model, hub });
  expect(found).toMatchObject(place);
  expect(connectionsOf(found)).toEqual(connections);
});

test("a mirror is asked in place of the Hub, and its storage may be anywhere", () => {
  const found = placeOf({ model: "org/name", hub: "https://mirror.example/hub" });
  expect(found).toMatchObject({ kind: "hub", endpoint: "https://mirror.example/hub" });
  expect(connectionsOf(found)).toEqual(["https://mirror.example", "https:"]);
});

test("files replace the model, and an embedded model has its own data type", () => {
  const files = placeOf({ model: "org/name", hub, files: [] });
  expect(files).toEqual({ kind: "files", files: [] });
  expect(connectionsOf(files)).toEqual([]);
  expect(dtypeOf({ dtype: "q4" }, files)).toBe("q4");
  expect(dtypeOf({ dtype: "auto" }, files)).toBeUndefined();
  expect(dtypeOf({ dtype: "q4" }, placeOf({ model: "stories", hub }))).toBeUndefined();
});
