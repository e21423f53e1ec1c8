"""The canvas stream's view of a row: blocks, the masked and the corrupted tokens, and the loss weight of each position.

Most rows are cut into blocks of 4 to 32 tokens, each masked at its own rate t (a quarter of them completely: the
drafter's view). The others are cut into longer canvases whose head is a gap and whose tail is the visible text after
it: the infilling view. Some visible tokens are replaced by random ones, to be corrected.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model_config import MASK_TOKEN

BLOCK_LENGTHS, BLOCK_SHARES = (4, 8, 16, 32), (0.1, 0.3, 0.4, 0.2)
WHOLLY_MASKED_SHARE = 0.25
LOWEST_RATE = 0.05
MAX_WEIGHT = 10.0  # clip of 1 / t
MAX_GAP, MIN_SUFFIX, MAX_SUFFIX = 64, 2, 64  # tokens, of an infilling canvas
CORRUPTED_SHARE = 0.1  # of the visible tokens
KEPT_SHARE = 0.1  # of the visible, correct tokens that the loss includes
EDIT_WEIGHT = 0.3  # of the loss on corrupted and kept tokens, against 1 for masked ones
WRONG_WEIGHT, RIGHT_WEIGHT = 1.0, 0.3  # of the loss on a wrong and on a right guess that fills a masked position


@dataclass
class CanvasBatch:
    """All arrays are (B, S)."""

    noisy: np.ndarray  # the canvas stream's tokens
    block_start: np.ndarray  # first position of the block that a position belongs to
    block_end: np.ndarray  # position after that block
    weight: np.ndarray  # of each position's cross entropy, float32; sums to about 1 + EDIT_WEIGHT
    drafted: np.ndarray  # in a completely masked block (not an infilling one)


def block_bounds(length: int, blocks: list[int]) -> tuple[np.ndarray, np.ndarray]:
    edges = np.minimum(np.concatenate(([0], np.cumsum(blocks))), length)
    sizes = np.diff(edges)
    return np.repeat(edges[:-1], sizes), np.repeat(edges[1:], sizes)


def equal_blocks(length: int, sizes: tuple[int, ...], shares: tuple[float, ...], random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Starts and ends of blocks of one size, the first of which is cut at random; each (length,)."""
    size = int(random.choice(sizes, p=shares))
    first = int(random.integers(1, size + 1))
    return block_bounds(length, [first] + [size] * -(-(length - first) // size))


def plain_blocks(length: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Block starts, block ends and mask rates, each (length,)."""
    start, end = equal_blocks(length, BLOCK_LENGTHS, BLOCK_SHARES, random)
    count = len(np.unique(start))
    rates = (np.arange(count) + random.random()) / count  # spread evenly, then shuffled: lower variance
    rates = LOWEST_RATE + (1 - LOWEST_RATE) * random.permutation(rates)
    rates[random.random(count) < WHOLLY_MASKED_SHARE] = 1.0
    return start, end, np.repeat(rates, np.diff(np.append(np.unique(start), length)))


def infill_blocks(length: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As `plain_blocks`; the rate of a visible suffix is 0."""
    blocks, rates = [], []
    while sum(blocks) < length:
        gap, suffix = int(random.integers(1, MAX_GAP + 1)), int(random.integers(MIN_SUFFIX, MAX_SUFFIX + 1))
        rate = 1.0 if random.random() < 0.5 else random.uniform(LOWEST_RATE, 1)
        blocks.append(gap + suffix)
        rates.append(np.concatenate((np.full(gap, rate), np.zeros(suffix))))
    start, end = block_bounds(length, blocks)
    return start, end, np.concatenate(rates)[:length]


def masked_blocks(length: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As `plain_blocks`, but of the longer sizes and completely masked, to be filled with drafts."""
    return *equal_blocks(length, BLOCK_LENGTHS[-2:], (0.3, 0.7), random), np.ones(length)


def make_canvas(clean: np.ndarray, random: np.random.Generator, infill_share: float, drafted: np.ndarray | None = None) -> CanvasBatch:
    """`clean` (B, S) int64; the rows `drafted` (B,) are cut by `masked_blocks`."""
    rows, length = clean.shape
    drafted = np.zeros(rows, dtype=bool) if drafted is None else drafted
    infill = ~drafted & (random.random(rows) < infill_share)
    cut = [masked_blocks if whole else infill_blocks if gaps else plain_blocks for whole, gaps in zip(drafted, infill)]
    layouts = [blocks(length, random) for blocks in cut]
    start, end, rate = (np.stack(parts) for parts in zip(*layouts))
    masked = random.random(clean.shape) < rate
    corrupted = ~masked & (random.random(clean.shape) < CORRUPTED_SHARE)
    kept = ~masked & ~corrupted & (random.random(clean.shape) < KEPT_SHARE)
    noisy = clean.copy()
    noisy[corrupted] = random.choice(clean.ravel(), corrupted.sum())
    noisy[masked] = MASK_TOKEN
    weight = np.zeros(clean.shape, dtype=np.float32)
    gap_share = (rate > 0).mean()  # so that infilling rows, whose suffixes carry no loss, have the same weight
    weight[masked] = np.minimum(1 / rate[masked], MAX_WEIGHT) / (clean.size * gap_share)
    weight[corrupted | kept] = EDIT_WEIGHT / max(1, (corrupted | kept).sum())
    drafted = masked & (rate == 1.0) & ~infill[:, None]
    return CanvasBatch(noisy, start, end, weight, drafted)


def fill_with_guesses(canvas: CanvasBatch, clean: np.ndarray, guesses: np.ndarray, filled: np.ndarray) -> CanvasBatch:
    """The canvas with guesses (B, S) at those of its masked positions that are `filled` (B, S)."""
    filled = filled & (canvas.noisy == MASK_TOKEN)
    noisy = np.where(filled, guesses, canvas.noisy)
    weight = np.where(filled, np.where(guesses == clean, RIGHT_WEIGHT, WRONG_WEIGHT) / clean.size, canvas.weight).astype(np.float32)
    return CanvasBatch(noisy, canvas.block_start, canvas.block_end, weight, canvas.drafted & ~filled)


def canvas_visibility(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(B, S, 2S) bool: the visible part of [clean | canvas]: clean tokens before its block, its whole block."""
    positions = np.arange(start.shape[1])
    before = positions < start[..., None]
    inside = (positions >= start[..., None]) & (positions < end[..., None])
    return np.concatenate((before, inside), axis=-1)
