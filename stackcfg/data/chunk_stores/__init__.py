"""Embedded databases with vectors whose chunks are completed (R4)
through the client that the servers use: chroma, milvus, qdrant.

A client is imported only when a database is opened. Databases with SQL
tables do not belong here: their chunks are rows (`routes.chunks`).
"""
