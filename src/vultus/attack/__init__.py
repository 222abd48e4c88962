"""Test a defence in the lab: change pictures within a budget so that a local target fails."""
