"""ScriptTraining: Python code, as text, that trains and evaluates the networks of an experiment.

Long runs amplify rounding, so the script has XLA compile what the laboratory compiles: a step that
gathers the examples of its batch itself. Given the gathered examples, XLA makes a program that
rounds otherwise.
"""

from bnviz.frame_layout import FrameLayout
from bnviz.frames import ARM_LABELS
from bnviz.settings import SGD_MOMENTUM, Settings

_OPTIMIZERS = {
    "sgd": "SGD(learning_rate={rate})",
    "momentum": f"SGD(learning_rate={{rate}}, momentum={SGD_MOMENTUM})",
    "adam": "Adam(learning_rate={rate})",
    "rmsprop": "RMSprop(learning_rate={rate})",
}


def training_code(settings: Settings) -> str:
    """Returns code that defines `batches(num_examples)` and `compiled(model, x, y)`."""
    optimizer = _OPTIMIZERS[settings.optimizer].format(rate=repr(settings.learning_rate))
    others = ", and draws other random numbers" if _draws(settings) else ""
    return _TRAINING.format(optimizer=optimizer, others=others)


def result_code(settings: Settings, *, measured: str) -> str:
    """Returns code that trains and evaluates every network.

    Args:
        settings: The experiment.
        measured: Code that keeps the validation examples to measure on.
    """
    arms = ", ".join(f'"{ARM_LABELS[arm]}"' for arm in FrameLayout.of(settings).arms)
    loss, note = "loss", ""
    if settings.l2:
        note = "    # The loss that Keras evaluates includes the L2 penalty.\n"
        loss = "loss - float(sum(model.losses))"
    return _RESULT.format(arms=arms, measured=measured, note=note, loss=loss)


def _draws(settings: Settings) -> bool:
    """Whether training draws random numbers."""
    return bool(settings.dropout) or settings.third_arm == "noisy_bn"


#: Code that defines `Network`, the class of all networks.
NETWORK = '''\
class Network(keras.Sequential):
    """Trains on rows of `examples`, which are gathered inside the compiled step as on the page.

    Given the gathered examples, XLA would make a program that rounds otherwise.
    """

    def train_step(self, rows):
        return super().train_step(tuple(tf.gather(part, rows) for part in self.examples))


'''
_TRAINING = '''\
def has_xla():
    """Returns whether this TensorFlow has XLA, which compiles training on the page."""
    try:
        tf.function(tf.square, jit_compile=True)(tf.constant(1.0))
    except (tf.errors.OpError, RuntimeError, ValueError):
        print("Without XLA, this TensorFlow rounds otherwise than the page{others}.")
        return False
    return True


XLA = has_xla()


def batches(num_examples):
    """Returns the rows of each batch, the same for every network: one shuffle after another."""
    generator = np.random.default_rng([SEED, 1])
    shuffles = -(-STEPS * BATCH_SIZE // num_examples)
    order = np.concatenate([generator.permutation(num_examples) for _ in range(shuffles)])
    rows = order[: STEPS * BATCH_SIZE].reshape(STEPS, BATCH_SIZE)
    return tf.data.Dataset.from_tensor_slices(rows)


def compiled(model, x, y):
    """Compiles a model for training on these examples and returns it."""
    model.examples = tf.constant(x), tf.constant(y)
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
    model = compiled(network(arm, num_features, num_classes), x_train, y_train)
    model.fit(batches(len(x_train)), shuffle=False, verbose=0)
    loss, accuracy = model.evaluate(
        x_validation, y_validation, batch_size=len(x_validation), verbose=0
    )
{note}    results[arm] = ({loss}, accuracy)
    print(f"{{arm}}: validation loss {{results[arm][0]:.4f}}, accuracy {{accuracy:.1%}}")
"""
