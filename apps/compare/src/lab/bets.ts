import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { chapters, type SceneId, type TourScene } from "../tour/scenes.ts";
import { playFromStart } from "./playback.ts";
import * as state from "./state.ts";

/** The index of a choice, or that the visitor wants no bet. */
export type PlacedBet = number | "skipped";

const bets = signal<Readonly<Partial<Record<SceneId, PlacedBet>>>>({});

/** The scene that the tour shows; undefined in its last chapter, which has none. */
export const shownScene: ReadonlySignal<TourScene | undefined> = computed(() => sceneAt(state.chapter.value, state.scene.value));

/** The bet on the shown scene, in this visit. */
export const placedBet: ReadonlySignal<PlacedBet | undefined> = computed(() => shownScene.value && bets.value[shownScene.value.id]);

/** Whether the shown run can be looked at: in the tour, only after the bet. */
export const isRunShown: ReadonlySignal<boolean> = computed(() => {
  const route = state.route.value;
  return route === "compare" || (route === "tour" && placedBet.value !== undefined);
});

/** Both numbers count from 1. */
export function sceneAt(chapter: number, scene: number): TourScene | undefined {
  return (chapters[chapter - 1]?.scenes as readonly TourScene[] | undefined)?.[scene - 1];
}

/** Places the bet on the shown scene and uncovers its run, which plays from its start unless the visitor prefers less motion. */
export function placeBet(bet: PlacedBet): void {
  const scene = shownScene.peek();
  if (!scene || bets.peek()[scene.id] !== undefined) return;
  const plays = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  batch(() => {
    bets.value = { ...bets.peek(), [scene.id]: bet };
    if (plays && state.trace.peek()) playFromStart();
  });
}
