// Command host uses the library from a shell: it opens accounts from sampan.toml, buys, pays,
// tracks and refunds, and shows all of it offline with `host demo`.
//
// Start reading at root.go for the commands, account.go for how an account becomes a Buyer, and
// exit.go for what a failure looks like. A command per file.
package main

import "os"

func main() { os.Exit(run(os.Args[1:])) }
