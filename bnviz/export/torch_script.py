"""TorchScript: an experiment as PyTorch code, which gives the result of the page up to rounding.

Same examples, initial weights, batches and updates. What PyTorch does otherwise than Keras stands
in the code as it is met: momentum counts the share of the new batch, the moving variance is the
unbiased one, and two optimizers add epsilon in another place.
"""

from bnviz.export.script_cells import (
    Cell,
    about,
    differences,
    for_reading,
    joined,
    packed_cells,
    wrapped,
)
from bnviz.export.script_data import data_code, image_code
from bnviz.export.script_training import CLOSES, ROWS, pooled_code
from bnviz.export.torch_layers import (
    CONVOLUTION_LAYERS,
    MODULES,
    SET_G,
    SET_G_OF_CONVOLUTIONS,
    WEIGHT_NORM_CONVOLUTION,
)
from bnviz.export.torch_weights import weights_code
from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.frames import BIASED_ARMS
from bnviz.recording.header import arm_label, normalization_position
from bnviz.recording.networks import num_groups
from bnviz.settings import Settings
from bnviz.settings.architectures import RESIDUAL, convolves
from bnviz.settings.bn_changes import BN_ARMS
from bnviz.settings.choices import SGD_MOMENTUM

#: The activations of Keras; its leaky ReLU has another slope.
_ACTIVATIONS = {
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "leaky_relu": "nn.LeakyReLU(0.2)",
    "elu": "nn.ELU()",
    "selu": "nn.SELU()",
    "gelu": "nn.GELU()",
    "silu": "nn.SiLU()",
    "linear": "nn.Identity()",
}
#: The optimizers of Keras.
_OPTIMIZERS = {
    "sgd": "torch.optim.SGD(learnt, lr={rate})",
    "momentum": f"torch.optim.SGD(learnt, lr={{rate}}, momentum={SGD_MOMENTUM})",
    "adam": "Adam(learnt, dict(lr={rate}))",
    "rmsprop": "RMSprop(learnt, dict(lr={rate}))",
}


def unavailable(settings: Settings) -> str:
    """Returns why an experiment cannot be such a script, as a sentence; "" if it can."""
    alone = settings.batch_size == 1 and not _convolves(settings)
    if alone and {*_arms(settings)} & {*BN_ARMS, "instance_norm"}:
        return "PyTorch refuses to normalize a neuron over batches of one example."
    return ""


def script(settings: Settings) -> str:
    """Returns the experiment as a Python script.

    Its `results` holds the validation loss and accuracy by the label of each arm. Its docstring
    says what it does not repeat.

    Args:
        settings: The experiment, of which `unavailable` says nothing.
    """
    return joined(_title(settings), _cells(settings))


def excerpt(settings: Settings) -> str:
    """Returns the script for reading, without the packed examples."""
    return joined(_title(settings), for_reading(_cells(settings)))


def _title(settings: Settings) -> str:
    compared, trained = about(settings)
    notes = list(differences(settings))
    if settings.dropout or _is_noisy(settings):
        what = " and ".join(["dropout"] * bool(settings.dropout) + ["noise"] * _is_noisy(settings))
        notes.append(f"For {what} PyTorch draws other random numbers than the page.")
    return wrapped(
        [
            compared,
            f"{trained} Needs PyTorch 2.4 or newer and NumPy{_also_needed(settings)}.",
            *(f"Note: {sentence}" for sentence in notes),
        ]
    )


def _is_noisy(settings: Settings) -> bool:
    return "noisy_bn" in _arms(settings)


def _also_needed(settings: Settings) -> str:
    downloaded = "import" in data_code(settings, library="torchvision").define
    return ", and torchvision for the examples" if downloaded else ""


def _arms(settings: Settings) -> tuple[str, ...]:
    return FrameLayout.of(settings).arms


def _cells(settings: Settings) -> list[Cell]:
    examples = data_code(settings, library="torchvision")
    modules = "".join(f"import {name}\n" for name in examples.modules)
    constants = f"SEED = {settings.seed}\nSTEPS = {settings.steps}\n"
    constants += f"BATCH_SIZE = {settings.batch_size}\n"
    return [
        Cell("Settings", "", f"{modules}{_IMPORTS}\n{constants}"),
        Cell("The examples", "", f"{examples.define}{_image(settings)}"),
        Cell("The initial weights", _DRAWN, weights_code(settings)),
        Cell("The networks", "", _networks(settings)),
        Cell("Training", _rounding(settings), _training(settings)),
        *packed_cells(settings, examples),
        Cell("The result", "", _result(settings, measured=examples.measured)),
    ]


