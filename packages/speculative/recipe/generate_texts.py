"""Step 1: lets the model write the texts that its drafts are trained on.

    python generate_texts.py --model FOLDER --corpus FOLDER_WITH_TEXT --out runs/texts.jsonl

Prompts of five tasks in turn, answered greedily (half of them) and at temperature 1. Calling it again continues the file.
"""

from __future__ import annotations

import other_recipe, polite_threads  # noqa: E401, F401  (first)

import argparse
import itertools
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from batch_generation import continue_prompts
from chat_tokenizer import ChatTokenizer
from llama_network import load_llama
from own_texts import read_own_texts
from prompts import TASKS, PromptMaker

TEMPERATURES = (0.0, 1.0)
SORTED_BATCHES = 8  # so many batches of prompts are sorted by length, so that little is padded


def write_texts(options: argparse.Namespace) -> None:
    network = load_llama(options.model, torch.bfloat16)
    tokenizer = ChatTokenizer(options.model)
    done = read_own_texts(options.out)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text("".join(json.dumps(text, separators=(",", ":")) + "\n" for text in done))
    tokens = sum(len(text["answer"]) for text in done)
    finished = {text["index"] for text in done}
    prompts = PromptMaker(options.corpus, evaluation=options.evaluation).all(options.seed)
    begun, before = time.monotonic(), tokens
    for number, batch in enumerate(sorted_batches(prompts, tokenizer, options)):
        if tokens >= options.tokens:
            break
        batch = [each for each in batch if each["index"] not in finished]
        if not batch:
            continue
        temperatures = [each["temperature"] for each in batch]
        answers = continue_prompts(network, [each["prompt"] for each in batch], temperatures, options.new_tokens, options.seed * 100_000 + number)
        with options.out.open("a") as file:
            for each, answer in zip(batch, answers):
                file.write(json.dumps({**each, "answer": answer}, separators=(",", ":")) + "\n")
        tokens += sum(map(len, answers))
        print(json.dumps({"tokens": tokens, "tokensPerSecond": round((tokens - before) / (time.monotonic() - begun))}), flush=True)


def sorted_batches(prompts: Iterator[dict], tokenizer: ChatTokenizer, options: argparse.Namespace) -> Iterator[list[dict]]:
    """Batches of prompts of similar lengths, in random order. Within each window of batches all tasks and both temperatures occur."""
    numbered = enumerate(prompts)
    chance = random.Random(options.seed)
    while window := list(itertools.islice(numbered, options.batch * SORTED_BATCHES)):
        entries = [
            {"index": index, "task": each["task"], "temperature": TEMPERATURES[index // len(TASKS) % 2], "prompt": tokenizer.prompt(each["text"])}
            for index, each in window
        ]
        entries.sort(key=lambda entry: len(entry["prompt"]))
        batches = [entries[start : start + options.batch] for start in range(0, len(entries), options.batch)]
        chance.shuffle(batches)
        yield from batches


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="Hugging Face folder of a Llama-shaped chat model")
    parser.add_argument("--corpus", type=Path, required=True, help="folder with .txt files, for summaries and rewritings")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=600_000, help="ends once the model has written so many")
    parser.add_argument("--new-tokens", type=int, default=256, help="of one text, at most")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--evaluation", action="store_true", help="prompts that share nothing with those of training")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    chosen = parse_options()
    torch.set_num_threads(chosen.threads)
    write_texts(chosen)
