"""Works: products, music, publications. What persons' matching is to names, this is to titles.

Words carry the evidence, weighted by how rare they are, in whichever field they stand: sources
put the artist into the title, the album behind it and the year into brackets.

Belongs here: features, neighbours, levels and weights of works. Does not belong here: what
columns mean (``tabular``), and the clustering of weighted edges (``partition``).
"""
