"""One module a verb: files in, files out. What a file depends on in code is its verb's module and all that this imports."""
