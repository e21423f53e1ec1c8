"""Decodes conversations.json greedily with transformers, float32, on a CPU.

Usage: python greedy-tokens.py HUGGING_FACE_FOLDER OUTPUT.json

Writes {source, cases: [{name, tokens, gaps}]}: the new tokens of each conversation, at most 32, with the token that ends the text; and how far
the largest logit was above the second one where each of them was chosen.
"""

import json
import sys
from pathlib import Path

import torch
import transformers

NEW_TOKENS = 32
folder, output = sys.argv[1:3]
conversations = json.loads((Path(__file__).parent / "conversations.json").read_text())
tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
cases = []
for conversation in conversations:
    prompt = tokenizer.apply_chat_template(conversation["messages"], add_generation_prompt=True, return_tensors="pt", return_dict=True)
    result = model.generate(**prompt, max_new_tokens=NEW_TOKENS, do_sample=False, output_logits=True, return_dict_in_generate=True)
    tokens = result.sequences[0, prompt["input_ids"].shape[1] :].tolist()
    largest = [logits[0].topk(2).values for logits in result.logits]
    cases.append({"name": conversation["name"], "tokens": tokens, "gaps": [round(float(two[0] - two[1]), 4) for two in largest]})
source = f"transformers {transformers.__version__}, torch {torch.__version__.split('+')[0]}, greedy, float32, SmolLM2-135M-Instruct (Apache-2.0)"
Path(output).write_text(json.dumps({"source": source, "cases": cases}, indent=2) + "\n")
for case in cases:
    print(case["name"], len(case["tokens"]), min(case["gaps"]), repr(tokenizer.decode(case["tokens"])))
