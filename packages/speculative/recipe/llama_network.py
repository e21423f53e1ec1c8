"""A Llama-shaped network under Hugging Face names, with what drafts need: hidden states of chosen layers, and a cache that rows can leave.

B batch, n new tokens, P cached tokens, V vocabulary, C width, H heads, K heads of the cache, D head size.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from llama_config import LlamaConfig, read_config


class RmsNorm(nn.Module):
    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, hidden: Tensor) -> Tensor:
        """Computed and returned in float32 or, where the weights are bfloat16, returned in bfloat16."""
        return functional.rms_norm(hidden.float(), self.weight.shape, self.weight.float(), self.epsilon).to(self.weight.dtype)


class Rotary:
    """cos and sin of position × frequency, computed once for all positions."""

    def __init__(self, config: LlamaConfig, context: int | None = None) -> None:
        frequencies = config.rope_theta ** (-torch.arange(0, config.head_size, 2).double() / config.head_size)
        angles = torch.arange(context or min(config.context, 4096)).double()[:, None] * frequencies
        self.cosine, self.sine = (torch.cat([part, part], -1).float() for part in (angles.cos(), angles.sin()))  # (positions, D)

    def turn(self, heads: Tensor, positions: Tensor) -> Tensor:
        """`heads` (B, heads, n, D), `positions` (B or 1, n) → the same shape. The halves are paired, as in Hugging Face's Llama."""
        cosine, sine = (table[positions][:, None].to(heads) for table in (self.cosine, self.sine))
        first, second = heads.chunk(2, -1)
        return heads * cosine + torch.cat([-second, first], -1) * sine


