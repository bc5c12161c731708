"""The adapter with bad habits, for the tests: it prints whenever it can, and on a purchase it raises an
exception that holds the secret and the address, or asks to end."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
print("before anything else")  # as a library may; it waits in Python's buffer

import sampan_serve

print("1|1|unix|/nowhere|grpc|", flush=True)
os.system("echo a child speaks")

import adapter


class Troubled(adapter.Adapter):
    def describe(self, call):
        print("x" * 200_000, flush=True)  # one long line
        os.write(1, b"to the file itself\n")
        return super().describe(call)

    def create_order(self, r, call):
        if r.ref == "exit":
            sys.exit(3)
        raise ValueError("%s for %s, %s" % (self._secret, r.address.name, r.address.mobile))

    def cancel_order(self, r, call):
        return "not what the contract says"


def new(account, settings_json):
    print("configured", flush=True)
    made = adapter.new(account, settings_json)
    return Troubled(made._gateway, made._key, made._secret, made._signed)


sampan_serve.serve("troubled", "1", new)
