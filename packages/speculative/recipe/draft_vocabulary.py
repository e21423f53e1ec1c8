"""Step 2: the tokens that the model writes most often, the only ones a draft proposes (FR-Spec: Zhao et al. 2025, arXiv:2502.14856).

    python draft_vocabulary.py --model FOLDER --texts runs/texts.jsonl --size 8192 --out runs/draft_vocabulary.json

Writes {"target_ids": [...]}: at index i the target's id of draft id i. Prints which share of the tokens of other texts such vocabularies hold.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from llama_config import read_config
from own_texts import read_own_texts
from transformers import AutoTokenizer

SIZES = (4096, 8192, 16384, 32768)


def ranked_ids(texts: list[dict], first: list[int], vocab_size: int) -> list[int]:
    """All ids: `first`, then by their number in the answers. The lowest id wins a tie: a tokenizer's first merges are its commonest."""
    written = Counter(token for text in texts for token in text["answer"])
    order = sorted(range(vocab_size), key=lambda token: (-written[token], token))
    chosen = set(first)
    return [*first, *(token for token in order if token not in chosen)]


def special_ids(folder: Path) -> list[int]:
    """Stop tokens and all ids that the tokenizer calls special."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    added = [token for token, entry in tokenizer.added_tokens_decoder.items() if entry.special]
    config = read_config(folder)
    return sorted({token for token in (*config.stop_tokens, *added) if token is not None and token < config.vocab_size})


def coverage(ids: list[int], texts: list[dict]) -> float:
    """Share of the answers' tokens that are among `ids`."""
    known = set(ids)
    tokens = [token for text in texts for token in text["answer"]]
    return sum(token in known for token in tokens) / max(1, len(tokens))


def read_draft_vocabulary(file: Path) -> list[int]:
    return json.loads(file.read_text())["target_ids"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--texts", type=Path, nargs="+", required=True)
    parser.add_argument("--size", type=int, default=8192)
    parser.add_argument("--evaluation", type=Path, help="texts to measure the share on; default: a tenth of --texts")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    texts = read_own_texts(*options.texts)
    others = read_own_texts(options.evaluation) if options.evaluation else texts[::10]
    ranked = [text for index, text in enumerate(texts) if options.evaluation or index % 10]
    first, vocab_size = special_ids(options.model), read_config(options.model).vocab_size
    ids = ranked_ids(ranked, first, vocab_size)
    for size in sorted({*SIZES, options.size}):
        if size <= vocab_size:
            print(json.dumps({"size": size, "coverage": round(coverage(ids[:size], others), 4)}))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"target_ids": ids[: options.size]}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
