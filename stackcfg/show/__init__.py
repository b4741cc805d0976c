"""What `show` knows of a run config: its stores and backends, who uses
them, its releases.

Pure: text in, data out. How it is drawn belongs to `reports.show`.
"""
