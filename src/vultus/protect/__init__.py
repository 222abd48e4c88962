"""Hide from recognisers: change pictures so that identity is harder to recover; size and dtype stay."""
