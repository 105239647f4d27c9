"""How Atrium grows: a simulation of a day, and what it takes for 10,000, 100,000 and 1,000,000 mailboxes.

python -m bench.scaling            the simulation, from the costs in bench.scaling.costs
python -m bench.scaling.measure    those costs, measured anew on this machine
"""
