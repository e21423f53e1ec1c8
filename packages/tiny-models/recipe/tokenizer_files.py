"""Writes tokenizer.json and tokenizer_config.json beside a model, so that every tokenizer library agrees on them."""

from __future__ import annotations

import json
from pathlib import Path

from model_config import END_TOKEN

BEGIN = "<|endoftext|>"


def write_tokenizer_files(source: Path, folder: Path, context: int) -> None:
    """Copies `source` (a tokenizer.json) into `folder`, with begin-of-text prepended on encoding and byte-exact decoding."""
    tokenizer = json.loads(source.read_text())
    tokenizer["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": BEGIN, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [
            {"SpecialToken": {"id": BEGIN, "type_id": 0}},
            {"Sequence": {"id": "A", "type_id": 0}},
            {"Sequence": {"id": "B", "type_id": 1}},
        ],
        "special_tokens": {BEGIN: {"id": BEGIN, "ids": [END_TOKEN], "tokens": [BEGIN]}},
    }
    tokenizer["decoder"] = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BEGIN,
        "eos_token": BEGIN,
        "pad_token": "<|pad|>",
        "mask_token": "<|mask|>",
        "model_max_length": context,
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
