"""Tables, colors and characters on a terminal."""
