"""The objects of Kubernetes manifests: what there is, and who names whom.

Knows the objects as data with their places in the text, and changes
nothing.
"""
