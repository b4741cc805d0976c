"""The Kubernetes Job that copies stored rows where the volumes of a server are.

Pure: manifests in, objects out. Which rows move is up to the data
commands.
"""
