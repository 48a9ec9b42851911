"""Who somebody is, asked of the last resolution: nothing is resolved anew, nothing is written.

``questions``: what is known of somebody; ``evidence``: what the last run left, held or read in
place; ``candidates``: whom a question may mean; ``resolver``: all of it in order; ``answers``: the
verdict and what it rests on. A question is answered as if it were the only one, however many are
asked at once.
"""
