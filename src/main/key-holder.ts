import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { printJson } from './print-table.ts'
import { readCeremonyFile } from './read-ceremony-file.ts'

/** Adds what a holder of keys does, on a machine without network and without an authority. */
export function registerHolder(key: Command): void {
  key
    .command('make')
    .description(
      'make a key on the machine of its holder, and the file that he hands to the authority',
    )
    .requiredOption('--use <role>', 'what it is to sign: root or targets', parseUse)
    .requiredOption('-o, --output <folder>', "the holder's key folder; made if it isn't there")
    .option('--insecure-plain-keys', 'keep the key unsealed, with no passphrase')
    .option('--json', 'print what was made as JSON')
    .addHelpText(
      'after',
      `
Needs no network and no authority. The key is sealed with the passphrase in BAILIWICK_PASSPHRASE.

Example:
  bailiwick key make --use root -o /media/usb/keys`,
    )
    .action(makeKey)
  key
    .command('sign <payload>')
    .description('show what an authority asks for, and sign it')
    .requiredOption('--keys <folder>', "the holder's key folder")
    .option('-o, --output <file>', 'write the signatures there; default: DRAFT-KEY.signatures.json')
    .option('--show', 'only show it')
    .option('--yes', 'sign it without asking: somebody has read it')
    .addHelpText(
      'after',
      `
Needs no network and no authority. Shows in words what will hold when enough have signed, and asks.

Examples:
  bailiwick key sign payload.json --keys /media/usb/keys --show
  bailiwick key sign payload.json --keys /media/usb/keys -o alice.signatures.json`,
    )
    .action(signPayloadFile)
}

interface MakeOptions {
  readonly use: string
  readonly output: string
  readonly insecurePlainKeys?: boolean
  readonly json?: boolean
}

async function makeKey(options: MakeOptions): Promise<void> {
  const { createKeyFolder, openKeyFolder } = await import('../platform/key-folder.ts')
  const { readPassphrase } = await import('../platform/passphrase.ts')
  const { writeDurableFile } = await import('../platform/durable-file.ts')
  const { printPublicKeyFile } = await import('../publish/drafts/public-key-file.ts')
  const { printFingerprint } = await import('../publish/drafts/describe-payload.ts')
  const { use, output, insecurePlainKeys: isPlain = false } = options
  const passphrase = readPassphrase(process.env)
  if (!isPlain && passphrase === null) {
    throw new Fault(
      'key/passphrase-missing',
      'expected a passphrase for the new key, got none: set BAILIWICK_PASSPHRASE; only to try things out, --insecure-plain-keys does without',
    )
  }
  if (!existsSync(join(output, 'kdf.json'))) createKeyFolder(output, { isPlain })
  const keys = openKeyFolder(output, () => passphrase)
  if (keys.isPlain() !== isPlain) {
    throw new Fault(
      'usage/invalid',
      `expected a folder of ${isPlain ? 'plain' : 'sealed'} keys, got ${JSON.stringify(output)} with others`,
    )
  }
  const made = await keys.make(use)
  const file = join(output, `${use}-${made.keyid.slice(0, 16)}.public.json`)
  const bytes = Buffer.from(await printPublicKeyFile(made, await keys.signer(made.keyid)))
  writeDurableFile(file, bytes, { immutable: true })
  const facts = { keyid: made.keyid, use, public: file }
  process.stdout.write(
    options.json === true
      ? printJson(facts)
      : `made a key for ${use} in ${output}

key          ${printFingerprint(made.keyid)}
public file  ${file}

Hand the public file to the authority, and read the key's id to it by another way. Nothing else leaves this folder.
`,
  )
}

interface SignOptions {
  readonly keys: string
  readonly output?: string
  readonly show?: boolean
  readonly yes?: boolean
}

async function signPayloadFile(payload: string, options: SignOptions): Promise<void> {
  const { openKeyFolder } = await import('../platform/key-folder.ts')
  const { readPassphrase } = await import('../platform/passphrase.ts')
  const { writeDurableFile } = await import('../platform/durable-file.ts')
  const { parsePayloadFile } = await import('../publish/drafts/payload-file.ts')
  const { describePayload } = await import('../publish/drafts/describe-payload.ts')
  const { keysAsked, signPayload } = await import('../publish/drafts/sign-payload.ts')
  const { printSignatureFile } = await import('../publish/drafts/signature-file.ts')
  const file = parsePayloadFile(readCeremonyFile(payload))
  process.stdout.write(`${describePayload(file).join('\n')}\n\n`)
  if (!existsSync(options.keys)) {
    throw new Fault(
      'key/missing',
      `expected a key folder at ${JSON.stringify(options.keys)}, got none: bring its medium`,
    )
  }
  const keys = openKeyFolder(options.keys, () => readPassphrase(process.env))
  const asked = keysAsked(keys, file)
  for (const { keyid, part } of asked) {
    process.stdout.write(`to be signed by ${keyid}: ${part.role} ${part.signed.version}\n`)
  }
  if (options.show === true) return
  if (options.yes !== true) await askOnTerminal()
  const signatures = await signPayload(keys, file, new Date())
  const first = asked[0]?.keyid.slice(0, 16) ?? ''
  const output = options.output ?? `${file.draft}-${first}.signatures.json`
  writeDurableFile(output, Buffer.from(printSignatureFile(signatures)))
  process.stdout.write(`signed; give ${output} to the authority\n`)
}

/** Throws `usage/invalid` where nobody can be asked, or says no. */
async function askOnTerminal(): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new Fault(
      'usage/invalid',
      'expected a terminal to ask on, got none: run it with --yes when somebody has read what --show shows',
    )
  }
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answer = await terminal.question('Is this what you mean to sign? Type yes: ')
    if (answer.trim() === 'yes') return
  } finally {
    terminal.close()
  }
  throw new Fault('usage/invalid', 'expected yes, got something else: nothing was signed')
}

function parseUse(text: string): string {
  if (text === 'root' || text === 'targets') return text
  throw new InvalidArgumentError('expected root or targets')
}
