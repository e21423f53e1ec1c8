import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { afterEach, describe, expect, test } from "vitest";
import { binary, canvasGraph, causalGraph, countingModel, json } from "../../support/counting-graph.ts";
import { bytesOf, onnxFile } from "../../support/onnx-writer.ts";
import { type Answer, answerWith, contentOf, notFound, type ServedFiles, serveModel } from "../../support/served-files.ts";

const PAGE = '<!doctype html>\n<html><body><div id="root"></div></body></html>';
const XML = '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>';

/** How servers answer for a missing file, and the error text when that file is required. */
const absences: readonly (readonly [what: string, answer: Answer, expected: string])[] = [
  ["404 Not Found", notFound, "was not found: the server answered 404 Not Found. The model needs this file."],
  ["410 Gone", answerWith(410, undefined, ""), "was not found: the server answered 410 Gone. The model needs this file."],
  [
    "403, as storage services do",
    answerWith(403, "application/xml", XML),
    "was not found: the server answered 403 Forbidden with application/xml. The model needs this file.",
  ],
  ["204 No Content", answerWith(204, undefined, ""), "was not found: the server answered 204 No Content. The model needs this file."],
  [
    "index.html with status 200",
    answerWith(200, "text/html; charset=utf-8", PAGE),
    `it has ${PAGE.length} bytes and begins with "<!doctype html>\\n<html><body><div"; the server answered 200 OK with text/html; charset=utf-8.`,
  ],
  [
    "a page without a type, after a byte order mark and space",
    answerWith(200, undefined, `\ufeff\n  ${PAGE}`),
    "; the server answered 200 OK.",
  ],
  [
    "XML with status 200",
    answerWith(200, "application/octet-stream", XML),
    'begins with "<?xml version=\\"1.0\\"?><Error><Cod"; the server',
  ],
  ["nothing with status 200", answerWith(200, "application/json", ""), "it is empty; the server answered 200 OK with application/json."],
];

let server: ServedFiles | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function load(answers: Readonly<Record<string, Answer>>, source = countingModel()): Promise<OnnxLanguageModel> {
  server = await serveModel(source, answers);
  return loadModel(server.url, { execution: "native", onWarning: ({ message }) => expect.fail(message) });
}

describe.each(absences)("a server that answers %s", (_what, answer, expected) => {
  test("does not have the optional files, and the model loads", async () => {
    const templates = { "chat_template.jinja": answer, "chat_template.json": answer };
    const model = await load({ "generation_config.json": answer, "tokenizer_config.json": answer, ...templates });
    expect(model.chat).toBeUndefined();
    expect(server!.asked).toContain("/m/chat_template.json");
    expect(server!.asked).toContain("/m/generation_config.json");
    expect(server!.asked).toContain("/m/tokenizer_config.json");
    await model.dispose();
  });

  test.each(["config.json", "tokenizer.json", "onnx/model.onnx"])("for %s is quoted", async (path) => {
    const error = await load({ [path]: answer }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "ModelLoadError", code: "MODEL_LOAD", source: `${server!.url}/${path}` });
    expect(String(error)).toContain(expected);
    expect(String(error)).not.toContain("cut short");
  });

  test("for the canvas graph that config.json declares is quoted", async () => {
    const error = await load({ "onnx/canvas.onnx": answer }, countingModel({ canvas: true })).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "ModelLoadError", source: `${server!.url}/onnx/canvas.onnx` });
    expect(String(error)).toContain(expected);
  });

  test("for the weights beside the graph is quoted", async () => {
    const error = await load({ "onnx/weights": answer }, withExternalWeights().source).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "ModelLoadError", source: `${server!.url}/onnx/weights` });
    expect(String(error)).toContain(expected);
  });
});

/** The counting model with one of its weights in the file "weights", after 4 other bytes. */
function withExternalWeights() {
  const { weights, ...graph } = causalGraph();
  const [first, ...others] = weights;
  const file = onnxFile({ ...graph, weights: [{ ...first!, external: { location: "weights", offset: 4 } }, ...others] });
  const { files } = countingModel();
  const content = Buffer.concat([Buffer.alloc(4), bytesOf(first!)]);
  return { content, source: { name: "external", files: { ...files, "onnx/model.onnx": binary(file), "onnx/weights": binary(content) } } };
}

test("an error for external weights that are too short states how many bytes are needed", async () => {
  const { content, source } = withExternalWeights();
  const error = await load({ "onnx/weights": answerWith(200, undefined, content.subarray(0, -1)) }, source).catch(
    (reason: unknown) => reason,
  );
  expect(String(error)).toContain(
    `/onnx/weights: is incomplete: onnx/model.onnx needs ${content.length} bytes of it, but it has ${content.length - 1} bytes`,
  );
});

