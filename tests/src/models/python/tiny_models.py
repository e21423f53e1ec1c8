"""Random models of every architecture, small enough for a test, and their logits by transformers."""

import json
from inspect import signature
from pathlib import Path

import numpy
import torch

VOCABULARY = 160
TOKENS = 24
GREEDY_TOKENS = 8
# A greedy token counts only where its logit leads by more than what exports differ by.
MARGIN = 0.02

# tokenizer_config.json of any tokenizer.
WORDS = json.dumps(dict(tokenizer_class="PreTrainedTokenizerFast"))

# Token ids of texts and of what ends them, as configurations want them. None is reached by the vocabulary of the tokenizer below.
SPECIAL = dict(pad_token_id=0, bos_token_id=1, eos_token_id=2)


def randomize(model, seed=0):
    """Gives the weights values with which every layer matters: initial values of transformers leave all logits almost equal."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in sorted(model.named_parameters()):
            noise = torch.randn(weight.shape, generator=generator)
            if weight.dim() < 2:
                weight.add_(0.1 * noise.to(weight.dtype))
            elif "embed" in name or "wte" in name or "wpe" in name:
                weight.copy_(0.5 * noise)
            else:
                weight.copy_(noise / weight.shape[-1] ** 0.5)
    return model.eval()


def round_to_4_bits(model, block=32):
    """Rounds every matrix to what 4 bits with one scale for `block` values hold, so that quantizing it loses nothing."""
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() != 2 or weight.shape[1] % block:
                continue
            blocks = weight.reshape(-1, block)
            scale = blocks.abs().amax(dim=1, keepdim=True) / 8
            levels = (blocks / scale).round().clamp(-7, 7)
            # The level of the greatest magnitude, by which quantizers find the scale.
            levels.scatter_(1, blocks.abs().argmax(dim=1, keepdim=True), -8)
            weight.copy_((levels * scale).reshape(weight.shape))


def example_tokens(seed=0, count=TOKENS, vocabulary=VOCABULARY):
    generator = torch.Generator().manual_seed(seed + 1000)
    return torch.randint(5, vocabulary, (1, count), generator=generator)


def save_causal_golden(model, folder, **facts):
    """Writes the logits of all rows of a prompt, and the greedy tokens after it, computed by transformers in float32."""
    tokens = example_tokens(vocabulary=min(VOCABULARY, model.config.get_text_config().vocab_size))
    logits = logits_of(model, tokens)
    check_dependence(model, tokens, logits)
    greedy = greedy_tokens(model, tokens)
    save_golden(folder, tokens, logits, greedy=greedy, **facts)


def save_masked_golden(model, folder, mask_token, **facts):
    """Writes the logits of all rows of a text with masked tokens."""
    tokens = example_tokens()
    tokens[0, [3, 4, 9, 17]] = mask_token
    logits = logits_of(model, tokens)
    check_dependence(model, tokens, logits)
    save_golden(folder, tokens, logits, maskTokenId=mask_token, **facts)


def save_golden(folder, tokens, logits, **facts):
    golden = dict(tokens=tokens[0].tolist(), vocabSize=logits.shape[-1], **facts)
    Path(folder, "golden.json").write_text(json.dumps(golden))
    Path(folder, "golden.f32").write_bytes(logits.to(torch.float32).numpy().astype(numpy.float32).tobytes())


def logits_of(model, tokens):
    without_cache = dict(use_cache=False) if "use_cache" in signature(model.forward).parameters else {}
    with torch.no_grad():
        return model(input_ids=tokens, attention_mask=torch.ones_like(tokens), **without_cache).logits[0]


def check_dependence(model, tokens, logits):
    """A model that forgets its first token, or predicts the same everywhere, would test nothing."""
    changed = tokens.clone()
    changed[0, 0] = 5 if tokens[0, 0] != 5 else 6
    difference = (logits_of(model, changed)[-1] - logits[-1]).abs().max().item()
    spread = (logits[-1] - logits[-2]).abs().max().item()
    if difference < 1e-3 or spread < 0.1 or not torch.isfinite(logits).all():
        raise ValueError(f"a useless model: its last row moves by {difference} with the first token, by {spread} with the last")


def greedy_tokens(model, tokens):
    """The tokens that follow, up to the first whose lead is too small to survive rounding."""
    sequence, result = tokens, []
    while len(result) < GREEDY_TOKENS:
        best = logits_of(model, sequence)[-1].topk(2)
        if (best.values[0] - best.values[1]).item() < MARGIN:
            break
        result.append(best.indices[0].item())
        sequence = torch.cat([sequence, best.indices[:1].reshape(1, 1)], dim=1)
    return result


def save_tokenizer(folder, mask_token=None):
    """A tokenizer that is only there to be loaded: tests pass token ids."""
    added = [] if mask_token is None else [dict(id=mask_token, content="[MASK]", special=True)]
    vocabulary = {"a": 0, **{token["content"]: token["id"] for token in added}}
    tokenizer = dict(model=dict(type="BPE", vocab=vocabulary, merges=[]), added_tokens=added)
    Path(folder, "tokenizer.json").write_text(json.dumps(tokenizer))
