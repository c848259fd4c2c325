"""One module a verb: files in, files out. What a file depends on in code is what its verb reaches (lth.code)."""