_IMPORTS = """
import numpy as np
import torch
from torch import nn
"""
_DRAWN = """\
TensorFlow draws the page's initial weights; this draws the same ones without it."""
#: Measured over seeds 0 to 3 on the page's machine.
_ROUNDING = """\
PyTorch rounds otherwise than TensorFlow, and training amplifies it: over four seeds of the
default run, losses came to differ by more than 0.001 after 85 to 173 steps without BN, and with
BN after 247 to 647 steps or not within its 800."""


_ROUNDING_OF_CONVOLUTIONS = """\
PyTorch rounds otherwise than TensorFlow, and training amplifies it."""


def _rounding(settings: Settings) -> str:
    return _ROUNDING_OF_CONVOLUTIONS if _convolves(settings) else _ROUNDING


def _convolves(settings: Settings) -> bool:
    return convolves(settings.architecture)


def _image(settings: Settings) -> str:
    return f"\n\n{image_code(settings)}" if _convolves(settings) else ""


def _networks(settings: Settings) -> str:
    """Returns code that defines `network`, which returns a model with its initial weights."""
    arms = _arms(settings)
    residual = settings.architecture in RESIDUAL
    lines = []
    for arm in arms:
        lines.append(
            f'        {"if" if arm == arms[0] else "elif"} arm == "{arm_label(settings, arm)}":'
        )
        made, rest = _layer(settings, arm)
        if residual:
            lines += [*_listed("made =", made), *_listed("rest =", rest)]
        else:
            lines += _listed("stack +=", [*made, *rest])
    images = _convolves(settings)
    weighted = "(nn.Conv2d, nn.Linear)" if images else "nn.Linear"
    fixed = [
        f'        if not isinstance(layer, {weighted}) and hasattr(layer, "{name}"):\n'
        f"            layer.{name}.requires_grad_(False)  # {greek} stays {value}\n"
        for name, greek, value, learnt in (
            ("weight", "gamma", 1, settings.bn_scale),
            ("bias", "beta", 0, settings.bn_center),
        )
        if not learnt
    ]
    fixing = "    for layer in model.modules():\n" + "".join(fixed) if fixed else ""
    defined = MODULES | ({"weight_norm": WEIGHT_NORM_CONVOLUTION} if images else {})
    modules = _BLOCK * residual + CONVOLUTION_LAYERS * images
    modules += "".join(code for arm, code in defined.items() if arm in arms)
    after = ""
    if "weight_norm" in arms:
        after = SET_G_OF_CONVOLUTIONS if images else SET_G
    layers = settings.hidden_layers
    first = pooled_code(settings) if images else ""
    start = "[Images()], IMAGE[2]" if images else "[], num_features"
    counts = images or residual
    number = f"number in range(1, {layers + 1})" if counts else f"_ in range({layers})"
    opening = each = ""
    if residual:
        opening = CLOSES
        each = _JOIN.format(layers=layers, zero=_zero(settings, weighted))
    return f"""\
{modules}def network(arm, num_features, num_classes):
    \"\"\"Returns a network with the initial weights that all networks share.\"\"\"
{first}    stack, inputs = {start}
    for {number}:
{opening}{chr(10).join(lines)}
{each}        inputs = {settings.units}
{_AVERAGE * images}    stack.append(nn.Linear(inputs, num_classes))
    model = nn.Sequential(*stack)
{fixing}
    weighted = [layer for layer in {_modules(settings)} if isinstance(layer, {weighted})]
    seeds = np.random.SeedSequence(SEED).generate_state(len(weighted))
    for layer, seed in zip(weighted, seeds):
{_SET_KERNELS_OF_IMAGES if images else _SET_KERNELS}        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
{after}    return model
"""


def _modules(settings: Settings) -> str:
    """Returns what goes through the layers of a model, those within blocks included, as code."""
    return "model.modules()" if settings.architecture in RESIDUAL else "model"


def _listed(name: str, layers: list[str]) -> list[str]:
    """Returns the lines of an assignment of layers."""
    indent = " " * 12
    return [f"{indent}{name} [", *(f"{indent}    {layer}" for layer in layers), f"{indent}]"]


def _zero(settings: Settings, weighted: str) -> str:
    """Returns code that sets the gamma of a block's last normalization to 0, if it begins there."""
    zero = settings.zero_last_gamma and settings.bn_scale
    return _ZERO_GAMMA.format(weighted=weighted) if zero else ""


