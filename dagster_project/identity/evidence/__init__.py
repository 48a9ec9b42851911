"""What the last resolution knew, kept so that questions and the next run need not start anew."""
