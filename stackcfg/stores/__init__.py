"""The store map: which consumer uses which store, and where its rows are. Knows nothing of text."""
