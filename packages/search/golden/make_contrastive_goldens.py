"""Golden file: the tokens of Hugging Face transformers' contrastive search, float32 on a CPU.

    python make_contrastive_goldens.py ../../tiny-models/models/stories contrastive-stories.json

Needs transformers 4.46, the last one with contrastive search of its own. The weights are read back from onnx/model.onnx, so that both sides use
the same model. Writes {source, cases: [{prompt, newTokens, k, alpha, tokens}]}.
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoTokenizer

sys.path.append(str(Path(__file__).parents[2] / "tiny-models" / "recipe"))

from make_beam_goldens import PAD, STORIES
from oracle_transformers import load_llama

NEW_TOKENS = 32


@torch.no_grad()
def main() -> None:
    folder, output = Path(sys.argv[1]), Path(sys.argv[2])
    torch.set_num_threads(1)
    tokenizer, model = AutoTokenizer.from_pretrained(folder), load_llama(folder)
    model.generation_config = transformers.GenerationConfig()
    cases = []
    for k, alpha, text in itertools.product((2, 4, 8), (0.3, 0.6), STORIES):
        prompt = tokenizer(text)["input_ids"]
        ids = torch.tensor([prompt])
        found = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=NEW_TOKENS,
            top_k=k,
            penalty_alpha=alpha,
            do_sample=False,
            pad_token_id=PAD,
        )
        cases.append({"prompt": prompt, "newTokens": NEW_TOKENS, "k": k, "alpha": alpha, "tokens": found[0, len(prompt) :].tolist()})
    versions = f"transformers {transformers.__version__} (Apache-2.0), torch {torch.__version__.split('+')[0]}"
    source = f"{versions}, float32, the embedded story model, by golden/make_contrastive_goldens.py"
    output.write_text(json.dumps({"source": source, "cases": cases}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
