"""Plans the units that a change touches, shows the plans, applies exactly those, and finds drift."""
