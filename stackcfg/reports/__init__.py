"""Reports: one function per format, from outcomes to text. They know no steps and no rules."""
