import { useEffect, useRef, useState } from "preact/hooks";
import { describeError } from "../../lab/describe-error.ts";
import { fileName } from "../../lab/files.ts";
import { saveFile } from "../../lab/save-file.ts";
import * as state from "../../lab/state.ts";
import { canEncodeWebm } from "../../share/export/can-encode-webm.ts";
import type { ExportOptions, PictureSource } from "../../share/export/canvas.ts";
import { pagePalette, pageScheme } from "../../share/picture/palette.ts";
import { texts } from "../../texts/texts.ts";
import type { Trace } from "../../trace/trace.ts";
import { Result, Section } from "./section.tsx";

const t = texts.share.pictures;

type Kind = "png" | "gif" | "webm";

/** Each encoder is fetched when it is first used. */
const drawers: Readonly<Record<Kind, (source: PictureSource, options: ExportOptions) => Promise<Blob>>> = {
  png: async (source) => (await import("../../share/export/png.ts")).pngOf(source, state.place.peek() ?? state.axisEnd.peek()),
  gif: async (source, options) => (await import("../../share/export/gif.ts")).gifOf(source, state.speed.peek(), options),
  webm: async (source, options) => (await import("../../share/export/webm.ts")).webmOf(source, state.speed.peek(), options),
};

/** Saves the current place of the replay as a picture, or the whole replay as an animation or a video. */
export function PictureSection({ trace }: { readonly trace: Trace }) {
  const [canEncode, setCanEncode] = useState(true);
  const [share, setShare] = useState<number>();
  const [result, setResult] = useState("");
  const aborter = useRef<AbortController | undefined>(undefined);
  useEffect(() => {
    void canEncodeWebm().then(setCanEncode);
    return () => aborter.current?.abort();
  }, []);
  const save = async (kind: Kind): Promise<void> => {
    aborter.current = new AbortController();
    const { signal } = aborter.current;
    setShare(0);
    setResult("");
    try {
      const source = { trace, axis: state.axis.peek(), palette: pagePalette(pageScheme()) };
      const file = await drawers[kind](source, { signal, onProgress: setShare });
      saveFile(file, fileName(trace, kind));
      setResult(t.saved(fileName(trace, kind), file.size));
    } catch (error) {
      setResult(signal.aborted ? t.stopped : t.failed(describeError(error)));
    } finally {
      setShare(undefined);
    }
  };
  const isBusy = share !== undefined;
  return (
    <Section name={t.heading} explain={t.explain}>
      <div class="share-actions">
        {(["png", "gif", "webm"] as const).map((kind) => (
          <button key={kind} type="button" disabled={isBusy || (kind === "webm" && !canEncode)} onClick={() => void save(kind)}>
            {t[kind]}
          </button>
        ))}
        {isBusy && (
          <>
            <progress value={share} aria-label={t.progress(share)} />
            <button type="button" onClick={() => aborter.current?.abort()}>
              {t.stop}
            </button>
          </>
        )}
        <Result>{result}</Result>
      </div>
      {!canEncode && <p class="hint">{t.noWebm}</p>}
    </Section>
  );
}
