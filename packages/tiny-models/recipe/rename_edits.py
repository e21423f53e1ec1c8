"""The edit task: a story excerpt, an instruction, the changed excerpt.

    <|endoftext|>EXCERPT<|edit|> rename Lily to Anna<|edit|>CHANGED EXCERPT<|endoftext|>

The output mostly copies the prompt. The same renaming also creates new stories from old ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from corpus import TextEncoder
from model_config import EDIT_TOKEN, END_TOKEN

# A word is renamed only within its group, so that pronouns and articles remain correct.
GROUPS = (
    "Lily Lucy Mia Anna Amy Sara Sue Sally Jane Sarah Lila Molly Jill Mary Emma Bella Daisy Kate Ella Rose Nina Lisa Zoe".split(),
    "Tim Tom Sam Max Ben Bob Jack Timmy John Tommy Billy Joe Jimmy Leo Mark Bobby Fred Dan Nick Peter Adam Luke".split(),
    "dog cat bird bear frog fish duck bunny mouse horse pig cow fox lion monkey turtle".split(),
    "ball doll car kite hat book toy bike cake cookie flower".split(),
)
NAME_GROUPS = 2  # the first groups are names; whole stories are renamed by these only
# More words of each group, for training only: the evaluation set was drawn without them.
MORE_WORDS = (
    "Alice Ann Amelia Betty Beth Chloe Clara Dora Elsie Eva Fiona Grace Hannah Holly Ivy Jenny Julia Katie Kim Kitty Laura Lola Lucia Maggie "
    "Maria Maya Megan Mimi Nancy Olivia Penny Polly Rachel Ruby Sally Sophia Sophie Susie Tina Wendy".split(),
    "Adam Alex Andy Arthur Barry Bill Carl Charlie Chris Dave David Eddie Eric Frank George Harry Henry Ian Jake James Jim Kevin Larry Lenny "
    "Martin Mike Mikey Oliver Oscar Paul Pete Ralph Rob Roger Roy Simon Steve Toby Tony Will".split(),
    "ant bee butterfly chicken crab deer dolphin donkey dragon elephant goat hamster hen kitten lamb mole owl parrot penguin puppy rabbit rat "
    "sheep snail snake spider squirrel tiger whale wolf worm zebra".split(),
    "apple balloon banana basket bed bell blanket block boat bottle bowl box bread brush bucket button candle candy chair clock coat coin cup "
    "dress drum egg fan flag fork glove guitar hammer jar key lamp leaf letter map mirror necklace pan pencil pie pillow pot purse ring robot "
    "rock rope scarf shell shirt shoe spoon stick stone sweater table towel train truck umbrella vase violin wagon whistle".split(),
)


class Vocabulary:
    """Words by the group within which they may replace each other."""

    def __init__(self, groups: tuple[list[str], ...]) -> None:
        self.groups = groups
        self.group_of = {word: group for group in groups for word in group}
        self.any_word = re.compile(r"\b(" + "|".join(self.group_of) + r")\b")


EVALUATED = Vocabulary(GROUPS)
TRAINED = Vocabulary(tuple(list(dict.fromkeys(few + more)) for few, more in zip(GROUPS, MORE_WORDS)))


@dataclass(frozen=True)
class Edit:
    original: str
    old: str
    new: str
    changed: str

    @property
    def instruction(self) -> str:
        return f" rename {self.old} to {self.new}"


def replace_word(text: str, old: str, new: str) -> str:
    return re.sub(rf"\b{old}\b", new, text)


def choose_replacement(text: str, old: str, vocabulary: Vocabulary, random: np.random.Generator) -> str | None:
    """Another word of the same group that the text does not contain."""
    free = [word for word in vocabulary.group_of[old] if not re.search(rf"\b{word}", text)]
    return free[random.integers(len(free))] if free else None


def excerpt(text: str, longest: int, random: np.random.Generator) -> str:
    """Complete sentences starting at a random one, at most `longest` characters."""
    sentences = re.findall(r"[^.!?]*[.!?]+[\"']?\s*", text)
    if not sentences:
        return ""
    first = 0 if random.random() < 0.5 else int(random.integers(len(sentences)))
    taken = ""
    for sentence in sentences[first:]:
        if len(taken) + len(sentence) > longest:
            break
        taken += sentence
    return taken.strip()


def make_edit(
    text: str, longest: int, random: np.random.Generator, fewest: int = 2, scrambled: bool = False, vocabulary: Vocabulary = EVALUATED
) -> Edit | None:
    """A renaming in an excerpt of `text`, of a word that occurs at least `fewest` times; None if there is no such word.

    `scrambled` shuffles the words of the excerpt first, so that only copying predicts the answer, which speeds up learning to copy.
    """
    original = excerpt(text, longest, random)
    if scrambled:
        original = " ".join(random.permutation(original.split()).tolist())
    found = vocabulary.any_word.findall(original)
    words = sorted({word for word in found if found.count(word) >= fewest})
    if not words:
        return None
    old = words[random.integers(len(words))]
    new = choose_replacement(original, old, vocabulary, random)
    return Edit(original, old, new, replace_word(original, old, new)) if new else None


@dataclass(frozen=True)
class EditSpans:
    """The positions of an edit document's parts in its row: [start, end) of the excerpt and of the changed excerpt."""

    source: tuple[int, int]
    changed: tuple[int, int]


def edit_spans(edit: Edit, encoder: TextEncoder) -> EditSpans:
    begun, prompt = 1 + len(encoder.encode(edit.original)), len(edit_prompt(edit, encoder))
    return EditSpans((1, begun), (prompt, prompt + len(encoder.encode(edit.changed))))


def edit_prompt(edit: Edit, encoder: TextEncoder) -> np.ndarray:
    marker = np.array([EDIT_TOKEN], dtype=np.uint16)
    begin = np.array([END_TOKEN], dtype=np.uint16)
    return np.concatenate((begin, encoder.encode(edit.original), marker, encoder.encode(edit.instruction), marker))


def edit_document(edit: Edit, encoder: TextEncoder) -> np.ndarray:
    return np.concatenate((edit_prompt(edit, encoder), encoder.encode(edit.changed)))


def rename_characters(text: str, random: np.random.Generator) -> str:
    """The story with every name of NAME_GROUPS replaced by another one."""
    names = [name for group in TRAINED.groups[:NAME_GROUPS] for name in group]
    for name in [name for name in names if re.search(rf"\b{name}\b", text)]:
        new = choose_replacement(text, name, TRAINED, random)
        text = replace_word(text, name, new) if new else text
    return text
