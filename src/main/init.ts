import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'

/** Adds `init`. */
export function register(program: Command): void {
  program
    .command('init')
    .description('make an authority: database, keys, and root.json for the agents')
    .option('--authority <name>', 'the name of the authority, shown with its key for exports')
    .option('--origin <name>', 'what its log is called for ever, such as lists.cert.example/log')
    .option('--insecure-plain-keys', 'keep the keys unsealed on the disk, with no passphrase')
    .option('--json', 'print what was made as JSON')
    .addHelpText(
      'after',
      `
The keys are sealed with the passphrase in BAILIWICK_PASSPHRASE (or the systemd credential bailiwick-passphrase).

Example:
  BAILIWICK_PASSPHRASE=... bailiwick --data /var/lib/bailiwick init --authority "Example CERT"`,
    )
    .action(init)
}

interface InitOptions {
  readonly authority?: string
  readonly origin?: string
  readonly insecurePlainKeys?: boolean
  readonly json?: boolean
}

async function init(options: InitOptions, command: Command): Promise<void> {
  const { data, actor } = globalOptions(command)
  const { makeAuthority } = await import('./make-authority.ts')
  const hasPlainKeys = options.insecurePlainKeys === true
  const made = await makeAuthority({
    data,
    authority: authorityName(options.authority ?? ''),
    origin: originName(options.origin ?? ''),
    hasPlainKeys,
    actor,
    env: process.env,
    now: () => new Date(),
  })
  if (hasPlainKeys) process.stderr.write(PLAIN_WARNING)
  const authority = options.authority ?? null
  const facts = { data, authority, root: made.root, fingerprint: made.fingerprint, hasPlainKeys }
  process.stdout.write(options.json === true ? printJson(facts) : told(facts))
}

/** One line, as it will stand in the comment of the key for exports. */
function authorityName(text: string): string {
  if (text.length <= 200 && !/\p{Cc}/u.test(text)) return text
  throw new Fault('usage/invalid', `expected a name of one line, got ${JSON.stringify(text)}`)
}

/** The name of a key in signed notes: a URL without scheme, by advice of c2sp.org/tlog-checkpoint. */
function originName(text: string): string {
  if (text === '' || (text.length <= 200 && /^[\x21-\x7e]+$/.test(text) && !text.includes('+'))) {
    return text
  }
  throw new Fault(
    'usage/invalid',
    `expected an origin of printable ASCII without spaces and plus signs, got ${JSON.stringify(text)}`,
  )
}

const PLAIN_WARNING =
  'bailiwick: warning: the keys lie unsealed on the disk; whoever can read them can sign your lists. Not for real use.\n'

interface Facts {
  readonly data: string
  readonly authority: string | null
  readonly root: string
  readonly fingerprint: string
}

function told({ data, authority, root, fingerprint }: Facts): string {
  const name = authority === null ? '' : ` of ${authority}`
  return `made the authority${name} in ${data}

root.json     ${root}
fingerprint   ${fingerprint}   (SHA-256 of root.json)

Give root.json to everyone who runs an agent, and the fingerprint by another way.
Next:
  bailiwick list apply lists/phishing.json
  bailiwick entry add phishing login.bad.example --reason "imitates a bank"
  bailiwick publish
`
}
