"""Prompts of five tasks, made from templates and a folder of texts. Those of evaluation share no subject, program, hero or excerpt with those of training.

A prompt is {"task", "text"}: what a user says in the first turn of a chat.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from pathlib import Path

import prompt_parts
from prompt_parts import parts

TASKS = ("chat", "summary", "edit", "code", "story")
EXCERPT_CHARACTERS = {"summary": (250, 700), "edit": (100, 350)}
SEPARATOR = "<|endoftext|>"
HELD_OUT = 8  # one subject, program, hero or text in so many is for evaluation


def is_held_out(part: str) -> bool:
    return zlib.crc32(part.encode()) % HELD_OUT == 0


def read_texts(corpus: Path) -> list[str]:
    """The texts of all .txt files of a folder, separated by lines `<|endoftext|>`."""
    joined = f"\n{SEPARATOR}\n".join(file.read_text() for file in sorted(corpus.glob("*.txt")))
    return [text.strip() for text in joined.split(SEPARATOR) if text.strip()]


def excerpt(text: str, shortest: int, longest: int, chance: random.Random) -> str | None:
    """Whole paragraphs from a random place of a text."""
    paragraphs = [part.strip() for part in text.split("\n") if part.strip()]
    for _ in range(8):
        start = chance.randrange(len(paragraphs))
        goal, found = chance.randint(shortest, longest), ""
        for paragraph in paragraphs[start:]:
            if found and len(found) + len(paragraph) > goal:
                break
            found += ("\n" if found else "") + paragraph
        if shortest <= len(found) <= longest * 1.3:
            return found
    return None


class PromptMaker:
    def __init__(self, corpus: Path, *, evaluation: bool) -> None:
        chosen = lambda listed: [part for part in listed if is_held_out(part) == evaluation]
        self.texts = chosen(read_texts(corpus))
        self.subjects, self.programs, self.heroes = (
            chosen(parts(listed)) for listed in (prompt_parts.SUBJECTS, prompt_parts.PROGRAM_TASKS, prompt_parts.HEROES)
        )

    def prompt(self, task: str, chance: random.Random) -> str:
        pick = lambda listed: chance.choice(parts(listed))
        if task == "chat":
            return pick(prompt_parts.QUESTION_FORMS).format(chance.choice(self.subjects))
        if task == "code":
            return pick(prompt_parts.PROGRAM_FORMS).format(chance.choice(self.programs))
        if task == "story":
            return pick(prompt_parts.STORY_FORMS).format(chance.choice(self.heroes), pick(prompt_parts.DEEDS))
        passage = None
        while passage is None:
            passage = excerpt(chance.choice(self.texts), *EXCERPT_CHARACTERS[task], chance)
        return pick(prompt_parts.SUMMARY_FORMS if task == "summary" else prompt_parts.EDIT_FORMS).replace("{}", passage)

    def all(self, seed: int) -> Iterator[dict]:
        """Different prompts without end, the tasks in turn. A task with few combinations yields none once it finds no new one."""
        seen: set[str] = set()
        chance = random.Random(seed)
        while True:
            for task in TASKS:
                for _ in range(20):
                    text = self.prompt(task, chance)
                    if text not in seen:
                        seen.add(text)
                        yield {"task": task, "text": text}
                        break
