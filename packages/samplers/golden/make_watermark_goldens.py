"""Writes watermarks.json: what transformers' WatermarkDetector finds in token sequences. Needs torch and transformers."""

import json
import pathlib

import torch
import transformers
from transformers import LlamaConfig, WatermarkDetector

VOCAB = 500
NAMES = {"ratio": "greenlist_ratio", "hashingKey": "hashing_key", "scheme": "seeding_scheme", "contextWidth": "context_width"}
CASES = [
    ({"ratio": 0.25, "hashingKey": 15485863, "scheme": "lefthash", "contextWidth": 1}, False),
    ({"ratio": 0.25, "hashingKey": 15485863, "scheme": "lefthash", "contextWidth": 1}, True),
    ({"ratio": 0.5, "hashingKey": 99991, "scheme": "lefthash", "contextWidth": 2}, False),
    ({"ratio": 0.4, "hashingKey": 15485863, "scheme": "selfhash", "contextWidth": 3}, False),
    ({"ratio": 0.4, "hashingKey": 7, "scheme": "selfhash", "contextWidth": 1}, True),
]


def main():
    cases = []
    for index, (key, ignore_repeated) in enumerate(CASES):
        state = index
        tokens = []
        for _ in range(80):
            state = (1664525 * state + 1013904223) % 2**32
            tokens.append(1 + (state >> 8) % (VOCAB if index % 2 else 12))
        tokens = [min(token, VOCAB - 1) for token in tokens]
        config = {NAMES[name]: value for name, value in key.items()} | {"bias": 2.0}
        detector = WatermarkDetector(LlamaConfig(vocab_size=VOCAB, bos_token_id=0), "cpu", config, ignore_repeated_ngrams=ignore_repeated)
        found = detector(torch.tensor([tokens]), return_dict=True)
        cases.append(
            {
                "options": {**key, "vocabSize": VOCAB, "ignoreRepeated": ignore_repeated},
                "tokens": tokens,
                "expected": {
                    "scored": int(found.num_tokens_scored[0]),
                    "green": int(found.num_green_tokens[0]),
                    "zScore": float(found.z_score[0]),
                    "pValue": float(found.p_value[0]),
                },
            }
        )
    document = {
        "source": f"huggingface/transformers {transformers.__version__}, WatermarkDetector",
        "licence": "Apache-2.0",
        "about": "Written by make_watermark_goldens.py; numbers only.",
        "cases": cases,
    }
    (pathlib.Path(__file__).parent / "watermarks.json").write_text(json.dumps(document, indent=2) + "\n")


main()
