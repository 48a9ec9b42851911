"""Which records may meet: cheap keys, rules over them, and the candidate pairs they make."""
