/** A point in pixels, y growing downwards, and the text beside it. */
export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Offset of the middle of a label from its point, in pixels. */
export interface LabelOffset {
  readonly dx: number;
  readonly dy: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const CHARACTER_WIDTH = 6;
const HALF_HEIGHT = 5;
const POINT_RADIUS = 5;

/** Places each label as near to its point as possible without covering a point or an earlier label, preferably on the right. */
export function placeLabels(points: readonly LabelledPoint[]): LabelOffset[] {
  const taken: Box[] = points.map(({ x, y }) => boxAround(x, y, POINT_RADIUS, POINT_RADIUS));
  return points.map((point) => {
    const halfWidth = (point.text.length * CHARACTER_WIDTH) / 2;
    const boxOf = ({ dx, dy }: LabelOffset): Box => boxAround(point.x + dx, point.y + dy, halfWidth, HALF_HEIGHT);
    const free = offsets(halfWidth).find((offset) => !taken.some((box) => overlap(box, boxOf(offset))));
    const chosen = free ?? offsets(halfWidth)[0]!;
    taken.push(boxOf(chosen));
    return chosen;
  });
}

/** Returns offsets around a point, nearest first. */
function offsets(halfWidth: number): LabelOffset[] {
  return [0, 8, 16, 24].flatMap((distance) => {
    const across = POINT_RADIUS + 2 + halfWidth + distance;
    const along = POINT_RADIUS + 1 + HALF_HEIGHT + distance;
    return [
      [across, 0],
      [-across, 0],
      [0, -along],
      [0, along],
      [across, -along],
      [across, along],
      [-across, -along],
      [-across, along],
    ].map(([dx, dy]) => ({ dx: dx!, dy: dy! }));
  });
}

function boxAround(x: number, y: number, halfWidth: number, halfHeight: number): Box {
  return { left: x - halfWidth, right: x + halfWidth, top: y - halfHeight, bottom: y + halfHeight };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
