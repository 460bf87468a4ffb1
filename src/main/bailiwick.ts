#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addGlobalOptions } from './global-options.ts'
import { nounsFor } from './nouns.ts'
import { runProgram } from './run-program.ts'

const EXAMPLES = `
Examples:
  bailiwick convert upstream.txt --to rpz -o upstream.rpz   compile a list, no authority needed
  bailiwick init --authority "Example CERT"                 make an authority in ./var
  bailiwick list apply lists/phishing.json                  create a list, or change its definition
  bailiwick entry add phishing login.bad.example --reason "imitates a bank"
  bailiwick publish                                         sign the next serial of what changed
  bailiwick serve                                           serve it, and publish by schedule
  bailiwick agent pull --config agent.json                  on a resolver: fetch, verify, load

Exit codes: 0 fine, 1 findings, 2 usage, 3 fault (docs/errors.md), 70 bug.`

const program = new Command('bailiwick')
  .description('Signed distribution of DNS and URL blocking lists.')
  .version(readVersion(), '-V, --version', 'print the version')
  .helpOption('-h, --help', 'show help, with examples')
  .helpCommand('help [command]', 'show help for a command')
  .addHelpText('after', EXAMPLES)
addGlobalOptions(program)
for (const noun of nounsFor(process.argv[2])) (await noun()).register(program)
runProgram(program)

function readVersion(): string {
  const manifest = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version
}
