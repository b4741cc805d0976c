"""Brings what surrounds a run config to a later release: the operator's
resource, and the containers, services and scripts that start the
server.
"""
