"""From a text to the run configs in it, and the releases that they are for."""
