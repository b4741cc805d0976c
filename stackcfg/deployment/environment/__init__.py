"""Brings the environment of a server to ogx: variables, commands,
folders and images of pods, compose services, Dockerfiles, units and
scripts.

Only where a server provably runs is anything changed. Each kind of file
is a module; what a start command and a path mean is the same for all.
"""
