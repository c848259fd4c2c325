"""The data sets that lth can obtain by itself, one file each."""
