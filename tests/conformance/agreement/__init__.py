"""Random faults in run configs, held against real releases.

`python -m tests.conformance.agreement --count 1000 --seed 7 --release 0.7.3` draws
mutants of configs that a release starts with, lets the release judge each up to the end
of its registration, and compares what `validate` says: an error where the release does
not start, none where it does. `test_agreement.py` tries kinds of faults one by one and
looks at their places; here the faults are drawn, so that nobody has to think of them.
"""
