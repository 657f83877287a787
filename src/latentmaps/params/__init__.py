"""The typed view of params.yaml: one frozen dataclass per section, in a module of the same name.

``loader.load`` reads and checks the whole file; a stage then requests its section. Only stages,
``runs``, ``machine`` and the commands read parameters.
"""
