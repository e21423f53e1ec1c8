"""The evaluation set of the edit task: renamings in held-out stories. The file refers to the corpus and contains no text.

    python evaluation_edits.py --corpus FOLDER --out ../golden/edits.json
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np

from corpus import read_texts, split_corpus
from rename_edits import Edit, make_edit

COUNT = 50
MAX_EXCERPT = 360  # characters of an excerpt


def held_out_edits(held_out: list[str], count: int = COUNT) -> list[Edit]:
    """At most one edit per story, deterministic for each story."""
    random = np.random.default_rng(50)
    edits = [make_edit(story, MAX_EXCERPT, random) for story in held_out]
    return [edit for edit in edits if edit is not None][:count]


def reference(edit: Edit, stories: list[str]) -> dict:
    """The location of the excerpt: the story by the beginning of its SHA-256, and the characters [start, start + length) of it."""
    story = next(text for text in stories if edit.original in text)
    digest = hashlib.sha256(story.encode()).hexdigest()[:16]
    return {"story": digest, "start": story.index(edit.original), "length": len(edit.original), "old": edit.old, "new": edit.new}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    stories = split_corpus(read_texts(options.corpus)).held_out
    options.out.write_text(json.dumps([reference(edit, stories) for edit in held_out_edits(stories)], indent=1) + "\n")
