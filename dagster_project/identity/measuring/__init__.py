"""How good a resolution is: against a truth, or by the model's own probabilities."""
