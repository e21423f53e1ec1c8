import { storiesDraft } from "@decodekit/tiny-models";
import { expect, test } from "vitest";
import { defaultSettings } from "../url/settings.ts";
import { connectionsOf, draftPlaceOf, fileOf, placeOf } from "./model-request.ts";

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

test("local files are asked for by name if they were not chosen in this visit", () => {
  expect(() => placeOf({ model: "local:mine", hub })).toThrow("This run used local files, “mine”. Choose them under Model");
});

test("local files need no connection", () => {
  const files = placeOf({ model: "local:mine", hub, files: [] });
  expect(files).toEqual({ kind: "files", name: "mine", files: [] });
  expect(connectionsOf(files)).toEqual([]);
});

test("a model file is asked for in place of a data type, and an embedded model has its own", () => {
  const place = placeOf({ model: "org/name", hub });
  expect(fileOf({ dtype: "q4", modelFile: "" }, place)).toEqual({ dtype: "q4" });
  expect(fileOf({ dtype: "auto", modelFile: "" }, place)).toEqual({});
  expect(fileOf({ dtype: "q4", modelFile: "onnx/other.onnx" }, place)).toEqual({ modelFile: "onnx/other.onnx" });
  expect(fileOf({ dtype: "q4", modelFile: "a.onnx" }, placeOf({ model: "stories", hub }))).toEqual({});
});

test("a draft model comes from the same hub, a URL or the page, or there is none", () => {
  const draftOf = (model: string, draftModel: string) => draftPlaceOf({ model, draftModel, hub });
  expect(draftOf("org/name", "")).toBeUndefined();
  expect(draftOf("puzzles", "")).toBeUndefined();
  expect(draftOf("org/name", "org/small")).toMatchObject({ kind: "hub", endpoint: hub, address: { repository: "org/small" } });
  expect(draftOf("org/name", "stories")).toMatchObject({ kind: "embedded", embedded: { name: "stories" } });
  expect(draftOf("stories", "")).toMatchObject({ kind: "embedded", embedded: { files: storiesDraft } });
  expect(draftOf("stories", "org/small")).toMatchObject({ kind: "hub" });
});
