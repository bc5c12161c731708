// Writes dist/adapter, the program that sampan.toml names: a shell script with the full paths of node and
// of main.js, because the host gives an adapter no PATH in which node could be found. Node has
// certificates of its own; where the host passes on others, it is told to take those.
import { chmodSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const quoted = (path: string) => `'${path.replaceAll("'", "'\\''")}'`;
const launcher = fileURLToPath(new URL("adapter", import.meta.url));
const main = fileURLToPath(new URL("main.js", import.meta.url));

writeFileSync(launcher, `#!/bin/sh
# Written by "npm run build".
[ -n "$SSL_CERT_FILE$SSL_CERT_DIR" ] && set -- --use-openssl-ca
exec ${quoted(process.execPath)} "$@" ${quoted(main)}
`);
chmodSync(launcher, 0o755);
