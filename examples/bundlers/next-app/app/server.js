"use client";

// Shows the text that the server streams.
import { useEffect, useState } from "react";

export function Server() {
  const [story, setStory] = useState("");
  useEffect(() => {
    const controller = new AbortController();
    void read(controller.signal, (text) => setStory((before) => before + text));
    return () => controller.abort();
  }, []);
  return <output id="server">{story}</output>;
}

async function read(signal, onText) {
  const { body } = await fetch("/api/story", { signal });
  for await (const text of body.pipeThrough(new TextDecoderStream())) onText(text);
}
