import { Option, type Command } from 'commander'
import type { BundleFlags } from './audit-bundle.ts'
import type { ExplainFlags, ProofFlags } from './audit-explain.ts'
import type { OpenFlags } from './audit-open.ts'
import type { ProveFlags } from './audit-prove.ts'
import type { MonitorFlags } from './audit-monitor.ts'
import type { ReplayFlags } from './audit-replay.ts'
import type { VerifyFlags } from './audit-verify.ts'

/** `bailiwick audit …`: the commands of an auditor. They reach no database, no signing key and no decision. */
export function register(program: Command): void {
  const audit = program
    .command('audit')
    .description('check what an authority publishes, from its bytes alone')
  registerAuditVerbs(audit)
}

/** The verbs alone, for a program that has no other noun. */
export function registerAuditVerbs(audit: Command): void {
  registerVerify(audit)
  registerReplay(audit)
  registerExplain(audit)
  registerProve(audit)
  registerOpen(audit)
  registerBundle(audit)
  registerMonitor(audit)
}

function registerVerify(audit: Command): void {
  withSource(audit.command('verify <source>'))
    .description('check everything: signatures, log, serials, deltas, exports')
    .option('--policy <file>', 'whom to believe about the log; default: what the authority signed')
    .option('--root <file>', 'the root of trust, received out of band; default: the published one')
    .option('--checkpoint <file>', 'a checkpoint of an earlier time: the log must go on from it')
    .option('--at <time>', 'judge expiry as of this time; default: now')
    .addOption(new Option('--json', 'print the report as JSON'))
    .addHelpText('after', VERIFY_HELP)
    .action(async (source: string, flags: VerifyFlags) => {
      const { verifySource } = await import('./audit-verify.ts')
      await verifySource(source, flags)
    })
}

const VERIFY_HELP = `
SOURCE is a URL (what stands before tuf/), a folder, or a bundle.

Examples:
  bailiwick audit verify https://lists.cert.example --root 1.root.json --policy policy.txt
  bailiwick audit verify var/published --json

Exit codes: 0 nothing found, 1 findings, 2 usage, 3 fault. docs/audit.md says what each finding proves.`

function registerReplay(audit: Command): void {
  withSource(audit.command('replay <list>'))
    .description(
      'rebuild a list as it was at any serial, from the first snapshot through every delta',
    )
    .requiredOption('--from <source>', 'a URL, a folder or a bundle')
    .option(
      '--to <serial|time>',
      'a serial, or a time for the serial that held then; default: newest',
    )
    .option('--every', 'compute the state of every serial on the way, not of the last alone')
    .requiredOption('-o, --output <file>', 'write the snapshot there, whole or not at all')
    .addHelpText('after', REPLAY_HELP)
    .action(async (list: string, flags: ReplayFlags) => {
      const { replaySource } = await import('./audit-replay.ts')
      await replaySource(list, flags)
    })
}

const REPLAY_HELP = `
LIST is the id of a list, or the place of a restricted one.

Examples:
  bailiwick audit replay phishing --from https://lists.cert.example --to 41 -o phishing-41.txt
  bailiwick audit replay phishing --from var/published --to 2030-01-31 --every -o phishing.txt`

function registerExplain(audit: Command): void {
  withSource(audit.command('explain <name>'))
    .description('tell when a name, URL or address was listed, with all that proves it')
    .requiredOption('--from <source>', 'a URL, a folder or a bundle')
    .option('--list <list>', 'look at this list alone, by its id or its place')
    .option('--at <serial|time>', 'look no further than this serial, or the one that held then')
    .option('-o, --output <file>', 'write the proof there')
    .addHelpText('after', EXPLAIN_HELP)
    .action(async (name: string, flags: ExplainFlags) => {
      const { explainSource } = await import('./audit-explain.ts')
      await explainSource(name, flags)
    })
  audit
    .command('verify-proof <file>')
    .description(
      "verify offline what «explain», «prove» or the authority's «log open --entry» wrote",
    )
    .option('--policy <file>', 'whom to believe about the log; default: what the authority signed')
    .option('--root <file>', 'the root of trust, received out of band')
    .addHelpText('after', '\nExample:\n  bailiwick audit verify-proof bad.json --policy policy.txt')
    .action(async (file: string, flags: ProofFlags) => {
      const { verifyProofFile } = await import('./audit-explain.ts')
      verifyProofFile(file, flags)
    })
}

const EXPLAIN_HELP = `
Example:
  bailiwick audit explain login.bad.example --from https://lists.cert.example -o bad.json`

function registerProve(audit: Command): void {
  withSource(audit.command('prove <list> <value>'))
    .description('prove that a list had an entry at a serial, or that it had none')
    .requiredOption('--from <source>', 'a URL, a folder or a bundle')
    .requiredOption('--serial <serial|time>', 'a serial, or a time for the serial that held then')
    .option('--kind <kind>', 'as this kind alone; default: as every kind that the value can be of')
    .requiredOption('-o, --output <file>', 'write the proof there')
    .addHelpText('after', PROVE_HELP)
    .action(async (list: string, value: string, flags: ProveFlags) => {
      const { proveFromSource } = await import('./audit-prove.ts')
      await proveFromSource(list, value, flags)
    })
}

const PROVE_HELP = `
The proof shows no other entry. Of a restricted list only the authority can make one: «bailiwick log open --entry».

Example:
  bailiwick audit prove phishing bad.example --serial 41 --from https://lists.cert.example -o bad-41.json`

function registerOpen(audit: Command): void {
  withSource(audit.command('open <file>'))
    .description('check what an authority has opened of what it committed to in the log')
    .requiredOption('--from <source>', 'a URL, a folder or a bundle')
    .option('--events <file>', 'the chain of decisions, from the authority')
    .option('--policy <file>', 'whom to believe about the log; default: what the authority signed')
    .addOption(new Option('--json', 'print the report as JSON'))
    .addHelpText('after', OPEN_HELP)
    .action(async (file: string, flags: OpenFlags) => {
      const { openCommitments } = await import('./audit-open.ts')
      await openCommitments(file, flags)
    })
}

const OPEN_HELP = `
FILE is what the authority's «bailiwick log open» wrote; the events are what its «bailiwick events export» wrote.

Example:
  bailiwick audit open secret.jsonl --from https://lists.cert.example --events events.jsonl

Exit codes: 0 nothing found, 1 findings, 2 usage, 3 fault.`

function registerBundle(audit: Command): void {
  withSource(audit.command('bundle <source>'))
    .description('put everything that an audit needs into one file, a plain tar')
    .requiredOption('-o, --output <file>', 'write it there, whole or not at all')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick audit bundle https://lists.cert.example -o 2030-01.tar',
    )
    .action(async (source: string, flags: BundleFlags) => {
      const { bundleSource } = await import('./audit-bundle.ts')
      await bundleSource(source, flags)
    })
}

function registerMonitor(audit: Command): void {
  audit
    .command('monitor')
    .description('audit by schedule, keep every checkpoint, call a command for each alarm')
    .requiredOption('--config <file>', "the monitor's configuration, see docs/audit.md")
    .option('--once', 'look once and end; exit code 1 when something is wrong')
    .addHelpText('after', '\nExample:\n  bailiwick audit monitor --config monitor.json --once')
    .action(async (flags: MonitorFlags) => {
      const { monitorSource } = await import('./audit-monitor.ts')
      await monitorSource(flags)
    })
}

function withSource(command: Command): Command {
  return command.option('--token-file <file>', 'the token of a subscriber, for restricted lists')
}
