"""Ask one question about a few units of a network: what excites them, from which start?"""
