"""Pure functions on scores and labels: error rates, intervals, protocols. NumPy only; no model is run here."""
