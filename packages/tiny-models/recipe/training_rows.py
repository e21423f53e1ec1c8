"""Rows of tokens to train on: stories packed end to end, some renamed; some rows begin with an edit document."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corpus import TextEncoder, as_document
from model_config import END_TOKEN
from rename_edits import edit_document, edit_prompt, make_edit, rename_characters

MIN_REMAINDER = 48  # minimum tokens of a cut story to continue in the next row
CONTINUE_SHARE = 0.6  # of the cut stories are continued; the others are dropped, so that many rows begin with a story
CHARACTERS_PER_TOKEN = 3.6  # a little under the corpus average, so that edit documents fit their row
SCRAMBLED_SHARE = 0.3  # of the edit documents have their words shuffled, so that only copying predicts the answer


@dataclass(frozen=True)
class RowBatch:
    tokens: np.ndarray  # (rows, length) int64
    scored: np.ndarray  # (rows, length) bool; False where a token is not worth predicting: the question of a scrambled edit


class TrainingRows:
    """An endless, resumable source of rows; one shuffle of the stories per epoch."""

    def __init__(self, stories: list[str], encoder: TextEncoder, *, seed: int, edit_share: float, rename_share: float) -> None:
        self.stories = stories
        self.encoder = encoder
        self.encoded = encoder.encode_all(stories)
        self.edit_share, self.rename_share = edit_share, rename_share
        self.random = np.random.default_rng(seed)
        self.order = self.random.permutation(len(stories))
        self.next_story = 0
        self.epoch = 0
        self.remainder = np.empty(0, dtype=np.uint16)

    def state(self) -> dict:
        return {
            "random": self.random.bit_generator.state,
            "order": self.order.tolist(),
            "next_story": self.next_story,
            "epoch": self.epoch,
            "remainder": self.remainder.tolist(),
        }

    def load_state(self, state: dict) -> None:
        self.random.bit_generator.state = state["random"]
        self.order = np.array(state["order"])
        self.next_story, self.epoch = state["next_story"], state["epoch"]
        self.remainder = np.array(state["remainder"], dtype=np.uint16)

    def draw_story(self) -> np.ndarray:
        if self.next_story == len(self.order):
            self.order, self.next_story, self.epoch = self.random.permutation(len(self.stories)), 0, self.epoch + 1
        index = self.order[self.next_story]
        self.next_story += 1
        if self.random.random() < self.rename_share:
            return as_document(self.encoder.encode(rename_characters(self.stories[index], self.random)))
        return as_document(self.encoded[index])

    def draw_edit(self, length: int) -> tuple[np.ndarray, int]:
        """An edit document of at most `length` tokens, or nothing if none was found in a few tries; and how many of its first tokens are not scored."""
        longest = (length - 16) / 2 * CHARACTERS_PER_TOKEN
        for _ in range(4):
            story = self.stories[self.random.integers(len(self.stories))]
            scrambled = bool(self.random.random() < SCRAMBLED_SHARE)
            edit = make_edit(story, int(longest * self.random.uniform(0.3, 1)), self.random, scrambled=scrambled)
            document = edit_document(edit, self.encoder) if edit else None
            if document is not None and len(document) < length:
                return document, len(edit_prompt(edit, self.encoder)) if scrambled else 0
        return np.empty(0, dtype=np.uint16), 0

    def row(self, length: int) -> tuple[np.ndarray, int]:
        """`length` tokens, uint16, and how many of the first are not scored."""
        unscored = 0
        if self.random.random() < self.edit_share:
            edit, unscored = self.draw_edit(length)
            pieces = [edit]
        else:
            pieces, self.remainder = [self.remainder], np.empty(0, dtype=np.uint16)
        filled = len(pieces[0])
        while filled < length:
            pieces.append(self.draw_story())
            filled += len(pieces[-1])
        joined = np.concatenate(pieces)
        rest = joined[length:]
        if len(rest) >= MIN_REMAINDER and self.random.random() < CONTINUE_SHARE:
            self.remainder = rest
        return joined[:length], unscored

    def batch(self, rows: int, length: int) -> RowBatch:
        """The end token after a row is the target of its last position."""
        tokens, unscored = zip(*(self.row(length) for _ in range(rows)))
        return RowBatch(np.stack(tokens).astype(np.int64), np.arange(length) >= np.array(unscored)[:, None])


assert END_TOKEN == 0
