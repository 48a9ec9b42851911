"""One record as a question: which customer it would be, told from the evidence."""
