"""The verbs of the command line, one a module: files in, files out. No verb imports another."""