_BLOCK = '''\
class Block(nn.Module):
    """Adds the input to what two layers make of it (He et al. 2015)."""

    def __init__(self, made, rest):
        super().__init__()
        self.made, self.rest = nn.Sequential(*made), nn.Sequential(*rest)

    def forward(self, x):
        return self.rest(x + self.made(x))


'''
#: Code that joins the layers of one hidden layer to the others, two of a block at its second.
_JOIN = """\
        if closes:
{zero}            stack.append(Block([*opened, *made], rest))
        elif number < {layers} and number > 1:
            opened = [*made, *rest]  # the first layer of a block
        else:
            stack += [*made, *rest]
"""
_ZERO_GAMMA = """\
            for layer in nn.Sequential(*made).modules():
                if not isinstance(layer, {weighted}) and hasattr(layer, "weight"):
                    nn.init.zeros_(layer.weight)  # gamma begins at 0
"""
_SET_KERNELS = """\
        kernel = initial_kernel(layer.in_features, layer.out_features, int(seed))
        # PyTorch keeps a row for each output, Keras for each input.
        layer.weight.data = torch.from_numpy(kernel.T.copy())
"""
_SET_KERNELS_OF_IMAGES = """\
        outputs, inputs, *sides = layer.weight.shape
        kernel = initial_kernel(inputs, outputs, int(seed), int(np.prod(sides)))
        # PyTorch keeps outputs, inputs and positions in this order, Keras positions first.
        kernel = np.moveaxis(kernel.reshape(*sides, inputs, outputs), (-1, -2), (0, 1))
        layer.weight.data = torch.from_numpy(kernel.copy())
"""
_AVERAGE = """\
        if number in pooled:
            stack.append(nn.AvgPool2d(2))
    stack += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
"""


def _layer(settings: Settings, arm: str) -> tuple[list[str], list[str]]:
    """Returns the layers of one hidden layer as code, in order.

    A residual block adds its input between the first and the second part of its second layer.
    """
    position = normalization_position(settings, arm)
    before = position or settings.bn_position
    activation = f"{_ACTIVATIONS[settings.activation]},"
    normalization = _normalization(settings, arm) if position else []
    kind, size = ("nn.Conv2d", ", 3, padding=1") if _convolves(settings) else ("nn.Linear", "")
    if position == "before" and arm not in BIASED_ARMS:
        why = "  # beta is the bias" if settings.bn_center else ""
        linear = f"{kind}(inputs, {settings.units}{size}, bias=False),{why}"
    elif arm == "weight_norm":
        kind = "WeightNormConvolution" if _convolves(settings) else "WeightNormDense"
        linear = f"{kind}(inputs, {settings.units}),"
    else:
        linear = f"{kind}(inputs, {settings.units}{size}),"
    dropout = [f"nn.Dropout({settings.dropout!r}),"] if settings.dropout else []
    if settings.dropout_position == "before":
        normalization, dropout = [*dropout, *normalization], []
    if before == "before":
        return [linear, *normalization], [activation, *dropout]
    return [linear, activation, *normalization], dropout


def _normalization(settings: Settings, arm: str) -> list[str]:
    """Returns the normalization of a hidden layer as code, with the noise that follows it."""
    units, epsilon = settings.units, f"eps={settings.bn_epsilon!r}"
    if arm in BN_ARMS:
        noise = ["Noise(),"] if arm == "noisy_bn" else []
        momentum = f"momentum=1 - {settings.bn_momentum!r}"
        return [
            f"# PyTorch's momentum is the share of the new batch; "
            f"{settings.bn_momentum:g} of the old is kept.",
            f"nn.BatchNorm{2 if _convolves(settings) else 1}d({units}, {epsilon}, {momentum}),",
            *noise,
        ]
    kept = repr(settings.bn_momentum)
    groups = {"group_norm": num_groups(units), "instance_norm": units}
    if _convolves(settings):
        groups["layer_norm"] = 1
    if arm in groups:
        return [f"nn.GroupNorm({groups[arm]}, {units}, {epsilon}),"]
    layer = {
        "layer_norm": f"nn.LayerNorm({units}, {epsilon})",
        "rms_norm": f"nn.RMSNorm({units}, {epsilon})",
        "ghost_bn": f"GhostBatchNormalization({units}, {epsilon}, kept={kept})",
        "dyt": f"DynamicTanh({units})",
        "renorm": f"BatchRenorm({units}, {epsilon}, kept={kept})",
    }[arm]
    return [f"ByChannel({layer})," if _convolves(settings) else f"{layer},"]


