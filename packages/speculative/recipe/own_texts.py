"""The file of texts that a model has written: one JSON line per text, {"index" of the prompt, "task", "temperature", "prompt": ids, "answer": ids}."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor


def read_own_texts(file: Path) -> list[dict]:
    """All whole lines; a last line that was cut off is left out."""
    texts = []
    for line in file.read_text().splitlines() if file.exists() else []:
        try:
            texts.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return texts


class TrainingRows:
    """Texts one after another in rows of fixed length, shuffled anew in every epoch. A text never sees the one before it in its row."""

    def __init__(self, texts: list[dict], length: int, seed: int) -> None:
        self.texts, self.length, self.seed = texts, length, seed
        self.epoch = self.next = 0
        self.shuffle()

    def shuffle(self) -> None:
        generator = torch.Generator().manual_seed(self.seed * 1000 + self.epoch)
        self.order = torch.randperm(len(self.texts), generator=generator).tolist()

    def state(self) -> dict:
        return {"epoch": self.epoch, "next": self.next}

    def load_state(self, state: dict) -> None:
        self.epoch, self.next = state["epoch"], state["next"]
        self.shuffle()

    def text(self) -> dict:
        if self.next >= len(self.order):
            self.epoch, self.next = self.epoch + 1, 0
            self.shuffle()
        self.next += 1
        return self.texts[self.order[self.next - 1]]

    def batch(self, rows: int) -> tuple[Tensor, Tensor]:
        """Tokens (rows, length) and which of them the model wrote itself (rows, length)."""
        tokens = torch.zeros(rows, self.length, dtype=torch.long)
        written = torch.zeros(rows, self.length, dtype=torch.bool)
        for row in range(rows):
            end = 0
            while end < self.length:
                text = self.text()
                ids = (text["prompt"] + text["answer"])[: self.length - end]
                tokens[row, end : end + len(ids)] = torch.tensor(ids)
                written[row, end + len(text["prompt"]) : end + len(ids)] = True
                end += len(ids)
        return tokens, written
