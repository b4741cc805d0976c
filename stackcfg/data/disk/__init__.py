"""Files on the disk that providers keep beside their stores: uploads,
and databases with vectors.

They are planned, copied and verified file by file. What is a row of a
store does not belong here.
"""
