"""Who uses which backend in a run config."""
