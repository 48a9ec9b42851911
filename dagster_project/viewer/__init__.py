"""Published files read by people: nothing is written, nothing else is opened."""
