"""What messages say: labels of a company's own, learned from examples it has labelled.

Belongs here: features of texts, models of labels, the files they are read from and written to.
Does not belong here: conversations and their service levels.
"""
