"""Golden files: the hypotheses of Hugging Face transformers' beam search, float32 on a CPU.

    python make_beam_goldens.py stories ../../tiny-models/models/stories beams-stories.json
    python make_beam_goldens.py groups ../../tiny-models/models/stories groups-stories.json
    python make_beam_goldens.py chat HUGGING_FACE_FOLDER beams-smollm2.json

"stories" and "chat" need transformers 4.57, "groups" 4.46, the last one with diverse beam search of its own. The weights of the story model
are read back from onnx/model.onnx, so that both sides use the same model; the folder of "chat" is SmolLM2-135M-Instruct's.

Writes {source, cases: [{prompt, stopTokens, newTokens, options, hypotheses: [{tokens, finishReason, score}]}]}: all hypotheses, the best first,
without the prompt and without the token that stopped them.
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

sys.path.append(str(Path(__file__).parents[2] / "tiny-models" / "recipe"))

STORIES = (
    "Once upon a time, there was a little girl named Lily.",
    "Tom and his dog went to the park. They saw a big",
    "The old man gave Sara a red box and said,",
)
CHATS = (
    "What is the capital of France?",
    "Name three colours of the rainbow.",
)
PAD = 2


def stop_tokens(tokenizer, kind: str) -> list[int]:
    """Tokens that end a hypothesis: those of the model, and the full stop, so that hypotheses end at different lengths."""
    full_stop = tokenizer.encode(".", add_special_tokens=False)
    return [0, 3, *full_stop] if kind != "chat" else [tokenizer.eos_token_id, *full_stop]


def settings(kind: str, stops: list[int]):
    """(stop tokens, options) of each case."""
    if kind == "chat":  # a large model: some of the combinations
        for penalty, (beams, early) in itertools.product((0.0, 1.0, 2.0), ((2, True), (2, "never"), (4, False))):
            yield stops, {"num_beams": beams, "length_penalty": penalty, "early_stopping": early}
        yield stops, {"num_beams": 8, "length_penalty": 1.0, "early_stopping": False}
        return
    if kind == "stories":
        for beams, penalty, early in itertools.product((2, 4, 8), (-1.0, 0.0, 1.0, 2.0), (True, False, "never")):
            yield stops, {"num_beams": beams, "length_penalty": penalty, "early_stopping": early}
        return
    for (beams, groups), diversity in itertools.product(((2, 2), (4, 2), (4, 4), (6, 2)), (0.5, 2.0)):
        shared = {"num_beams": beams, "num_beam_groups": groups, "diversity_penalty": diversity}
        for penalty, early in itertools.product((0.0, 1.0, 2.0), (True, False, "never")):
            yield stops, {**shared, "length_penalty": penalty, "early_stopping": early}


@torch.no_grad()
def hypotheses(model, prompt: list[int], stops: list[int], new_tokens: int, options: dict) -> list[dict]:
    output = model.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        max_new_tokens=new_tokens,
        do_sample=False,
        num_return_sequences=options["num_beams"],
        eos_token_id=stops or None,
        pad_token_id=PAD,
        return_dict_in_generate=True,
        output_scores=True,
        **options,
    )
    found = []
    for sequence, score in zip(output.sequences[:, len(prompt) :].tolist(), output.sequences_scores.tolist()):
        end = next((place for place, token in enumerate(sequence) if token in stops), None)
        reason = "length" if end is None else "stop"
        found.append({"tokens": sequence[:end], "finishReason": reason, "score": round(score, 6)})
    return found


def main() -> None:
    kind, folder, output = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if kind == "chat":
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        chats = [[{"role": "user", "content": text}] for text in CHATS]
        prompts = [tokenizer.apply_chat_template(chat, add_generation_prompt=True) for chat in chats]
    else:
        from oracle_transformers import load_llama

        model = load_llama(folder)
        prompts = [tokenizer(text)["input_ids"] for text in STORIES]
    model.generation_config = transformers.GenerationConfig()
    model.generation_config.bos_token_id = 0
    new_tokens = 12 if kind == "chat" else 20
    cases = []
    for stops, options in settings(kind, stop_tokens(tokenizer, kind)):
        for prompt in prompts:
            found = hypotheses(model, prompt, stops, new_tokens, options)
            cases.append({"prompt": prompt, "stopTokens": stops, "newTokens": new_tokens, "options": options, "hypotheses": found})
    name = "SmolLM2-135M-Instruct (Apache-2.0)" if kind == "chat" else "the embedded story model"
    versions = f"transformers {transformers.__version__} (Apache-2.0), torch {torch.__version__.split('+')[0]}"
    source = f"{versions}, float32, {name}, by golden/make_beam_goldens.py {kind}"
    output.write_text(json.dumps({"source": source, "cases": cases}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
