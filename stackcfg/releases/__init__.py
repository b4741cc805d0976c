"""What each release of Llama Stack has and does: facts as data.

The JSON files in `facts` were measured in the released packages (0.1.0
to ogx 1.5.0). Nothing here reads a run config.
"""
