"""A draft head that reads the target's hidden states: EAGLE-3 (Li et al. 2025, arXiv:2503.01840), one layer, with its weights' usual names.

Row t pairs the target's hidden states after token t with the embedding of token t + 1 and predicts token t + 2. Step j of a chain takes the
head's own hidden state of the step before instead, the embedding of token t + 1 + j, and predicts token t + 2 + j:

    combined = fc(three hidden states) at step 0, the hidden state of the step before afterwards
    hidden   = layer(attention over [norm(embedding), norm(combined)], residual = combined), before the last norm
    logits   = lm_head(norm(hidden)), over the draft vocabulary

B batch, n rows, C width, H heads, K heads of the cache, D head size, U draft vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from llama_config import LlamaConfig
from llama_network import Attention, FeedForward, Llama, RmsNorm, Rotary

FUSED_LAYERS = 3


class HeadLayer(nn.Module):
    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        norm = lambda: RmsNorm(config.width, config.norm_epsilon)
        self.input_layernorm, self.hidden_norm, self.post_attention_layernorm = norm(), norm(), norm()
        self.self_attn = Attention(config, 2 * config.width)
        self.mlp = FeedForward(config)

    def inputs(self, embeddings: Tensor, combined: Tensor) -> Tensor:
        """(B, n, 2C)"""
        return torch.cat([self.input_layernorm(embeddings), self.hidden_norm(combined)], -1)

    def finish(self, combined: Tensor, attended: Tensor) -> Tensor:
        hidden = combined + self.self_attn.output(attended)
        return hidden + self.mlp(self.post_attention_layernorm(hidden))


class EagleHead(nn.Module):
    def __init__(self, config: LlamaConfig, draft_vocab_size: int) -> None:
        super().__init__()
        self.config = config
        self.fc = nn.Linear(FUSED_LAYERS * config.width, config.width, bias=False)
        self.midlayer = HeadLayer(config)
        self.norm = RmsNorm(config.width, config.norm_epsilon)
        self.lm_head = nn.Linear(config.width, draft_vocab_size, bias=False)
        self.rotary = Rotary(config)

    @torch.no_grad()
    def start_from(self, target: Llama, target_ids: list[int]) -> None:
        """The head's rows, the last norm and the layer from the target's; the layer begins by reading the last hidden states alone."""
        config, layer, source = self.config, self.midlayer, target.model["layers"][-1]
        self.lm_head.weight.copy_(target.head[target_ids])
        self.norm.weight.copy_(target.model["norm"].weight)
        self.fc.weight.mul_(0.1)
        self.fc.weight[:, -config.width :] += torch.eye(config.width)
        layer.hidden_norm.load_state_dict(source.input_layernorm.state_dict())
        layer.post_attention_layernorm.load_state_dict(source.post_attention_layernorm.state_dict())
        layer.mlp.load_state_dict(source.mlp.state_dict())
        layer.self_attn.o_proj.load_state_dict(source.self_attn.o_proj.state_dict())
        for name in ("q_proj", "k_proj", "v_proj"):
            getattr(layer.self_attn, name).weight[:, config.width :] = getattr(source.self_attn, name).weight

    def chain(self, fused: Tensor, embeddings: list[Tensor]) -> list[Tensor]:
        """Training-time test: `fused` (B, n, 3C), for each step the embeddings (B, n, C) of its tokens → for each step the hidden states (B, n, C).

        The row of step j sees the rows of step 0 up to its own, and of each later step its own row only: what a chain has in its cache.
        """
        combined, keys, values, hidden_states = self.fc(fused), [], [], []
        for step, embedded in enumerate(embeddings):
            positions = torch.arange(fused.shape[1])[None] + step
            query, key, value = self.midlayer.self_attn.project(self.midlayer.inputs(embedded, combined), self.rotary, positions)
            keys.append(key)
            values.append(value)
            combined = self.midlayer.finish(combined, attend_along_chains(query, keys, values))
            hidden_states.append(combined)
        return hidden_states


def attend_along_chains(query: Tensor, keys: list[Tensor], values: list[Tensor]) -> Tensor:
    """`query` (B, H, n, D) of the latest step, keys and values (B, K, n, D) of all steps → (B, H, n, D)"""
    if len(keys) == 1:
        return functional.scaled_dot_product_attention(query, keys[0], values[0], is_causal=True, enable_gqa=True)
    share, length = query.shape[1] // keys[0].shape[1], query.shape[2]
    spread = lambda parts: [part.repeat_interleave(share, 1) for part in parts]
    keys, values = spread(keys), spread(values)
    query = query * query.shape[-1] ** -0.5
    ahead = torch.ones(length, length, dtype=torch.bool).triu(1)
    first = (query @ keys[0].transpose(2, 3)).float().masked_fill(ahead, -1e9)  # (B, H, n, n)
    own = [(query * key).sum(-1, keepdim=True).float() for key in keys[1:]]  # (B, H, n, 1) each
    weights = torch.softmax(torch.cat([first, *own], -1), -1).to(query.dtype)
    attended = weights[..., :length] @ values[0]
    for index, value in enumerate(values[1:]):
        attended = attended + weights[..., length + index, None] * value
    return attended
