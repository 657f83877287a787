"""The typed view of params.yaml: one frozen dataclass a section, in the module of the same name.

``loader.load`` reads the file and checks all of it; a stage then asks for its own section. Nothing
outside ``stages/``, ``runs`` and ``machine`` reads parameters.
"""
