"""Golden file: the output of Hugging Face transformers on exactly the shipped weights.

    python oracle_transformers.py --model ../models/stories --out ../golden/transformers.json

The weights are read back from onnx/model.onnx, so that both sides use the same model. Float32, CPU.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import torch
import transformers
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM
from transformers.generation.logits_process import TemperatureLogitsWarper, TopPLogitsWarper

from model_config import EDIT_TOKEN, END_TOKEN
from onnx_weights import read_onnx_weights

PROMPTS = (
    "Once upon a time, there was a little girl named Lily.",
    "Tom and his dog went to the park. They saw a big",
    "One day, a small bird could not find its mom. The bird was very sad.",
    "\"Can I have a cookie, please?\" asked Ben.",
    "The old man gave Sara a red box and said,",
)
NEW_TOKENS = 64
STOP_TOKENS = (END_TOKEN, EDIT_TOKEN)  # as in the shipped generation_config.json
SUPPORT_STEPS = 16  # steps along the greedy path whose top-p support is recorded
TOP_P_SETTINGS = ({"p": 0.9, "temperature": 0.8}, {"p": 0.5, "temperature": 1.0})


def load_llama(folder: Path) -> LlamaForCausalLM:
    """The causal stream of a shipped model as a stock transformers model."""
    config = LlamaConfig.from_pretrained(folder)
    model = LlamaForCausalLM(config).eval().float()
    state = {name: torch.from_numpy(array) for name, array in read_onnx_weights(folder / "onnx" / "model.onnx").items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    if set(missing) - {"lm_head.weight"} or unexpected:
        raise ValueError(f"weights do not fit: missing {missing}, unexpected {unexpected}")
    model.tie_weights()
    return model


def top_p_support(row: torch.Tensor, p: float, temperature: float) -> list[int]:
    """Token ids that survive temperature then top-p, ascending; `row` is (1, V)."""
    if temperature != 1.0:
        row = TemperatureLogitsWarper(temperature)(None, row)
    kept = TopPLogitsWarper(top_p=p)(None, row)
    return torch.isfinite(kept[0]).nonzero().flatten().tolist()


@torch.no_grad()
def decode_greedily(model: LlamaForCausalLM, prompt_tokens: list[int]) -> dict:
    """Greedy tokens up to NEW_TOKENS or a stop token (not included), with the gap between the two best logits of each step."""
    output = model.generate(
        torch.tensor([prompt_tokens]),
        attention_mask=torch.ones(1, len(prompt_tokens), dtype=torch.long),
        max_new_tokens=NEW_TOKENS,
        do_sample=False,
        return_dict_in_generate=True,
        output_logits=True,
        eos_token_id=list(STOP_TOKENS),
        pad_token_id=END_TOKEN,
    )
    tokens = output.sequences[0, len(prompt_tokens) :].tolist()
    rows = [row.float() for row in output.logits]
    best_two = [row[0].topk(2).values for row in rows]
    stopped = tokens[-1] in STOP_TOKENS
    return {
        "greedyTokens": tokens[:-1] if stopped else tokens,
        "finishReason": "stop" if stopped else "length",
        "topTwoGaps": [round(float(first - second), 6) for first, second in best_two],
        "topP": [
            {**setting, "supports": [top_p_support(row, **setting) for row in rows[:SUPPORT_STEPS]]} for setting in TOP_P_SETTINGS
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, tokenizer = load_llama(options.model), AutoTokenizer.from_pretrained(options.model)
    prompts = []
    for prompt in PROMPTS:
        tokens = tokenizer(prompt)["input_ids"]
        if tokens[0] != END_TOKEN or tokenizer.decode(tokens[1:]) != prompt:
            raise ValueError(f"the tokenizer does not round-trip {prompt!r}")
        decoded = decode_greedily(model, tokens)
        text = tokenizer.decode(decoded["greedyTokens"])
        prompts.append({"prompt": prompt, "promptTokens": tokens, "greedyText": text, **decoded})
    golden = {
        "source": "Hugging Face transformers, LlamaForCausalLM in float32 on CPU, by recipe/oracle_transformers.py",
        "transformersVersion": transformers.__version__,
        "torchVersion": torch.__version__,
        "model": options.model.name,
        "modelSha256": hashlib.sha256((options.model / "onnx" / "model.onnx").read_bytes()).hexdigest(),
        "newTokens": NEW_TOKENS,
        "prompts": prompts,
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
