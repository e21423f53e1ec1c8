"""The puzzle model's tokenizer: one token per mark, as a BPE without merges, so that every tokenizer library reads it.

A puzzle as text is its 36 clues row by row, `.` for an empty cell, then `=`; the answer is 36 digits.
"""

from __future__ import annotations

from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from sudoku import ANSWER_TOKEN, DIGIT_OFFSET, EMPTY_TOKEN, SIDE

SPECIAL_TOKENS = ("<|endoftext|>", "<|mask|>", "<|pad|>")


def write_puzzle_tokenizer(path: Path) -> None:
    vocabulary = {name: index for index, name in enumerate(SPECIAL_TOKENS)}
    vocabulary |= {"=": ANSWER_TOKEN, ".": EMPTY_TOKEN}
    vocabulary |= {str(digit): DIGIT_OFFSET + digit for digit in range(1, SIDE + 1)}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.add_special_tokens([AddedToken(name, normalized=False, special=True) for name in SPECIAL_TOKENS])
    tokenizer.save(str(path))
