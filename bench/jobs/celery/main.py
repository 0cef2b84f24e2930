"""Measures Celery on Redis, the same way as Forge.Jobs.Benchmarks does, and prints the same lines of JSON.

Usage: main.py [--measures single,drain,together,pickup] [--scale 1] [--rounds 1]
Needs REDIS_URI in the environment, and Celery with its Redis client (Debian: apt-get install python3-celery python3-redis).
"""

import argparse
import json

import measurements


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--measures", default="single,drain,together,pickup")
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    measurements.warm_up()
    for number in range(1, options.rounds + 1):
        for measure in options.measures.split(","):
            for name, unit, value in measurements.take(measure, options.scale):
                print(json.dumps({"system": "Celery", "measure": name, "unit": unit, "value": round(value, 2), "round": number}), flush=True)


# A worker's process imports this file too.
if __name__ == "__main__":
    main()
