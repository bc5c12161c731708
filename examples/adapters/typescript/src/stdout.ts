// The first thing that an adapter does, before any library is loaded: standard output belongs to the
// handshake alone. One line of a library's greeting in front of it, and the host takes the program
// for no adapter. From here on console.log and process.stdout write to standard error, which is the
// adapter's log. What native code writes to file 1 itself is read and dropped by the host.
//
// It is a module of its own because modules are loaded in the order of the import lines.
import { writeSync } from "node:fs";

Object.defineProperty(process, "stdout", { configurable: true, enumerable: true, value: process.stderr });

// A log that nobody reads must not stop the adapter: its reader goes with the host.
process.stderr.on("error", () => {});

/** Prints the handshake, the one line of the real standard output. */
export function printHandshake(line: string): void {
  writeSync(1, line + "\n");
}
