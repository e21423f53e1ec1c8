import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { LoadModel } from "../load-models.ts";
import { alphabet, decodekit } from "./run-for-tests.ts";

afterEach(() => vi.unstubAllEnvs());

interface Answer {
  readonly choices: readonly { readonly text: string }[];
  readonly error?: { readonly message: string; readonly param: string | null; readonly code: string | null };
  readonly data: readonly { readonly id: string; readonly decoders: readonly string[] }[];
}

type Ask = (path: string, body?: object, headers?: Readonly<Record<string, string>>) => Promise<Answer>;

/** Runs the command on a free port, calls `talk` when it listens, and then presses Ctrl-C. */
async function serve<Said>(flags: readonly string[], talk: (ask: Ask, url: string) => Promise<Said>, load?: LoadModel) {
  let said: Promise<Said> | undefined;
  const outcome = await decodekit(["serve", "--port", "0", ...flags], {
    ...(load && { load }),
    onStderr(text, interrupt) {
      const [, url] = /^(http:\S+)\/v1 serves/m.exec(text) ?? [];
      if (url === undefined || said) return;
      const ask: Ask = async (path, body, headers) => {
        const init = body && { method: "POST", body: JSON.stringify(body) };
        const response = await fetch(`${url}${path}`, { ...init, headers: { "content-type": "application/json", ...headers } });
        return (await response.json()) as Answer;
      };
      said = talk(ask, url).finally(interrupt);
      said.catch(() => undefined);
    },
  });
  return { ...outcome, said: await said! };
}

const PROMPT = { model: "alphabet", prompt: "abc", max_tokens: 3 };

describe("decodekit serve", () => {
  test("says where it listens and how to call it, answers, and ends with Ctrl-C", async () => {
    let open = 0;
    const load: LoadModel = async () => ({ ...alphabet(), dispose: async () => void open-- });
    const counted: LoadModel = async (...args) => {
      open++;
      return load(...args);
    };
    const { exitCode, stdout, stderr, said } = await serve(["--log"], (ask) => ask("/v1/completions", PROMPT), counted);
    expect([exitCode, stdout, open]).toEqual([0, "", 0]);
    expect(said.choices[0]!.text).toBe("def");
    expect(stderr).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1 serves alphabet to clients of the OpenAI API; decoders: plain, speculative$/m);
    expect(stderr).toMatch(/^curl http:\/\/127\.0\.0\.1:\d+\/v1\/completions -H "content-type: application\/json" \\$/m);
    expect(stderr).toMatch(/^POST \/v1\/completions 200 \d+ ms$/m);
    expect(stderr).toContain("Closing; Ctrl-C ends it at once.");
  });

  test("offers decoders by name, of which those that sample follow the request", async () => {
    const flags = ["--decoder", "drafts=speculative:drafter=prompt-lookup", "--decoder", "greedy", "--name", "letters"];
    const ask = { ...PROMPT, model: "letters", temperature: 0.5 };
    const { said } = await serve(flags, async (call) => [
      await call("/v1/models"),
      await call("/v1/completions", ask),
      await call("/v1/completions", { ...ask, decoder: "plain" }),
      await call("/v1/completions", { ...ask, decoder: "greedy" }),
      await call("/v1/completions", { ...PROMPT, model: "letters", decoder: "greedy" }),
    ]);
    expect(said[0]!.data).toMatchObject([{ id: "letters", decoders: ["drafts", "greedy", "plain"] }]);
    expect([said[1]!.choices[0]!.text, said[2]!.choices[0]!.text, said[4]!.choices[0]!.text]).toEqual(["def", "def", "def"]);
    expect(said[3]!.error).toMatchObject({ param: "temperature" });
  });

  test("takes a key and limits", async () => {
    vi.stubEnv("DECODEKIT_API_KEY", "from-the-environment");
    const limits = ["--max-new-tokens", "2", "--max-prompt-tokens", "3"];
    const key = { authorization: "Bearer from-the-environment" };
    const { said, stderr } = await serve(limits, async (ask) => [
      await ask("/v1/completions", PROMPT),
      await ask("/v1/completions", PROMPT, key),
      await ask("/v1/completions", { ...PROMPT, max_tokens: 2 }, key),
      await ask("/v1/completions", { ...PROMPT, prompt: "abcd", max_tokens: 2 }, key),
    ]);
    expect(said.map(({ error }) => error?.code)).toEqual(["invalid_api_key", "invalid_value", undefined, "context_length_exceeded"]);
    expect(stderr).toContain('-H "authorization: Bearer $DECODEKIT_API_KEY"');
  });

  test("on loopback answers to the names of loopback only", async () => {
    const statusFor = (url: string, host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        get(`${url}/health`, { headers: { host } }, ({ statusCode }) => resolve(statusCode)).on("error", reject);
      });
    const { said } = await serve([], async (_, url) => [await statusFor(url, "localhost:1"), await statusFor(url, "elsewhere.example")]);
    expect(said).toEqual([200, 403]);
  });

  test("warns where others can reach it without a key", async () => {
    const { stderr } = await serve(["--host", "0.0.0.0"], (ask) => ask("/v1/models"));
    expect(stderr).toMatch(/^Whoever reaches http:\/\/0\.0\.0\.0:\d+ can use the model: --api-key asks for a key\.$/m);
  });

  test.each([
    [["--decoder", "nothing"], "--decoder nothing: decoder must be one of greedy, "],
    [["--decoder", "greedy", "--decoder", "greedy"], 'there is already a decoder named "greedy". Name it otherwise: other=greedy'],
    [["--decoder", "speculative:drafter=draft-model"], "alphabet has no draft model, which this decoder requires."],
    [["--port", "x"], "It must be an integer >= 0."],
    [["--port", "70000"], "--port: must be an integer in [0, 65535]."],
  ])("%j is a usage error", async (flags, message) => {
    const { exitCode, stderr } = await decodekit(["serve", ...flags]);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });

  test("a port that is taken is a usage error", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => void taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const { exitCode, stderr } = await decodekit(["serve", "--port", String(port)]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`cannot listen at 127.0.0.1, port ${port} (EADDRINUSE).`)]);
    await new Promise((resolve) => taken.close(resolve));
  });
});
