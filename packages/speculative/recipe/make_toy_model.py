"""A tiny random chat model of Llama's shape with a tokenizer, and a few texts: enough to run every step of the recipe. It says nothing sensible.

    python make_toy_model.py --out runs/toy
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import prompt_parts
import torch
from prompt_parts import parts
from prompts import SEPARATOR
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def write_texts(folder: Path, count: int = 60) -> list[str]:
    chance = random.Random(0)
    pick = lambda listed: chance.choice(parts(listed))
    sentence = lambda: f"There was {pick(prompt_parts.HEROES)} who {pick(prompt_parts.DEEDS)}. It was about {pick(prompt_parts.SUBJECTS)}."
    texts = ["\n".join(" ".join(sentence() for _ in range(3)) for _ in range(4)) for _ in range(count)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "texts.txt").write_text(f"\n{SEPARATOR}\n".join(texts))
    return texts


def write_model(folder: Path, texts: list[str]) -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=512, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=SPECIAL[2], pad_token=SPECIAL[2], bos_token=SPECIAL[1])
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(fast), hidden_size=32, intermediate_size=64, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2,
        head_dim=8, max_position_embeddings=1024, rope_theta=10000.0, tie_word_embeddings=True, bos_token_id=1, eos_token_id=2, pad_token_id=2,
        initializer_range=0.3,
    )
    LlamaForCausalLM(config).save_pretrained(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    write_model(options.out / "model", write_texts(options.out / "corpus"))