def _training(settings: Settings) -> str:
    """Returns code that defines `batches(x)` and `train(model, x, y)`."""
    optimizer = _OPTIMIZERS[settings.optimizer].format(rate=repr(settings.learning_rate))
    penalty = _PENALTY if "weight_norm" not in _arms(settings) else _PENALTY_OF_G
    weighted = "(nn.Conv2d, nn.Linear)" if _convolves(settings) else "nn.Linear"
    layers = _modules(settings)
    penalty = penalty.format(l2=repr(settings.l2), weighted=weighted, layers=layers)
    penalty = penalty if settings.l2 else ""
    defined = _DEFINED.get(settings.optimizer, "")
    kind, count, counting = "nn.BatchNorm1d", "BATCH_SIZE", ""
    if _convolves(settings):
        kind, count = "nn.BatchNorm2d", "layer.count"
        counting = _COUNTING.format(layers=layers)
    return defined + _TRAINING.format(
        rows=ROWS,
        optimizer=optimizer,
        penalty=penalty,
        kind=kind,
        n=count,
        counting=counting,
        layers=layers,
    )


#: Code that keeps how many values of a channel there are in a batch.
_COUNTING = """\
    for layer in {layers}:
        if isinstance(layer, nn.BatchNorm2d):
            layer.register_forward_pre_hook(
                lambda layer, x: setattr(layer, "count", x[0].numel() // x[0].shape[1])
            )
"""
#: Optimizers that PyTorch computes otherwise.
_DEFINED = {
    "adam": '''\
class Adam(torch.optim.Optimizer):
    """Adam as in Keras, which adds epsilon to the root of an average that is not corrected."""

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weights in group["params"]:
                state = self.state[weights]
                steps = state["steps"] = state.get("steps", 0) + 1
                mean = state.setdefault("mean", torch.zeros_like(weights))
                square = state.setdefault("square", torch.zeros_like(weights))
                mean.add_((weights.grad - mean) * (1 - 0.9))
                square.add_((weights.grad.square() - square) * (1 - 0.999))
                rate = group["lr"] * (1 - 0.999**steps) ** 0.5 / (1 - 0.9**steps)
                weights.sub_(rate * mean / (square.sqrt() + 1e-7))


''',
    "rmsprop": '''\
class RMSprop(torch.optim.Optimizer):
    """RMSprop as in Keras, which adds epsilon within the root; PyTorch's own adds it outside."""

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weights in group["params"]:
                square = self.state[weights].setdefault("square", torch.zeros_like(weights))
                square.mul_(0.9).addcmul_(weights.grad, weights.grad, value=0.1)
                weights.sub_(group["lr"] * weights.grad / (square + 1e-7).sqrt())


''',
}
_PENALTY = """\
        layers = [layer for layer in {layers} if isinstance(layer, {weighted})]
        loss = loss + {l2} * sum(layer.weight.square().sum() for layer in layers)
"""
_PENALTY_OF_G = """\
        # The sum of squares of g * v / norm(v) is that of g.
        layers = [layer for layer in {layers} if isinstance(layer, {weighted})]
        kernels = [getattr(layer, "g", layer.weight) for layer in layers]
        loss = loss + {l2} * sum(kernel.square().sum() for kernel in kernels)
"""
_TRAINING = '''\
def batches(x):
    """Returns the rows of each batch, the same for every network: one shuffle after another."""
{rows}    return torch.from_numpy(rows)


def train(model, x, y):
    """Trains a model, and leaves it as for inference."""
    learnt = [weights for weights in model.parameters() if weights.requires_grad]
    optimizer = {optimizer}
{counting}    model.train()
    for rows in batches(x):
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
{penalty}        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    for layer in {layers}:
        if isinstance(layer, {kind}):
            # PyTorch keeps the unbiased variance, over n - 1, and Keras the biased one, over n.
            # The variance 1 from which both start is neither.
            start = (1 - layer.momentum) ** STEPS
            biased = (layer.running_var - start) * ({n} - 1) / {n}
            layer.running_var.copy_(biased + start)
    model.eval()
'''


def _result(settings: Settings, *, measured: str) -> str:
    arms = ", ".join(f'"{arm_label(settings, arm)}"' for arm in _arms(settings))
    return _RESULT.format(arms=arms, measured=measured)


_RESULT = """\
x_train, y_train, x_validation, y_validation = examples()
num_features, num_classes = x_train.shape[1], int(max(y_train.max(), y_validation.max())) + 1
{measured}x, x_validation = torch.from_numpy(x_train), torch.from_numpy(x_validation)
y, y_validation = (torch.from_numpy(part).long() for part in (y_train, y_validation))
results = {{}}
for arm in ({arms}):
    model = network(arm, num_features, num_classes)
    train(model, x, y)
    with torch.no_grad():
        logits = model(x_validation)
        loss = float(nn.functional.cross_entropy(logits, y_validation))
        accuracy = float((logits.argmax(dim=1) == y_validation).float().mean())
    results[arm] = (loss, accuracy)
    print(f"{{arm}}: validation loss {{loss:.4f}}, accuracy {{accuracy:.1%}}")
"""
