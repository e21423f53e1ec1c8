"""The file of texts that a model has written: one JSON line per text, {"index" of the prompt, "task", "temperature", "prompt": ids, "answer": ids}."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

WINDOW_TEXTS = 256


def read_own_texts(*files: Path) -> list[dict]:
    """All whole lines of the files; a last line that was cut off is left out."""
    texts = []
    for file in files:
        for line in file.read_text().splitlines() if file.exists() else []:
            try:
                texts.append(json.loads(line))
            except json.JSONDecodeError:
                break
    return texts


class TextBatches:
    """Batches of whole texts of similar lengths, one per row, in an order that is new in every epoch.

    `read` is called at the start of every epoch, so that training can begin while texts are still being written.
    """

    def __init__(self, read: Callable[[], list[dict]], longest: int, batch_tokens: int, seed: int) -> None:
        self.read, self.longest, self.batch_tokens, self.seed = read, longest, batch_tokens, seed
        self.epoch = self.next = 0
        self.shuffle()

    def shuffle(self) -> None:
        """Texts in random order, sorted by length within windows of some batches, cut into batches, and those shuffled."""
        self.texts = self.read()
        chance = random.Random(self.seed * 1000 + self.epoch)
        order = list(range(len(self.texts)))
        chance.shuffle(order)
        length = lambda index: min(self.longest, len(self.texts[index]["prompt"]) + len(self.texts[index]["answer"]))
        order = [index for start in range(0, len(order), WINDOW_TEXTS) for index in sorted(order[start : start + WINDOW_TEXTS], key=length)]
        self.batches: list[list[int]] = [[]]
        for index in order:
            if self.batches[-1] and (len(self.batches[-1]) + 1) * max(map(length, [*self.batches[-1], index])) > self.batch_tokens:
                self.batches.append([])
            self.batches[-1].append(index)
        chance.shuffle(self.batches)

    def state(self) -> dict:
        return {"epoch": self.epoch, "next": self.next}

    def load_state(self, state: dict) -> None:
        self.epoch, self.next = state["epoch"], state["next"]
        self.shuffle()

    def batch(self) -> tuple[Tensor, Tensor]:
        """Tokens (B, n), padded on the right, and which of them the model wrote itself (B, n)."""
        if self.next >= len(self.batches):
            self.epoch, self.next = self.epoch + 1, 0
            self.shuffle()
        self.next += 1
        return padded([self.texts[index] for index in self.batches[self.next - 1]], self.longest)


def padded(texts: list[dict], longest: int) -> tuple[Tensor, Tensor]:
    """Tokens (B, n), padded on the right, and which of them the model wrote itself (B, n)."""
    rows = [(text["prompt"] + text["answer"])[:longest] for text in texts]
    tokens = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
    written = torch.zeros(tokens.shape, dtype=torch.bool)
    for row, (ids, text) in enumerate(zip(rows, texts)):
        tokens[row, : len(ids)] = torch.tensor(ids)
        written[row, len(text["prompt"]) : len(ids)] = True
    return tokens, written
