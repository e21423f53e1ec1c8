"""The network in PyTorch: a plain Llama whose weights also serve a canvas stream.

Both streams run in one pass. In the causal stream, each position sees the clean tokens before it.
The canvas stream sees a partly masked copy: each of its positions attends to the clean tokens before its block and to
the whole of its own block, has the position of the token it predicts, and has the mode embedding added. Causal
positions never attend to canvas positions, so the causal stream alone is an ordinary language model. Several canvases
over the same clean tokens do not see each other.

B batch, S clean tokens, K canvases, n tokens of each, C width, H heads, D head size, V vocabulary.
"""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from model_config import ModelConfig

INITIAL_SCALE = 0.02  # standard deviation of new embeddings
HIDDEN = -1e4  # attention bias of a hidden position; finite, so that it is safe in bfloat16


class RmsNorm(nn.Module):
    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, hidden: Tensor) -> Tensor:
        hidden = hidden.float()
        return hidden * torch.rsqrt(hidden.square().mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotate(heads: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Rotary embedding, half rotation as in Llama; `heads` (B, H, S, D), tables (S, D / 2)."""
    first, second = heads.chunk(2, dim=-1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), dim=-1)


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor) -> Tensor:
    """Softmax attention; `query` (B, H, n, D), `key` and `value` (B, H, m, D), `bias` broadcasts to (B, H, n, m).

    On a CPU the compiled plain formula takes less than half the time of the library's fused kernel in bfloat16.
    """
    if query.device.type != "cpu":
        return functional.scaled_dot_product_attention(query, key, value, attn_mask=bias.to(query.dtype))
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2) + bias
    return torch.softmax(scores.float(), dim=-1).to(value.dtype) @ value


def causal_bias(length: int, device: torch.device) -> Tensor:
    """(length, length): 0 at and below the diagonal, HIDDEN above."""
    return torch.full((length, length), HIDDEN, device=device).triu(1)


class Attention(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.heads, self.head_size = config.heads, config.head_size
        self.q_proj = nn.Linear(config.width, config.width, bias=False)
        self.k_proj = nn.Linear(config.width, config.width, bias=False)
        self.v_proj = nn.Linear(config.width, config.width, bias=False)
        self.o_proj = nn.Linear(config.width, config.width, bias=False)
        nn.init.zeros_(self.o_proj.weight)

    def forward(self, hidden: Tensor, cosine: Tensor, sine: Tensor, canvas_bias: Tensor | None) -> Tensor:
        batch, rows, width = hidden.shape
        joined = torch.cat((self.q_proj.weight, self.k_proj.weight, self.v_proj.weight))
        projected = functional.linear(hidden, joined).view(batch, rows, 3, self.heads, self.head_size)
        query, key, value = projected.permute(2, 0, 3, 1, 4)  # each (B, H, rows, D)
        query, key = rotate(query, cosine, sine).to(value.dtype), rotate(key, cosine, sine).to(value.dtype)
        canvases, size = (0, 0) if canvas_bias is None else canvas_bias.shape[1:3]
        length = rows - canvases * size  # of the causal stream
        below = causal_bias(length, hidden.device)
        clean_key, clean_value = key[:, :, :length], value[:, :, :length]
        mixed = [attend(query[:, :, :length], clean_key, clean_value, below)]
        for canvas in range(canvases):
            own = slice(length + canvas * size, length + (canvas + 1) * size)
            seen_key = torch.cat((clean_key, key[:, :, own]), dim=2)
            seen_value = torch.cat((clean_value, value[:, :, own]), dim=2)
            mixed.append(attend(query[:, :, own], seen_key, seen_value, canvas_bias[:, canvas : canvas + 1]))
        return self.o_proj(torch.cat(mixed, dim=2).transpose(1, 2).reshape(batch, rows, width))


class FeedForward(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.width, config.feed_forward, bias=False)
        self.up_proj = nn.Linear(config.width, config.feed_forward, bias=False)
        self.down_proj = nn.Linear(config.feed_forward, config.width, bias=False)
        nn.init.zeros_(self.down_proj.weight)

    def forward(self, hidden: Tensor) -> Tensor:
        joined = functional.linear(hidden, torch.cat((self.gate_proj.weight, self.up_proj.weight)))
        gate, up = joined.chunk(2, dim=-1)
        return self.down_proj(functional.silu(gate) * up)


class HashedDropout(nn.Module):
    """Dropout with a hash of the index and one random seed as its mask (the first steps of MurmurHash3's finaliser, Appleby 2008).

    On a CPU the library's generator took a fifth of a training step.
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, hidden: Tensor) -> Tensor:
        if not self.training or self.probability == 0:
            return hidden
        seed = torch.randint(2**31 - 1, (), device=hidden.device, dtype=torch.int32)
        hashed = torch.arange(hidden.numel(), device=hidden.device, dtype=torch.int32) + seed
        for shift, factor in ((16, -2048144789), (13, -1028477387)):
            hashed = (hashed ^ (hashed >> shift)) * factor
        kept = hashed >= int(-(2**31) + self.probability * 2**32)
        return torch.where(kept.view(hidden.shape), hidden * (1 / (1 - self.probability)), 0.0)


class Layer(nn.Module):
    def __init__(self, config: ModelConfig, dropout: float) -> None:
        super().__init__()
        self.drop = HashedDropout(dropout)
        self.input_layernorm = RmsNorm(config.width, config.norm_epsilon)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = RmsNorm(config.width, config.norm_epsilon)
        self.mlp = FeedForward(config)

    def forward(self, hidden: Tensor, cosine: Tensor, sine: Tensor, canvas_bias: Tensor | None) -> Tensor:
        hidden = hidden + self.drop(self.self_attn(self.input_layernorm(hidden), cosine, sine, canvas_bias))
        return hidden + self.drop(self.mlp(self.post_attention_layernorm(hidden)))


class Trunk(nn.Module):
    """The part that Hugging Face names `model.`: embedding, layers, last norm."""

    def __init__(self, config: ModelConfig, dropout: float) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.width)
        nn.init.normal_(self.embed_tokens.weight, std=INITIAL_SCALE)
        self.layers = nn.ModuleList(Layer(config, dropout) for _ in range(config.layers))
        self.norm = RmsNorm(config.width, config.norm_epsilon)


class CanvasMode(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.mode_embedding = nn.Parameter(torch.zeros(width).normal_(std=INITIAL_SCALE))


class DualNetwork(nn.Module):
    def __init__(self, config: ModelConfig, dropout: float = 0.0) -> None:
        """`dropout` on the branches of each layer: it prevents memorisation with few distinct texts and many epochs."""
        super().__init__()
        self.config = config
        self.model = Trunk(config, dropout)
        self.canvas = CanvasMode(config.width) if config.canvas else None

    @property
    def head(self) -> Tensor:
        """Output matrix (V, C), tied to the embedding."""
        return self.model.embed_tokens.weight

    def rotary_tables(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        size = self.config.head_size
        frequencies = self.config.rope_theta ** (-torch.arange(0, size, 2, device=positions.device) / size)
        angles = positions[..., None].float() * frequencies
        return angles.cos(), angles.sin()

    def forward(
        self, clean: Tensor, noisy: Tensor | None = None, canvas_bias: Tensor | None = None, canvas_positions: Tensor | None = None
    ) -> Tensor:
        """Normalised last hidden states: (B, S, C) of the causal stream, or (B, S + K n, C), causal rows first, with canvases.

        `clean` (B, S); `noisy` (B, K n); `canvas_bias` (B or 1, K, n, S + n), added to the scores of each canvas over
        [clean | canvas]; `canvas_positions` (n,), by default those of the clean tokens.
        """
        hidden = self.model.embed_tokens(clean)
        positions = torch.arange(clean.shape[1], device=clean.device)
        if noisy is not None:
            marked = self.model.embed_tokens(noisy) + self.canvas.mode_embedding
            hidden = torch.cat((hidden, marked), dim=1)
            own = positions if canvas_positions is None else canvas_positions
            positions = torch.cat((positions, own.repeat(canvas_bias.shape[1])))
        cosine, sine = self.rotary_tables(positions)
        for layer in self.model.layers:
            hidden = layer(hidden, cosine, sine, canvas_bias)
        return self.model.norm(hidden)
