"""Step 0 of the puzzle model: held-out puzzles per difficulty, and a training pool without disguises of them.

    python puzzle_sets.py --out FOLDER            (held-out.json, and pool.npz: "pool" and the "difficulty" of each puzzle)
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from sudoku import DIFFICULTIES, Puzzle, canonical, make_puzzle

HELD_OUT_PER_DIFFICULTY = 200
CLUE_MINIMA = (8, 10, 12, 14, 16)  # requested in turn; small numbers yield the hard ones
POOL_SIZE = 40_000


def make_held_out(random: np.random.Generator, per_difficulty: int) -> list[Puzzle]:
    found: dict[bytes, Puzzle] = {}
    counts = dict.fromkeys(DIFFICULTIES, 0)
    while min(counts.values()) < per_difficulty:
        puzzle = make_puzzle(random, CLUE_MINIMA[0] if counts["easy"] >= per_difficulty else int(random.choice(CLUE_MINIMA)))
        form = canonical(puzzle.clues)
        if counts[puzzle.difficulty] < per_difficulty and form not in found:
            found[form] = puzzle
            counts[puzzle.difficulty] += 1
    return sorted(found.values(), key=lambda puzzle: DIFFICULTIES.index(puzzle.difficulty))


def make_pool(random: np.random.Generator, size: int, banned: set[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """(size, 2, 36) uint8: clues and solution of each puzzle; and the index of its difficulty (size,) uint8."""
    pool, levels = [], []
    while len(pool) < size:
        puzzle = make_puzzle(random, int(random.choice(CLUE_MINIMA, p=(0.35, 0.25, 0.2, 0.1, 0.1))))
        if canonical(puzzle.clues) not in banned:
            pool.append((puzzle.clues, puzzle.solution))
            levels.append(DIFFICULTIES.index(puzzle.difficulty))
    return np.array(pool, dtype=np.uint8), np.array(levels, dtype=np.uint8)


def text_of(grid) -> str:
    return "".join(str(digit) if digit else "." for digit in grid)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pool", type=int, default=POOL_SIZE)
    parser.add_argument("--held-out", type=int, default=HELD_OUT_PER_DIFFICULTY, help="per difficulty")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    held_out = make_held_out(np.random.default_rng(66), options.held_out)
    entries = [{"clues": text_of(puzzle.clues), "solution": text_of(puzzle.solution), "difficulty": puzzle.difficulty} for puzzle in held_out]
    (options.out / "held-out.json").write_text("[\n" + ",\n".join(map(json.dumps, entries)) + "\n]\n")
    pool, levels = make_pool(np.random.default_rng(6), options.pool, {canonical(puzzle.clues) for puzzle in held_out})
    np.savez_compressed(options.out / "pool.npz", pool=pool, difficulty=levels)
    print(f"{len(held_out)} held-out puzzles, {len(pool)} to train on, in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
