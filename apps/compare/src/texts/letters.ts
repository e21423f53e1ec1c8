/** The names of the lanes, and the marks beside them. */
export const letters = ["A", "B", "C", "D", "E", "F"] as const;
export const markers = ["●", "■", "▲", "◆", "✚", "▼"] as const;
