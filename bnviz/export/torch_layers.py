"""TorchLayers: Python code, as text, that defines the layers which PyTorch does not have.

What normalizes takes the neurons, or the channels of convolutions, along the last axis.
"""

from bnviz.recording.networks import GHOST_SIZE, MAX_D, MAX_R

#: What sets g where the kernels are set, inside the loop over the layers.
SET_G = """\
        if isinstance(layer, WeightNormDense):
            layer.g.data = layer.weight.data.norm(dim=1)
"""
#: The same of convolutions, and their weight normalization.
SET_G_OF_CONVOLUTIONS = """\
        if isinstance(layer, WeightNormConvolution):
            layer.g.data = layer.weight.data.flatten(1).norm(dim=1)
"""
WEIGHT_NORM_CONVOLUTION = '''\
class WeightNormConvolution(nn.Conv2d):
    """Multiplies by g * v / norm(v) for each channel, weight is v (Salimans & Kingma 2016)."""

    def __init__(self, inputs, units):
        super().__init__(inputs, units, 3, padding=1)
        self.g = nn.Parameter(torch.ones(units))

    def forward(self, x):
        ratio = self.g / self.weight.flatten(1).norm(dim=1)
        weight = ratio[:, None, None, None] * self.weight
        return nn.functional.conv2d(x, weight, self.bias, padding=1)


'''
#: What makes images of rows of features, and what applies a layer to the channels of images.
CONVOLUTION_LAYERS = '''\
class Images(nn.Module):
    """Makes images of rows of features; PyTorch wants their channels first."""

    def forward(self, x):
        return x.reshape(-1, *IMAGE).permute(0, 3, 1, 2)


class ByChannel(nn.Module):
    """Applies a layer with the channels along the last axis."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x.movedim(1, -1)).movedim(-1, 1)


'''
#: What PyTorch does not have, by the arm that needs it.
MODULES = {
    "noisy_bn": '''\
class Noise(nn.Module):
    """Scales and shifts each element at random in training (Santurkar et al. 2018)."""

    def forward(self, x):
        if not self.training:
            return x
        mean, scale = -0.5 + torch.rand(()), 1 + 0.25 * torch.rand(())
        shift = mean - 0.1 + 0.2 * torch.rand_like(x)
        return (scale + 0.1 * torch.randn_like(x)) * x + shift


''',
    "ghost_bn": f'''\
class GhostBatchNormalization(nn.Module):
    """Batch Normalization of every {GHOST_SIZE} examples by themselves (Hoffer et al. 2017)."""

    def __init__(self, units, eps, kept):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(units)), nn.Parameter(torch.zeros(units))
        self.moments, self.eps, self.kept = (torch.ones(units), torch.zeros(units)), eps, kept

    def forward(self, x):
        variance, mean = self.moments
        if self.training:
            # What is left over belongs to the last virtual batch.
            whole = max(len(x) // {GHOST_SIZE} - 1, 0) * {GHOST_SIZE}
            sizes = [{GHOST_SIZE}] * (whole // {GHOST_SIZE}) + [len(x) - whole]
            rest = tuple(range(x.ndim - 1))
            parts = [
                torch.var_mean(part, dim=rest, correction=0, keepdim=True)
                for part in x.split(sizes)
            ]
            repeats = torch.tensor(sizes)
            variance, mean = (
                torch.cat(each).repeat_interleave(repeats, dim=0) for each in zip(*parts)
            )
            self.moments = tuple(
                self.kept * moving + (1 - self.kept) * of_batch.detach().mean(dim=rest)
                for moving, of_batch in zip(self.moments, (variance, mean))
            )
        return (x - mean) / (variance + self.eps).sqrt() * self.weight + self.bias


''',
    "dyt": '''\
class DynamicTanh(nn.Module):
    """gamma * tanh(alpha * x) + beta, alpha one number (Zhu et al. 2025)."""

    def __init__(self, units):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(units)), nn.Parameter(torch.zeros(units))
        self.alpha = nn.Parameter(torch.tensor(0.5))

    def forward(self, x):
        return torch.tanh(self.alpha * x) * self.weight + self.bias


''',
    "weight_norm": '''\
class WeightNormDense(nn.Linear):
    """Multiplies by g * v / norm(v) for each neuron, weight is v (Salimans & Kingma 2016)."""

    def __init__(self, inputs, units):
        super().__init__(inputs, units)
        self.g = nn.Parameter(torch.ones(units))

    def forward(self, x):
        weight = (self.g / self.weight.norm(dim=1))[:, None] * self.weight
        return nn.functional.linear(x, weight, self.bias)


''',
    "renorm": f'''\
class BatchRenorm(nn.Module):
    """Batch Renormalization (Ioffe 2017, Algorithm 1)."""

    def __init__(self, units, eps, kept):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(units)), nn.Parameter(torch.zeros(units))
        self.mean, self.std, self.eps, self.kept = torch.zeros(units), torch.ones(units), eps, kept

    def forward(self, x):
        moving_std = self.std.clamp(min=self.eps**0.5)
        if not self.training:
            return (x - self.mean) / moving_std * self.weight + self.bias
        variance, mean = torch.var_mean(x, dim=tuple(range(x.ndim - 1)), correction=0)
        std = (variance + self.eps).sqrt()
        with torch.no_grad():
            r = (std / moving_std).clamp(1 / {MAX_R}, {MAX_R})
            d = ((mean - self.mean) / moving_std).clamp(-{MAX_D}, {MAX_D})
            self.mean = self.kept * self.mean + (1 - self.kept) * mean
            self.std = self.kept * self.std + (1 - self.kept) * std
        return ((x - mean) / std * r + d) * self.weight + self.bias


''',
}
