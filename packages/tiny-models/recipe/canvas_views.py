"""The two canvases over each training row: one with masks, and one filled with what a decoder would show there.

The second canvas of an edit is filled with a copy of the original (copied_drafts.py), that of other rows with the network's own
guesses, so that it learns to correct both.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from canvas_noise import CanvasBatch, canvas_visibility, fill_with_guesses, make_canvas
from copied_drafts import copied_drafts
from training_rows import RowBatch

COPIED_SHARE = 0.6  # of the edits have a second canvas filled with copies
WHOLE_COPY_SHARE = 0.7  # of those are filled completely, the others in part
GUESSED_SHARE = 0.5  # of the other rows have a second canvas filled with guesses
LEAST_GUESSED = 0.3  # of the masked tokens of such a canvas, at least

# (clean tokens, canvas tokens, visibility, which of its tokens are to be guessed) → guesses; of some rows, all (rows, S)
Guess = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def canvas_views(rows: RowBatch, random: np.random.Generator, infill_share: float, guess: Guess) -> tuple[CanvasBatch, CanvasBatch]:
    clean = rows.tokens
    copied = np.array([edit is not None for edit in rows.edits]) & (random.random(len(clean)) < COPIED_SHARE)
    masked = make_canvas(clean, random, infill_share)
    second = make_canvas(clean, random, infill_share, drafted=copied)
    fill, filled = np.zeros_like(clean), np.zeros(clean.shape, dtype=bool)
    for row in np.flatnonzero(copied):
        fill[row], filled[row] = copied_drafts(clean[row], rows.edits[row], second.block_start[row], second.block_end[row])
        if random.random() > WHOLE_COPY_SHARE:
            filled[row] &= random.random(clean.shape[1]) < random.random()
    own = ~copied & (random.random(len(clean)) < GUESSED_SHARE)
    if own.any():
        shares = random.uniform(LEAST_GUESSED, 1, (own.sum(), 1))
        filled[own] = random.random((own.sum(), clean.shape[1])) < shares
        seen = canvas_visibility(second.block_start[own], second.block_end[own])
        fill[own] = guess(clean[own], second.noisy[own], seen, filled[own])
    return masked, fill_with_guesses(second, clean, fill, filled)
