"""The model: weights and rules learned without labels, frozen, and kept in state."""
