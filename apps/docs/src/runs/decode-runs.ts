import { countText, frameHtml, type ShownFrame } from "./frame-html.ts";

/** Shows recorded runs pass by pass: all lanes of a figure under one slider. */
class DecodeRuns extends HTMLElement {
  #timer: ReturnType<typeof setInterval> | undefined;

  connectedCallback(): void {
    const controls = this.querySelector<HTMLElement>(".controls")!;
    const slider = this.querySelector("input")!;
    const button = this.querySelector("button")!;
    const lanes = [...this.querySelectorAll<HTMLElement>(".lane")].map(readLane);
    const last = Number(slider.max);
    const show = (pass: number): void => {
      slider.value = String(pass);
      this.querySelector(".at")!.textContent = `After pass ${pass} of ${last}`;
      for (const lane of lanes) lane(pass);
    };
    const stop = (): void => {
      clearInterval(this.#timer);
      this.#timer = undefined;
      button.textContent = "Play";
    };
    slider.addEventListener("input", () => {
      stop();
      show(Number(slider.value));
    });
    button.addEventListener("click", () => {
      if (this.#timer !== undefined) return stop();
      let pass = Number(slider.value) === last ? 0 : Number(slider.value);
      button.textContent = "Pause";
      show(pass);
      this.#timer = setInterval(() => {
        show(++pass);
        if (pass >= last) stop();
      }, 350);
    });
    controls.hidden = false;
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }
}

interface Lane {
  readonly texts: Readonly<Record<number, string>>;
  readonly frames: readonly ShownFrame[];
}

/** Returns what shows a lane after a pass: 0 is before the first. */
function readLane(element: HTMLElement): (pass: number) => void {
  const { texts, frames } = JSON.parse(element.querySelector("script")!.textContent) as Lane;
  const output = element.querySelector(".output")!;
  const count = element.querySelector(".count")!;
  return (pass) => {
    const frame = frames[Math.min(pass, frames.length) - 1] ?? { passes: [0, 0], cells: [] };
    count.textContent = `${countText(frame.passes)}${pass >= frames.length ? ": done" : ""}`;
    output.innerHTML = frameHtml(frame, texts);
  };
}

/** Makes the figures of a page play. */
export function defineDecodeRuns(): void {
  if (!customElements.get("decode-runs")) customElements.define("decode-runs", DecodeRuns);
}