test("an optional file that exists is read, whatever its content type", async () => {
  const model = await load({ "generation_config.json": answerWith(200, "text/html", '{"eos_token_id": 3}') });
  expect(model.stopTokens).toEqual([3]);
  await model.dispose();
});

test.each([
  ["500", answerWith(500, "text/plain", "broken"), "could not be read (the server answered 500 Internal Server Error with text/plain)."],
  ["205, which has no content", answerWith(205, undefined, ""), "could not be read (the server answered 205 Reset Content)."],
  ["599 without a reason phrase", (response) => void response.writeHead(599, "").end(), "could not be read (the server answered 599)."],
  ["401", answerWith(401, undefined, ""), "could not be read (the server answered 401 Unauthorized)."],
] as readonly (readonly [string, Answer, string])[])(
  "an optional file that is answered with %s stops the loading",
  async (_status, answer, expected) => {
    const error = await load({ "generation_config.json": answer }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "ModelLoadError", message: `${server!.url}/generation_config.json: ${expected}` });
  },
);

test("an error after a redirect names the final URL", async () => {
  const toLogin: Answer = (response) => void response.writeHead(302, { location: "/login" }).end();
  const error = await load({ "config.json": toLogin, "/login": answerWith(200, "text/html", PAGE) }).catch((reason: unknown) => reason);
  expect(String(error)).toContain(`the server answered 200 OK with text/html from ${new URL("/login", server!.url).href}.`);
});

test("an error for an interrupted transfer states how many bytes arrived", async () => {
  const content = contentOf(String(countingModel().files["tokenizer.json"]));
  const cut: Answer = (response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 20), () => response.destroy());
  };
  const error = await load({ "tokenizer.json": cut }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "ModelLoadError", source: `${server!.url}/tokenizer.json` });
  expect(String(error)).toMatch(new RegExp(`broke off after (0|20) of ${content.length} bytes \\(terminated: .+\\)\\.$`));
});

test("an interrupted transfer of unknown length is reported", async () => {
  const cut: Answer = (response) => void response.write("{", () => setTimeout(() => response.destroy(), 20));
  const error = await load({ "tokenizer.json": cut }).catch((reason: unknown) => reason);
  expect(String(error)).toMatch(/broke off after [01] of an unknown number of bytes \(terminated: .+\)\.$/);
});

test.each([
  [
    '{"model": {"type": "BPE"',
    "is not valid JSON (",
    '): it has 24 bytes and begins with "{\\"model\\": {\\"type\\": \\"BPE\\""; the server answered 200 OK',
  ],
  ["[]", "must hold a JSON object: it has 2 bytes", ""],
  ["null", "must hold a JSON object: it has 4 bytes", ""],
  ["7", "must hold a JSON object: it has 1 byte", ""],
])("a JSON file that holds %j is damaged", async (text, expected, alsoExpected) => {
  for (const path of ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"]) {
    const error = await load({ [path]: answerWith(200, "application/json", text) }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "ModelLoadError", source: `${server!.url}/${path}` });
    expect(String(error)).toContain(expected);
    expect(String(error)).toContain(alsoExpected);
    await server!.close();
  }
});

test("an HTML page or an empty file that did not come from a server is damaged", async () => {
  const { files } = countingModel();
  for (const content of ["data:text/html,<html></html>", "data:,"]) {
    const source = { name: "damaged", files: { ...files, "generation_config.json": content } };
    await expect(loadModel(source, { execution: "native" })).rejects.toMatchObject({
      name: "ModelLoadError",
      source: "damaged/generation_config.json",
    });
  }
});

test("when one file fails, the transfers of the others end, and no more progress is reported", async () => {
  let fail = (): void => undefined;
  const answers: Record<string, Answer> = {
    "tokenizer.json": (response, request) => void (fail = () => notFound(response, request)),
  };
  const closed = new Promise<void>((resolve) => {
    const endless: Answer = (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(new Uint8Array(1000)), 1);
      response.on("close", () => {
        clearInterval(timer);
        resolve();
      });
    };
    answers["onnx/model.onnx"] = endless;
  });
  server = await serveModel(countingModel(), answers);
  let pieces = 0;
  const loading = loadModel(server.url, {
    execution: "native",
    onProgress({ file }) {
      if (file === "onnx/model.onnx" && ++pieces === 3) fail();
    },
  });
  await expect(loading).rejects.toMatchObject({ source: `${server.url}/tokenizer.json` });
  const before = pieces;
  await closed;
  expect(pieces).toBe(before);
});

