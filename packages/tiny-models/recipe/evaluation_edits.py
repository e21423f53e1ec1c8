"""The evaluation set of the edit task: renamings in held-out stories.

    python evaluation_edits.py --corpus FOLDER --out ../golden/edits.json
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from corpus import read_texts, split_corpus
from rename_edits import Edit, make_edit

COUNT = 50
LONGEST = 360  # characters of an excerpt


def held_out_edits(held_out: list[str], count: int = COUNT) -> list[Edit]:
    """At most one edit per story, always the same ones for the same stories."""
    random = np.random.default_rng(50)
    edits = [make_edit(story, LONGEST, random) for story in held_out]
    return [edit for edit in edits if edit is not None][:count]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    edits = held_out_edits(split_corpus(read_texts(options.corpus)).held_out)
    options.out.write_text(json.dumps([asdict(edit) for edit in edits], indent=1) + "\n")
