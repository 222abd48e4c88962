"""Look-alikes of well-known packages: their calls and result names over the methods, decisions and limits of this package."""
