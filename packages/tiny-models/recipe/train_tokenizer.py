"""Step 1: trains the byte-level BPE on a folder of text.

    python train_tokenizer.py --corpus FOLDER --out tokenizer.json

Ids 0 to 3 are end of text, mask, pad and edit. A digit is always a token of its own; no token crosses a word's start.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from corpus import read_texts, split_corpus

SPECIAL_TOKENS = ["<|endoftext|>", "<|mask|>", "<|pad|>", "<|edit|>"]
# a word with its leading space | a digit | a run of punctuation | white space
PIECES = r" ?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def train_tokenizer(texts: list[str], vocab_size: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(PIECES), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel(add_prefix_space=False, use_regex=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()  # all 256 bytes, so that every text has an encoding
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(vocab_size=vocab_size, special_tokens=SPECIAL_TOKENS, initial_alphabet=alphabet, show_progress=False),
    )
    return tokenizer


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--vocab-size", type=int, default=4096)
    parser.add_argument("--texts", type=int, default=None, help="use only the first so many texts")
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    texts = split_corpus(read_texts(options.corpus)[: options.texts]).training
    train_tokenizer(texts, options.vocab_size).save(str(options.out))
