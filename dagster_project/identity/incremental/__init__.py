"""A run whose cost follows the change, and whose result is a full run's of the same model.

``kept`` is a private copy of the evidence that the last run left, ``before`` that evidence
itself. What changed is taken out of ``kept``, read anew in ``work``, and put back; what depends
on who else holds a value is judged again for the values that changed records hold or held.

Belongs here: what a change touches. Does not belong here: any rule of matching; every step is
the one of a full run, on fewer rows.
"""
