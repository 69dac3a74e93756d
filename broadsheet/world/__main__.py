"""Makes `python -m broadsheet.world` serve the news world without the rest of the command line."""

import argparse
import sys

from broadsheet.world.cli import add_arguments, run

parser = argparse.ArgumentParser(prog="broadsheet world", description="Serve the news world on loopback.")
add_arguments(parser)
sys.exit(run(parser.parse_args()))
