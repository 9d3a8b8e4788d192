"""ScriptTraining: Python code, as text, that trains and evaluates the networks of an experiment.

Long runs amplify rounding, so the script has XLA compile the same step as the laboratory does.
"""

from bnviz.recording.frame_layout import FrameLayout
from bnviz.recording.header import arm_label
from bnviz.settings import Settings
from bnviz.settings.architectures import RESIDUAL, closing_layers
from bnviz.settings.choices import SGD_MOMENTUM

_OPTIMIZERS = {
    "sgd": "SGD(learning_rate={rate})",
    "momentum": f"SGD(learning_rate={{rate}}, momentum={SGD_MOMENTUM})",
    "adam": "Adam(learning_rate={rate})",
    "rmsprop": "RMSprop(learning_rate={rate})",
}


def training_code(settings: Settings) -> str:
    """Returns code that defines `batches(x, y)` and `compiled(model)`."""
    optimizer = _OPTIMIZERS[settings.optimizer].format(rate=repr(settings.learning_rate))
    noisy = "noisy_bn" in FrameLayout.of(settings).arms
    others = _OTHERS if settings.dropout or noisy else ""
    return _TRAINING.format(optimizer=optimizer, others=others, rows=ROWS)


def result_code(settings: Settings, *, measured: str) -> str:
    """Returns code that trains and evaluates every network.

    Args:
        settings: The experiment.
        measured: Code that keeps the validation examples to measure on.
    """
    arms = ", ".join(f'"{arm_label(settings, arm)}"' for arm in FrameLayout.of(settings).arms)
    loss, note = "loss", ""
    if settings.l2:
        note = "    # The loss that Keras evaluates includes the L2 penalty.\n"
        loss = "loss - float(sum(model.losses))"
    return _RESULT.format(arms=arms, measured=measured, note=note, loss=loss)


def pooled_code(settings: Settings) -> str:
    """Returns code that makes `pooled`, the layers after which the images are halved."""
    layers = settings.hidden_layers
    if settings.architecture not in RESIDUAL:
        return _POOLED.format(layers=layers)
    closing = closing_layers(settings.architecture, layers)
    return _POOLED_BLOCKS.format(ends=[n for n in range(1, layers + 1) if n + 1 not in closing])


_OTHERS = """\
        print("It also draws other random numbers.")
"""
_POOLED = """\
    # Pooling halves the images after some layers, so that the last has a side of at least 4.
    halvings = min(int(np.log2(min(IMAGE[:2]) / 4)), {layers} - 1)
    pooled = [{layers} * (k + 1) // (halvings + 1) for k in range(halvings)]
"""
_POOLED_BLOCKS = """\
    # Pooling halves the images after some blocks, so that the last has a side of at least 4.
    ends = {ends}  # the layers that are not the first of a block
    halvings = min(int(np.log2(min(IMAGE[:2]) / 4)), len(ends) - 1)
    pooled = [ends[len(ends) * (k + 1) // (halvings + 1) - 1] for k in range(halvings)]
"""
#: Code that tells the second layer of a residual block.
CLOSES = """\
        closes = number > 1 and number % 2 == 1  # the second layer of a block
"""
#: Code that makes `rows`, the indices of the examples of each batch of `x`.
ROWS = """\
    generator = np.random.default_rng([SEED, 1])
    shuffles = -(-STEPS * BATCH_SIZE // len(x))
    order = np.concatenate([generator.permutation(len(x)) for _ in range(shuffles)])
    rows = order[: STEPS * BATCH_SIZE].reshape(STEPS, BATCH_SIZE)
"""
_TRAINING = '''\
def has_xla():
    """Returns whether this TensorFlow has XLA, which compiles training on the page."""
    try:
        tf.function(tf.square, jit_compile=True)(tf.constant(1.0))
    except (tf.errors.OpError, RuntimeError, ValueError):
        print("Without XLA, TensorFlow rounds otherwise than on the page.")
{others}        return False
    return True


XLA = has_xla()


def batches(x, y):
    """Returns the batches, the same for every network: one shuffle of the data after another."""
{rows}    # With classes of 64 bits, XLA makes a program that rounds otherwise.
    x, y = tf.constant(x), tf.constant(y, "int32")
    return tf.data.Dataset.from_tensor_slices(rows).map(
        lambda batch: (tf.gather(x, batch), tf.gather(y, batch))
    )


def compiled(model):
    """Compiles a model for training and returns it."""
    model.compile(
        optimizer=keras.optimizers.{optimizer},
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=XLA,
    )
    return model
'''
_RESULT = """\
x_train, y_train, x_validation, y_validation = examples()
num_features, num_classes = x_train.shape[1], int(max(y_train.max(), y_validation.max())) + 1
{measured}results = {{}}
for arm in ({arms}):
    model = compiled(network(arm, num_features, num_classes))
    model.fit(batches(x_train, y_train), shuffle=False, verbose=0)
    loss, accuracy = model.evaluate(
        x_validation, y_validation, batch_size=len(x_validation), verbose=0
    )
{note}    results[arm] = ({loss}, accuracy)
    print(f"{{arm}}: validation loss {{results[arm][0]:.4f}}, accuracy {{accuracy:.1%}}")
"""
