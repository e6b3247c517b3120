"""The pages of an import, one module by part of its way."""
