"""A service with many users is upgraded: a real old server is filled, a real new one is asked for every object.

`configs` writes the run config of the old server, `model_server` answers as its models, `running` starts servers,
`api` talks to them, `filling` and `rows` make objects, `reading` asks for them, `comparing` finds what differs, and
`differences` says which differences are right, and why. No expectation is written by hand: what the old server
answered is what the new one must answer.
"""
