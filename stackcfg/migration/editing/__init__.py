"""What steps do to entries of a document."""
