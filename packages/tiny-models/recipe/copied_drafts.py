"""A draft of a block of an edited text: the words of the original that follow what was copied so far.

The canvas starts from such drafts when a text is edited, so it is trained to correct them.
"""

from __future__ import annotations

import numpy as np

from rename_edits import EditSpans

LONGEST_MATCH = 8  # tokens before the block that are searched in the original


def aligned_position(tokens: np.ndarray, spans: EditSpans, place: int) -> int:
    """The position in the original that continues the changed text at `place`.

    It follows the longest run of up to LONGEST_MATCH tokens before `place` that the original contains; of several, the one
    closest to the same distance from the beginning. Without any, it is at that distance.
    """
    (begin, end), (changed, _) = spans.source, spans.changed
    expected = begin + place - changed
    for size in range(min(LONGEST_MATCH, place - changed), 0, -1):
        run = tokens[place - size : place]
        found = [at for at in range(begin + size, end + 1) if np.array_equal(tokens[at - size : at], run)]
        if found:
            return min(found, key=lambda at: abs(at - expected))
    return min(expected, end)


def copied_drafts(tokens: np.ndarray, spans: EditSpans, block_start: np.ndarray, block_end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Drafts (S,) of the blocks that begin in the changed text, and where there are any (S,) bool: up to the end of the original.

    A block that also has tokens before the changed text is drafted from its beginning on.
    """
    drafts, drafted = np.zeros_like(tokens), np.zeros(len(tokens), dtype=bool)
    changed, end = spans.changed
    place = changed
    while place < min(end, len(tokens)):
        stop = min(int(block_end[place]), len(tokens))
        source = aligned_position(tokens, spans, place)
        copy = tokens[source : spans.source[1]][: stop - place]
        drafts[place : place + len(copy)] = copy
        drafted[place : place + len(copy)] = True
        place = stop
    return drafts, drafted
