import type { Pen } from "./pen.ts";

/** Corners of the markers of lanes, in a square of side 2 around 0. The first lane's is a disc. */
const CORNERS: readonly (readonly (readonly [x: number, y: number])[])[] = [
  [],
  [
    [-0.85, -0.85],
    [0.85, -0.85],
    [0.85, 0.85],
    [-0.85, 0.85],
  ],
  [
    [0, -1],
    [1, 0.8],
    [-1, 0.8],
  ],
  [
    [0, -1.1],
    [1.1, 0],
    [0, 1.1],
    [-1.1, 0],
  ],
  [
    [-0.35, -1],
    [0.35, -1],
    [0.35, -0.35],
    [1, -0.35],
    [1, 0.35],
    [0.35, 0.35],
    [0.35, 1],
    [-0.35, 1],
    [-0.35, 0.35],
    [-1, 0.35],
    [-1, -0.35],
    [-0.35, -0.35],
  ],
  [
    [-1, -0.8],
    [1, -0.8],
    [0, 1],
  ],
];

/** Draws the marker of a lane around a point: ●, ■, ▲, ◆, ✚ or ▼, as shapes, which need no font. */
export function drawMarker(
  pen: Pen,
  lane: number,
  { x, y, size, color }: { readonly x: number; readonly y: number; readonly size: number; readonly color: string },
): void {
  const corners = CORNERS[lane % CORNERS.length]!;
  pen.fillStyle = color;
  pen.beginPath();
  if (corners.length === 0) pen.arc(x, y, size / 2, 0, 2 * Math.PI);
  for (const [index, [cornerX, cornerY]] of corners.entries()) {
    const to = [x + (cornerX * size) / 2, y + (cornerY * size) / 2] as const;
    if (index === 0) pen.moveTo(...to);
    else pen.lineTo(...to);
  }
  pen.closePath();
  pen.fill();
}
