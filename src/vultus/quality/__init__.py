"""Judge crops: how useful each one is for recognition; higher = more useful."""
