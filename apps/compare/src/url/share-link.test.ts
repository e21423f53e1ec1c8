import { seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { canMakeLane, makeLane, specificationOf } from "../lab/decoders.ts";
import { factsBefore } from "../models/model-facts.ts";
import { whyNot } from "../models/why-not.ts";
import { defaultSettings, type Settings } from "../url/settings.ts";
import { digestOf, readLink, writeLink } from "../url/share-link.ts";

const settings: Settings = {
  model: "https://example.org/models/a b?x=1&y=2",
  dtype: "q4f16",
  modelFile: "cpu/int 4/model.onnx",
  draftModel: "org/small@v1",
  hub: "https://mirror.example/hub",
  prompt: 'Quote " & <b>tag</b> # ? % ünï 🦊\nnext line',
  chat: "off",
  system: "Be kind & brief.",
  maxNewTokens: 17,
  seed: 2 ** 53 - 1,
  lanes: [
    { decoder: "greedy" },
    { decoder: "top-p:p=0.9,temperature=0.8", start: [17, 0, 4095] },
    { decoder: "speculative:drafter=ddtree" },
  ],
  execution: "webgpu",
};

describe("a share link", () => {
  test("restores every setting and the digests", () => {
    const location = readLink(writeLink(settings, ["0a1b2c3d", "ffffffff"]), canMakeLane);
    expect(location).toMatchObject({ route: "compare", chapter: 1, scene: 1, settings, digests: ["0a1b2c3d", "ffffffff"], ignored: [] });
  });

  test("omits defaults", () => {
    expect(writeLink(defaultSettings)).toBe("#/");
    expect(readLink("#/", canMakeLane).settings).toEqual(defaultSettings);
    expect(readLink("", canMakeLane).settings).toEqual(defaultSettings);
  });

  test("ignores and lists invalid parts", () => {
    const hostile = `#/?m=javascript:alert(1)&t=q5&h=https://a:b@c&n=1e9&s=-1&x=cuda&f=../x.onnx&a=local:mine&c=maybe&l=greedy&l=rm -rf&l=${"greedy&l=".repeat(99)}greedy&d=<script>&p=${"x".repeat(5000)}`;
    const { settings: read, digests, ignored } = readLink(hostile, canMakeLane);
    expect(read).toEqual({ ...defaultSettings, lanes: Array.from({ length: 5 }, () => ({ decoder: "greedy" })) });
    expect(digests).toEqual([]);
    expect(ignored.toSorted()).toEqual(["a", "c", "f", "h", "l", "m", "n", "p", "s", "t", "x"]);
  });

  test("reads any text without an error, into valid settings", () => {
    const random = seededRandom(11);
    const characters = "#/?&=%lmnpsxdfrcy:,.0129aeg<>\"'\\ ü🦊\u0000";
    for (let round = 0; round < 2000; round++) {
      const text = Array.from({ length: 1 + Math.floor(random.uniform() * 40) }, () =>
        characters.charAt(Math.floor(random.uniform() * characters.length)),
      );
      const { settings: read } = readLink(`#/${text.join("")}`, canMakeLane);
      expect(read.lanes.length).toBeGreaterThan(0);
      expect(read.maxNewTokens).toBeGreaterThan(0);
      expect(readLink(writeLink(read), canMakeLane).settings).toEqual(read);
    }
  });

  test("keeps an empty prompt, and option values of any characters", () => {
    const decoder = specificationOf("constrained", { kind: "regex", text: ' "a, b": [^\n]+\n=:#&%', draftForced: false });
    const odd = {
      ...defaultSettings,
      prompt: "",
      lanes: [{ decoder }, { decoder: specificationOf("constrained", { text: "yes, so\nno" }) }],
    };
    const { settings: read, ignored } = readLink(writeLink(odd), canMakeLane);
    expect(ignored).toEqual([]);
    expect(read).toEqual(odd);
  });

  test("names a repository of the hub", () => {
    const { settings: read, ignored } = readLink("#/?m=org/name@refs/pr/1&t=q4", canMakeLane);
    expect([read.model, read.dtype, read.hub, ignored]).toEqual(["org/name@refs/pr/1", "q4", "https://huggingface.co", []]);
    expect(readLink("#/?m=../name", canMakeLane).ignored).toEqual(["m"]);
  });

  test("leaves out the lanes that its model begins with, and no others", () => {
    for (const model of ["org/name", "answerdotai/ModernBERT-base", "stories"]) {
      const read = readLink(`#/?m=${model}`, canMakeLane).settings;
      for (const { plugin, options } of read.lanes.map(({ decoder }) => makeLane(decoder)))
        expect(whyNot(plugin, factsBefore(read), options)).toBeUndefined();
      expect(writeLink(read)).not.toContain("l=");
    }
    const lanes = readLink("#/?m=org/name&l=fast-dllm", canMakeLane).settings.lanes;
    expect(lanes).toEqual([{ decoder: "fast-dllm" }]);
    const story = { ...defaultSettings, model: "org/name" };
    expect(readLink(writeLink(story), canMakeLane).settings).toEqual(story);
  });

  test("selects the page", () => {
    expect(readLink("#/tour/3", canMakeLane)).toMatchObject({ route: "tour", chapter: 3, scene: 1 });
    expect(readLink("#/tour/6/2", canMakeLane)).toMatchObject({ route: "tour", chapter: 6, scene: 2 });
    expect(readLink("#/tour/100", canMakeLane)).toMatchObject({ route: "tour", chapter: 1 });
    expect(readLink(writeLink(settings, [], "measure"), canMakeLane)).toMatchObject({ route: "measure", settings, ignored: [] });
    expect(readLink(writeLink(settings, [], "sets"), canMakeLane)).toMatchObject({ route: "sets", settings, ignored: [] });
    expect(readLink("#/about", canMakeLane)).toMatchObject({ route: "about" });
    expect(readLink("#/nowhere", canMakeLane)).toMatchObject({ route: "compare", ignored: ["nowhere"] });
  });
});

test("a digest is FNV-1a of the ids as four little-endian bytes each", () => {
  // The digest of no tokens is the offset basis of 32-bit FNV-1a.
  expect(digestOf([])).toBe("811c9dc5");
  expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]));
});
