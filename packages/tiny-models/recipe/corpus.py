"""Stories from a folder of text files: read, split into training and held-out, encoded.

A file contains texts separated by `<|endoftext|>`. The held-out split is every hundredth text (a corpus is often several
collections end to end, so that its last texts differ from the others), except those that share much with a training
text, so that a loss on it measures prediction, not memorisation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from model_config import END_TOKEN

SEPARATOR = "<|endoftext|>"
HELD_OUT_EVERY = 100
SHINGLE_WORDS = 8  # a run of this many words that two texts share counts as copied
MAX_COPIED_SHARE = 0.2  # of a held-out text's shingles
MIN_TEXT = 100  # characters


@dataclass(frozen=True)
class Corpus:
    training: list[str]
    held_out: list[str]


def read_texts(source: Path) -> list[str]:
    """The distinct texts of a file, or of all .txt files of a folder, in order."""
    files = [source] if source.is_file() else sorted(source.glob("*.txt"))
    texts = [text.strip() for file in files for text in file.read_text(encoding="utf-8").split(SEPARATOR)]
    return list(dict.fromkeys(text for text in texts if len(text) >= MIN_TEXT))


def shingles(text: str) -> set[int]:
    words = re.findall(r"[a-z']+", text.lower())
    return {hash(tuple(words[start : start + SHINGLE_WORDS])) for start in range(len(words) - SHINGLE_WORDS + 1)}


def split_corpus(texts: list[str]) -> Corpus:
    candidates = texts[HELD_OUT_EVERY - 1 :: HELD_OUT_EVERY]
    training = [text for index, text in enumerate(texts) if index % HELD_OUT_EVERY != HELD_OUT_EVERY - 1]
    seen: set[int] = set()
    for text in training:
        seen |= shingles(text)
    is_new = lambda text: len(shingles(text) & seen) <= MAX_COPIED_SHARE * max(1, len(shingles(text)))
    return Corpus(training, [text for text in candidates if is_new(text)])


class TextEncoder:
    """Text → token ids without the begin token, uint16."""

    def __init__(self, tokenizer_file: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(tokenizer_file))

    def encode(self, text: str) -> np.ndarray:
        return np.array(self.tokenizer.encode(text, add_special_tokens=False).ids, dtype=np.uint16)

    def encode_all(self, texts: list[str]) -> list[np.ndarray]:
        return [np.array(each.ids, dtype=np.uint16) for each in self.tokenizer.encode_batch(texts, add_special_tokens=False)]

    def decode(self, tokens) -> str:
        return self.tokenizer.decode([int(token) for token in tokens], skip_special_tokens=False)


def as_document(tokens: np.ndarray) -> np.ndarray:
    """Begin token, then the text. The begin token of the next document ends it."""
    return np.concatenate((np.array([END_TOKEN], dtype=np.uint16), tokens))
