#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addGlobalOptions } from './global-options.ts'
import { runProgram } from './run-program.ts'

const backup = (): Promise<Noun> => import('./backup.ts')

/**
 * The command line. Each noun's file adds its verbs; what a verb needs is imported when it runs, so that
 * `agent pull` never loads the database driver and every start is quick.
 */
const NOUNS: Readonly<Record<string, () => Promise<Noun>>> = {
  convert: () => import('./convert.ts'),
  init: () => import('./init.ts'),
  list: () => import('./list.ts'),
  entry: () => import('./entry.ts'),
  decision: () => import('./decision.ts'),
  register: () => import('./register.ts'),
  popular: () => import('./popular.ts'),
  events: () => import('./events.ts'),
  appeal: () => import('./appeal.ts'),
  report: () => import('./report.ts'),
  review: () => import('./review.ts'),
  publish: () => import('./publish.ts'),
  diff: () => import('./diff.ts'),
  export: () => import('./export.ts'),
  serve: () => import('./serve.ts'),
  subscriber: () => import('./subscriber.ts'),
  organisation: () => import('./organisation.ts'),
  user: () => import('./user.ts'),
  'api-key': () => import('./api-key.ts'),
  key: () => import('./key.ts'),
  log: () => import('./log.ts'),
  backup,
  restore: backup,
  doctor: () => import('./doctor.ts'),
  agent: () => import('./agent.ts'),
  edge: () => import('./edge.ts'),
  audit: () => import('./audit.ts'),
  witness: () => import('./witness.ts'),
}

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

interface Noun {
  /** Adds the noun's commands to the program. */
  readonly register: (program: Command) => void
}

/** The noun that a command begins with; all of them where it begins otherwise, for help and for suggestions. */
function nounsFor(first = ''): Iterable<() => Promise<Noun>> {
  const named = Object.hasOwn(NOUNS, first) ? NOUNS[first] : undefined
  return named === undefined ? new Set(Object.values(NOUNS)) : [named]
}

function readVersion(): string {
  const manifest = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version
}