test("a server that cannot be reached is reported with the reason", async () => {
  server = await serveModel(countingModel(), {});
  const { url } = server;
  await server.close();
  const error = await loadModel(url, { execution: "native" }).catch((reason: unknown) => reason);
  expect(String(error)).toMatch(/could not be read \(fetch failed: .*ECONNREFUSED.*\)\.$/);
});

test("query and fragment of a folder's URL are kept for every file, with and without a trailing slash", async () => {
  server = await serveModel(countingModel(), {});
  for (const folder of [`${server.url}?token=x&y=1#part`, `${server.url}/?token=x&y=1#part`]) {
    server.asked.length = 0;
    const model = await loadModel(folder, { execution: "native" });
    expect(server.asked.toSorted()).toEqual(
      [
        "chat_template.jinja",
        "chat_template.json",
        "config.json",
        "generation_config.json",
        "onnx/model.onnx",
        "tokenizer.json",
        "tokenizer_config.json",
      ].map((path) => `/m/${path}?token=x&y=1`),
    );
    expect(model.name).toBe("m");
    await model.dispose();
    const error = await loadModel(folder, { execution: "native", modelFile: "a b?#.onnx" }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ source: `${server.url}/a%20b%3F%23.onnx?token=x&y=1#part` });
  }
});

test("a URL object is a folder too, and a name that is not valid percent-encoding is kept unchanged", async () => {
  server = await serveModel(countingModel(), {});
  const model = await loadModel(new URL(`${server.url}/`), { execution: "native" });
  await model.dispose();
  await expect(loadModel(new URL("/100%/", server.url), { execution: "native" })).rejects.toMatchObject({ name: "ModelLoadError" });
});

test("an error for a binary file in place of JSON shows its first bytes", async () => {
  const error = await load({ "config.json": answerWith(200, undefined, Uint8Array.of(0x1f, 0x8b, 8, 0)) }).catch(
    (reason: unknown) => reason,
  );
  expect(String(error)).toContain("it has 4 bytes and begins with the bytes 1f 8b 08 00; the server answered 200 OK.");
});

test("the length of a compressed transfer is not taken as the file's length", async () => {
  const { gzipSync } = await import("node:zlib");
  const content = contentOf(json({ eos_token_id: 2 }));
  const packed = gzipSync(content);
  const compressed: Answer = (response) =>
    void response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed);
  server = await serveModel(countingModel(), { "generation_config.json": compressed });
  const totals: (number | undefined)[] = [];
  const model = await loadModel(server.url, { execution: "native", onProgress: ({ totalBytes }) => totals.push(totalBytes) });
  expect(model.stopTokens).toEqual([2]);
  expect(totals.at(-1)).toBeUndefined();
  await model.dispose();
});

test("an abort ends a request that the server has not answered", async () => {
  const controller = new AbortController();
  let left!: (value: unknown) => void;
  const gone = new Promise((resolve) => (left = resolve));
  const never: Answer = (response) => {
    response.on("close", left);
    controller.abort(new Error("enough"));
  };
  server = await serveModel(countingModel(), { "tokenizer_config.json": never });
  await expect(loadModel(server.url, { execution: "native", signal: controller.signal })).rejects.toThrow("enough");
  await gone;
});

test("JSON that is not UTF-8 is damaged", async () => {
  const bytes = Uint8Array.of(...new TextEncoder().encode('{"a": "'), 0xff, ...new TextEncoder().encode('"}'));
  const error = await load({ "config.json": answerWith(200, undefined, bytes) }).catch((reason: unknown) => reason);
  expect(String(error)).toMatch(
    /config\.json: is not valid JSON \(.+\): it has 10 bytes and begins with the bytes 7b 22 61 22 3a 20 22 ff;/,
  );
});

test("a weights file that both graphs share is read once", async () => {
  const { name, files } = countingModel({ canvas: true });
  const { weights, ...graph } = canvasGraph();
  const shared = onnxFile({ ...graph, weights: weights.map((each) => ({ ...each, external: { location: "model.onnx", offset: 0 } })) });
  server = await serveModel({ name, files: { ...files, "onnx/canvas.onnx": binary(shared) } }, {});
  const model = await loadModel(server.url, { execution: "native" });
  expect(server.asked.filter((path) => path === "/m/onnx/model.onnx")).toHaveLength(1);
  expect(server.asked).toContain("/m/onnx/canvas.onnx");
  await model.dispose();
});
