"""Rows of tokens to train on: stories packed end to end, some renamed; some rows begin with an edit document; some are the model's own stories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corpus import TextEncoder, as_document
from model_config import END_TOKEN
from rename_edits import TRAINED, EditSpans, edit_document, edit_spans, make_edit, rename_characters

MIN_REMAINDER = 48  # minimum tokens of a cut story to continue in the next row
CONTINUE_SHARE = 0.6  # of the cut stories are continued; the others are dropped, so that many rows begin with a story
SHORTEST_SHARE = 0.15  # of the longest excerpt that fits a row
CHARACTERS_PER_TOKEN = 3.6  # a little under the corpus average, so that edit documents fit their row
SCRAMBLED_SHARE = 0.3  # of the edit documents have their words shuffled, so that only copying predicts the answer


@dataclass(frozen=True)
class RowBatch:
    tokens: np.ndarray  # (rows, length) int64
    scored: np.ndarray  # (rows, length) bool; False where a token is not worth predicting: the question of a scrambled edit
    edits: list[EditSpans | None]  # of the edit document that a row begins with
    own: np.ndarray  # (rows,) bool; stories that the model wrote itself: for the canvas only


class TrainingRows:
    """An endless, resumable source of rows; one shuffle of the stories per epoch."""

    def __init__(
        self, stories: list[str], encoder: TextEncoder, *, seed: int, edit_share: float, rename_share: float, own: list[np.ndarray] = (), own_share: float = 0.0
    ) -> None:
        """`own` are documents that the model wrote (own_stories.py), for `own_share` of the rows."""
        self.stories = stories
        self.encoder = encoder
        self.encoded = encoder.encode_all(stories)
        self.edit_share, self.rename_share = edit_share, rename_share
        self.own, self.own_share = own, own_share if len(own) else 0.0
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

    def draw_edit(self, length: int) -> tuple[np.ndarray, int, EditSpans | None]:
        """An edit document of at most `length` tokens, or nothing if none was found in a few tries; how many of its first tokens are not scored."""
        longest = (length - 16) / 2 * CHARACTERS_PER_TOKEN
        for _ in range(4):
            story = self.stories[self.random.integers(len(self.stories))]
            scrambled = bool(self.random.random() < SCRAMBLED_SHARE)
            edit = make_edit(story, int(longest * self.random.uniform(SHORTEST_SHARE, 1)), self.random, scrambled=scrambled, vocabulary=TRAINED)
            document = edit_document(edit, self.encoder) if edit else None
            if document is not None and len(document) < length:
                spans = edit_spans(edit, self.encoder)
                return document, spans.changed[0] if scrambled else 0, spans
        return np.empty(0, dtype=np.uint16), 0, None

    def own_row(self, length: int) -> np.ndarray:
        """`length` tokens of own stories; the first one is whole if it fits."""
        pieces, filled = [], 0
        while filled < length:
            pieces.append(self.own[self.random.integers(len(self.own))])
            filled += len(pieces[-1])
        return np.concatenate(pieces)[:length]

    def row(self, length: int) -> tuple[np.ndarray, int, EditSpans | None]:
        """`length` tokens, uint16, and how many of the first are not scored."""
        unscored, spans = 0, None
        if self.random.random() < self.edit_share:
            edit, unscored, spans = self.draw_edit(length)
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
        return joined[:length], unscored, spans

    def batch(self, rows: int, length: int) -> RowBatch:
        """The end token after a row is the target of its last position."""
        own = self.random.random(rows) < self.own_share
        drawn = [(self.own_row(length), 0, None) if each else self.row(length) for each in own]
        tokens, unscored, edits = zip(*drawn)
        return RowBatch(np.stack(tokens).astype(np.int64), np.arange(length) >= np.array(unscored)[:, None], list(edits), own)


assert END_TOKEN == 0