class Cache:
    """Keys and values of all layers, (B, K, capacity, D) each. Rows have lengths of their own; what lies behind a row's length is overwritten later."""

    GROWTH = 64  # positions; all of the cache is read in every step, so that it is never much larger than needed

    def __init__(self, config: LlamaConfig) -> None:
        self.pairs: list[tuple[Tensor, Tensor]] = [()] * config.layers

    def fill(self, layer: int, key: Tensor, value: Tensor) -> None:
        """Stores the first positions of all rows, (B, K, n, D)."""
        self.pairs[layer] = (self.grown(key), self.grown(value))

    def grown(self, part: Tensor) -> Tensor:
        return functional.pad(part, (0, 0, 0, self.GROWTH))

    def extend(self, layer: int, key: Tensor, value: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Stores (B, K, 1, D) at each row's position (B, 1); returns the whole cache: products of a part of it would copy that part."""
        rows, places = torch.arange(len(positions)), positions[:, 0]
        if int(places.max()) >= self.pairs[layer][0].shape[2]:
            self.pairs[layer] = tuple(map(self.grown, self.pairs[layer]))
        for store, new in zip(self.pairs[layer], (key, value)):
            store[rows, :, places] = new[:, :, 0]
        return self.pairs[layer]

    def keep(self, rows: Tensor) -> None:
        """Keeps the given rows of the batch, one layer after the other."""
        for layer, (key, value) in enumerate(self.pairs):
            self.pairs[layer] = (key[rows], value[rows])


def attend_causally(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """(B, H, n, D) over (B, K, n, D), each position over those up to itself → (B, H, n, D)"""
    return functional.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)


def attend_to_cache(query: Tensor, key: Tensor, value: Tensor, positions: Tensor) -> Tensor:
    """(B, H, 1, D) at positions (B, 1) over (B, K, m, D) → (B, H, 1, D). The query heads of a cache head become the rows of one product,
    so that its keys are read once: half the time of the library's kernel."""
    batch, heads, _, size = query.shape
    grouped = query.view(batch, key.shape[1], heads // key.shape[1], size) * size**-0.5
    ahead = torch.arange(key.shape[2]) > positions  # (B, m)
    bias = torch.zeros(ahead.shape, dtype=query.dtype).masked_fill_(ahead, -1e9)
    scores = torch.bmm(grouped.flatten(0, 1), key.flatten(0, 1).transpose(1, 2)).view(*grouped.shape[:3], -1) + bias[:, None, None]
    return torch.bmm(torch.softmax(scores, -1).flatten(0, 1), value.flatten(0, 1)).view(query.shape)


class Attention(nn.Module):
    def __init__(self, config: LlamaConfig, input_width: int | None = None) -> None:
        super().__init__()
        self.size = config.head_size
        linear = lambda inputs, heads: nn.Linear(inputs, heads * config.head_size, bias=False)
        inputs = input_width or config.width
        self.q_proj, self.k_proj, self.v_proj = (linear(inputs, heads) for heads in (config.heads, config.cache_heads, config.cache_heads))
        self.o_proj = nn.Linear(config.heads * config.head_size, config.width, bias=False)

    def split(self, joined: Tensor) -> Tensor:
        return joined.unflatten(-1, (-1, self.size)).transpose(1, 2)

    def project(self, hidden: Tensor, rotary: Rotary, positions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, n, inputs) → query (B, H, n, D), key and value (B, K, n, D), rotated."""
        query, key = (rotary.turn(self.split(layer(hidden)), positions) for layer in (self.q_proj, self.k_proj))
        return query, key, self.split(self.v_proj(hidden))

    def output(self, attended: Tensor) -> Tensor:
        return self.o_proj(attended.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.gate_proj, self.up_proj = (nn.Linear(config.width, config.feed_forward, bias=False) for _ in range(2))
        self.down_proj = nn.Linear(config.feed_forward, config.width, bias=False)

    def forward(self, hidden: Tensor) -> Tensor:
        return self.down_proj(functional.silu(self.gate_proj(hidden)) * self.up_proj(hidden))


class Block(nn.Module):
    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = (RmsNorm(config.width, config.norm_epsilon) for _ in range(2))
        self.self_attn, self.mlp = Attention(config), FeedForward(config)

    def forward(self, hidden: Tensor, rotary: Rotary, positions: Tensor, cache: Cache | None, layer: int) -> Tensor:
        query, key, value = self.self_attn.project(self.input_layernorm(hidden), rotary, positions)
        if cache and hidden.shape[1] == 1:
            attended = attend_to_cache(query, *cache.extend(layer, key, value, positions), positions)
        else:
            attended = attend_causally(query, key, value)
            if cache:
                cache.fill(layer, key, value)
        hidden = hidden + self.self_attn.output(attended).to(hidden.dtype)
        return hidden + self.mlp(self.post_attention_layernorm(hidden)).to(hidden.dtype)


class Llama(nn.Module):
    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.config = config
        self.model = nn.ModuleDict({
            "embed_tokens": nn.Embedding(config.vocab_size, config.width),
            "layers": nn.ModuleList(Block(config) for _ in range(config.layers)),
            "norm": RmsNorm(config.width, config.norm_epsilon),
        })
        self.lm_head = None if config.tied else nn.Linear(config.width, config.vocab_size, bias=False)
        self.rotary = Rotary(config)

    @property
    def head(self) -> Tensor:
        """(V, C)"""
        return self.model["embed_tokens"].weight if self.lm_head is None else self.lm_head.weight

    def forward(
        self, tokens: Tensor, *, positions: Tensor | None = None, cache: Cache | None = None, keep: tuple[int, ...] = ()
    ) -> tuple[Tensor, list[Tensor]]:
        """`tokens` (B, n) → the normalised hidden states (B, n, C), whose product with `head` are the logits, and the outputs of the layers
        `keep`, before the final norm, (B, n, C) each. A cache is filled with a whole prompt, then extended by one token at `positions` (B, 1)."""
        positions = torch.arange(tokens.shape[1])[None] if positions is None else positions
        hidden = self.model["embed_tokens"](tokens).float()  # the residual stream stays float32: in bfloat16, the texts were worse
        kept = {}
        for index, block in enumerate(self.model["layers"]):
            hidden = block(hidden, self.rotary, positions, cache, index)
            if index in keep:
                kept[index] = hidden
        return self.model["norm"](hidden), [kept[index] for index in keep]


def load_llama(folder: Path, dtype: torch.dtype = torch.float32) -> Llama:
    """A network with the weights of a Hugging Face folder, without gradients."""
    network = Llama(read_config(folder))
    state = {}
    for file in sorted(folder.glob("*.safetensors")):
        state |= load_file(file)
    missing, unexpected = network.load_state_dict(state, strict=False)
    if missing or set(unexpected) - {"lm_head.weight"}:
        raise ValueError(f"{folder}: weights are missing {missing} or unknown {unexpected}.")
    return network.to(dtype).eval().requires_grad_(False)
