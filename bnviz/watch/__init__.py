"""Watch: records any Keras model while it trains, as the laboratory records its own networks."""

try:
    import tensorflow  # noqa: F401
except ImportError as error:
    raise ImportError(
        "bnviz.Watch needs TensorFlow: models on the other backends of Keras are not watched"
    ) from error
