/** VP9 and VP8, as WebCodecs names them. */
const CODECS = ["vp09.00.40.08", "vp8"];
const SIZE = { width: 1280, height: 720 };

/** Returns whether this browser can encode the videos of WebM files. Without the encoder itself, which is loaded only to be used. */
export async function canEncodeWebm(): Promise<boolean> {
  if (!("VideoEncoder" in globalThis)) return false;
  const answers = await Promise.all(
    CODECS.map((codec) => VideoEncoder.isConfigSupported({ ...SIZE, codec }).catch(() => ({ supported: false }))),
  );
  return answers.some(({ supported }) => supported);
}
