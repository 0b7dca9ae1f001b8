"""What one file may cost: time, memory, and the size that its header may claim."""

FILE_SECONDS = 20.0  # from the request to the answer, a restart of the decode child included
FRAME_PIXELS = 300_000_000
MEMORY_BYTES = 6 * 1024**3  # address space of the decode child, where the system can limit it (not on Windows)
ANSWER_LINE_BYTES = 16 * 1024**2  # the longest JSON line that a child may answer with
GROW_SECONDS = 2.0  # of decoding a video between two answers about how far it is known
UNPACKED_BYTES = 1024**3  # what a gzip or zstd file may hold
CHILDREN = 2
