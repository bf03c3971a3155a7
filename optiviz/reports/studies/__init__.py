"""Reports of studies: what was compared, what came out and how sure that is.

`content` says it as a `Document`, once for all formats; `formats` are the files a study can be
taken away as.
"""
