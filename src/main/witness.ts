import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { NoteKey } from '../core/log/note-key.ts'
import { printJson, printTable, printTime } from './print-table.ts'
import { wantedToken, type TokenFlags } from './token-option.ts'

/** Adds `witness`: it reaches no database and no key of an authority. */
export function register(program: Command): void {
  const witness = program
    .command('witness')
    .description('cosign the checkpoints of logs (c2sp.org/tlog-witness)')
    .addHelpText('after', HELP)
  witness
    .command('run', { isDefault: true })
    .description('answer logs; this is what happens without a verb')
    .requiredOption('--config <file>', CONFIG)
    .addHelpText('after', RUN_HELP)
    .action(run)
  witness
    .command('init')
    .description('make the key and the state of a witness, and print its verifier key')
    .requiredOption('--config <file>', CONFIG)
    .requiredOption('--name <name>', 'of the key; a URL without scheme, such as witness.example')
    .option('--insecure-plain-keys', 'keep the key unsealed on the disk, with no passphrase')
    .option('--token <uri>', 'make the key in a PKCS#11 token: its pkcs11: URI')
    .option('--existing', 'take the key that --token names, and make none')
    .addHelpText('after', INIT_HELP)
    .action(init)
  witness
    .command('show')
    .description('print the verifier key, and what was cosigned last')
    .requiredOption('--config <file>', CONFIG)
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick witness show --config witness.json')
    .action(show)
}

const CONFIG = "the witness's configuration, see docs/witness.md"

const HELP = `
Examples:
  bailiwick witness init --config witness.json --name witness.example
  bailiwick witness show --config witness.json
  bailiwick witness --config witness.json`

const RUN_HELP = `
Prints «witnessing URL» when it is ready. SIGTERM and SIGINT let running responses end; a second signal cuts them. Logs JSON lines to
standard error. The passphrase of the key comes from BAILIWICK_PASSPHRASE, or the systemd credential bailiwick-passphrase.

Example:
  bailiwick witness --config /etc/bailiwick/witness.json`

const INIT_HELP = `
The key is sealed with the passphrase in BAILIWICK_PASSPHRASE (or the systemd credential bailiwick-passphrase); with --token it lies in the token.

Example:
  BAILIWICK_PASSPHRASE=... bailiwick witness init --config witness.json --name witness.example`

interface ConfigOption {
  readonly config: string
}

async function run({ config: path }: ConfigOption): Promise<void> {
  const { readWitnessConfig } = await import('../witness/read-config.ts')
  const { readPassphrase } = await import('../platform/passphrase.ts')
  const { readPin } = await import('../platform/key-token/token-pin.ts')
  const { runWitness } = await import('./witness-program.ts')
  const program = await runWitness({
    config: readWitnessConfig(path),
    passphrase: () => readPassphrase(process.env),
    pin: (pinSource) => readPin(process.env, pinSource),
    now: () => new Date(),
    isClockTrusted: process.env['BAILIWICK_CLOCK'] === 'trust',
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, program.stop)
  // Whoever reads this line may send a signal at once.
  process.stdout.write(`witnessing ${program.url}\n`)
  await program.stopped
}

interface InitOptions extends ConfigOption, TokenFlags {
  readonly name: string
  readonly insecurePlainKeys?: boolean
}

async function init(options: InitOptions): Promise<void> {
  const { config: path, name, insecurePlainKeys } = options
  const token = wantedToken(options)
  const { readWitnessConfig } = await import('../witness/read-config.ts')
  const { makeWitness } = await import('../witness/make-witness.ts')
  const { readPassphrase } = await import('../platform/passphrase.ts')
  const { readPin } = await import('../platform/key-token/token-pin.ts')
  const { keys, state } = readWitnessConfig(path)
  const isPlain = insecurePlainKeys === true
  const isSealed = !isPlain && token.token === undefined
  const passphrase = isSealed ? (readPassphrase(process.env) ?? noPassphrase()) : null
  const pin = (pinSource: string | undefined): string | null => readPin(process.env, pinSource)
  const key = await makeWitness({ name, keys, state, passphrase, pin, ...token })
  if (isPlain) process.stderr.write(PLAIN_WARNING)
  process.stdout.write(await printPolicyLine(key))
}

function noPassphrase(): never {
  throw new Fault(
    'key/passphrase-missing',
    'expected a passphrase for the new key, got none: set BAILIWICK_PASSPHRASE, or give systemd the credential bailiwick-passphrase; only to try things out, --insecure-plain-keys does without',
  )
}

const PLAIN_WARNING =
  'bailiwick: warning: the key lies unsealed on the disk; whoever can read it can sign as this witness. Not for real use.\n'

async function show({
  config: path,
  json,
}: ConfigOption & { readonly json?: boolean }): Promise<void> {
  const { readWitnessConfig } = await import('../witness/read-config.ts')
  const { lookAtWitness } = await import('../witness/open-witness.ts')
  const { printNoteKey } = await import('../core/log/note-key.ts')
  const { encodeBase64 } = await import('../core/log/base64.ts')
  const config = readWitnessConfig(path)
  const { key, checkpoints } = lookAtWitness(config.state)
  const kept = checkpoints.all().map(({ checkpoint, note, cosignedAt }) => ({
    origin: checkpoint.origin,
    size: checkpoint.size,
    root: encodeBase64(checkpoint.root),
    cosignedAt: new Date(cosignedAt * 1000),
    isConfigured: config.logs.has(checkpoint.origin),
    checkpoint: note,
  }))
  if (json === true) {
    process.stdout.write(printJson({ name: key.name, key: printNoteKey(key), checkpoints: kept }))
    return
  }
  const rows = kept.map(({ origin, size, root, cosignedAt, isConfigured }) => [
    ...[origin, String(size), root, printTime(cosignedAt)],
    isConfigured ? '' : 'may not ask any more',
  ])
  const table = rows.length === 0 ? 'nothing was cosigned yet\n' : printTable([HEADING, ...rows])
  process.stdout.write(`${await printPolicyLine(key)}\n${table}`)
}

const HEADING = ['ORIGIN', 'SIZE', 'ROOT', 'COSIGNED', '']

/** For a policy (c2sp.org/tlog-policy); where it is reached, its owner knows. */
async function printPolicyLine(key: NoteKey): Promise<string> {
  const { printNoteKey } = await import('../core/log/note-key.ts')
  return `verifier key     ${printNoteKey(key)}
line of a policy  witness NAME ${printNoteKey(key)} URL
`
}
