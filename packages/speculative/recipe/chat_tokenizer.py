"""A model's tokenizer with its chat template."""

from __future__ import annotations

from pathlib import Path

from transformers import AutoTokenizer


class ChatTokenizer:
    def __init__(self, folder: Path) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(folder)

    def prompt(self, text: str) -> list[int]:
        """The ids of a first turn of a user, up to where the model's answer begins."""
        rendered = self.tokenizer.apply_chat_template([{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True)
        return self.tokenizer(rendered, add_special_tokens=False)["input_ids"]
