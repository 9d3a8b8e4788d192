"""Watch: records any Keras model while it trains, as the laboratory records its own networks."""
