"""The rendering room: paths in, paths out. Knows nothing of Django, accounts or tables.

Every byte that came from outside is looked at in a child process with its memory, time, output and files limited
(`child`, `launch`), by one named demuxer and a short list of decoders (`ffmpeg`). Text that people wrote is drawn
with Pillow into pictures (`lettering`) and never becomes part of a file name, a filter or a command line.
"""
