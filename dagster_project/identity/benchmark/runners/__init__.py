"""One script per contestant: reads a job, resolves the table it names, writes clusters.

Each is run by path in a process of its own, if need be with another interpreter, so a rival's
script imports nothing of ours. ``protocol`` says what job and result hold.
"""
