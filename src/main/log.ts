import { InvalidArgumentError, type Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { PublicationLeaf } from '../core/log-leaf.ts'
import type { Authority } from './open-authority.ts'
import { globalOptions } from './global-options.ts'
import { printJson } from './print-table.ts'

/** Adds `log`. */
export function register(program: Command): void {
  const log = program
    .command('log')
    .description('the transparency log: its state, and whom readers believe about it')
  log
    .command('show')
    .description('its origin, key and size, the last checkpoint, and what waits for witnesses')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick log show')
    .action(show)
  log
    .command('policy [file]')
    .description('print the policy of the log, or replace it by the one in a file')
    .option('--without-old-witnesses', 'do not wait for the witnesses of the policy before')
    .addHelpText(
      'after',
      `
A policy names the log and its witnesses, and how many of them must have signed before anything
is published (c2sp.org/tlog-policy). Its line for this log is in «bailiwick log show».
Agents take a new policy by themselves when the witnesses of the old one have signed it.

Examples:
  bailiwick log policy > policy.txt
  bailiwick log policy policy.txt`,
    )
    .action(policy)
  log
    .command('open <list>')
    .description('write what opens the commitments of a list, for an auditor or a court')
    .option('--serial <n>', 'of this serial alone', parseSerial)
    .option('--entry <value>', 'only whether this value is on it: a proof that shows nothing else')
    .option('--kind <kind>', 'as this kind alone; default: as every kind that the value can be of')
    .requiredOption('-o, --output <file>', 'write it there')
    .addHelpText(
      'after',
      `
Of a restricted list, and of decisions, the log has nothing but commitments. What is written here lets its reader verify, with
«bailiwick audit open», what they commit to: with --serial of one serial, and of no other. With --entry it is a proof for one value, for «bailiwick audit verify-proof».

Examples:
  bailiwick log open court-orders --serial 3 -o opening.jsonl
  bailiwick log open court-orders --serial 3 --entry bad.example -o bad-3.json`,
    )
    .action(open)
}

interface OpenOptions {
  readonly serial?: number
  readonly entry?: string
  readonly kind?: string
  readonly output: string
}

async function open(id: string, options: OpenOptions, command: Command): Promise<void> {
  if (options.entry !== undefined) {
    const { openEntry } = await import('./log-open-entry.ts')
    await openEntry(id, { ...options, entry: options.entry }, command)
    return
  }
  if (options.kind !== undefined) {
    throw new Fault('usage/invalid', 'expected --entry with --kind, got no value to be of it')
  }
  const { data, actor } = globalOptions(command)
  const { findList, withStore } = await import('./find-list.ts')
  const { assertMay } = await import('./assert-may.ts')
  const { printOpening } = await import('../core/log-opening.ts')
  const { writeDurableBlocks } = await import('../platform/durable-file.ts')
  const { serial, output } = options
  await withStore(data, (store) => {
    assertMay(store, { actor, acts: ['export', 'read-reasons'], lists: [id] })
    const list = findList(store, id)
    const all = store.publications.all(list.rowId).map((one) => one.serial)
    const wanted = serial === undefined ? all : all.filter((one) => one === serial)
    const opened = wanted.flatMap((one) => store.log.manifest(list.rowId, one) ?? [])
    if (opened.length === 0) {
      throw new Fault(
        'snapshot/not-found',
        `expected a serial of ${JSON.stringify(id)} that is in the log, got ${serial ?? 'none'}`,
      )
    }
    const subject = {
      format: 'openings',
      list: id,
      output,
      ...(serial !== undefined && { serial }),
    }
    store.write(() => store.events.append({ act: 'export', actor, subject }))
    const lines = opened.map(({ manifest, basis, salt }) => {
      const told = JSON.parse(manifest.toString()) as PublicationLeaf
      return Buffer.from(`${printOpening({ manifest: told, basis, salt })}\n`)
    })
    writeDurableBlocks(output, lines, { mode: 0o600 })
  })
  process.stdout.write(
    `wrote ${output}\nwho has it can tell what the list was: keep it from others\n`,
  )
}

function parseSerial(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a serial')
}

interface LogFacts {
  readonly origin: string | null
  /** The verifier key of the log, as a policy has it. */
  readonly key: string | null
  /** Leaves, those that wait included. */
  readonly size: number
  readonly checkpoint: {
    readonly size: number
    readonly root: string
    readonly sealedAt: string
    readonly note: string
  } | null
  /** Those of the policy, in its order, and when each has cosigned the checkpoint. */
  readonly witnesses: readonly { readonly name: string; readonly cosignedAt: string | null }[]
  /** What is signed and waits for witnesses. */
  readonly waiting: {
    readonly since: string
    readonly size: number
    readonly roles: readonly string[]
    readonly witnesses: readonly string[]
  } | null
}

async function show(options: { readonly json?: boolean }, command: Command): Promise<void> {
  const { withAuthority } = await import('./open-authority.ts')
  await withAuthority(globalOptions(command).data, async (authority) => {
    const facts = await factsOf(authority)
    process.stdout.write(options.json === true ? printJson(facts) : told(facts))
  })
}

async function factsOf({ store }: Authority): Promise<LogFacts> {
  const { readPolicy } = await import('../publish/log-policy.ts')
  const { parsePolicy } = await import('../core/log/parse-policy.ts')
  const { readCosigners, readWaiting } = await import('../publish/log-cosigners.ts')
  const { printNoteKey } = await import('../core/log/note-key.ts')
  const text = readPolicy(store)
  const log = text === null ? undefined : parsePolicy(Buffer.from(text)).logs[0]
  const checkpoint = store.log.checkpoint()
  const batch = store.log.batch()
  const waiting = readWaiting(store)
  return {
    origin: log?.key.name ?? null,
    key: log === undefined ? null : printNoteKey(log.key),
    size: store.log.size(),
    checkpoint: checkpoint && {
      size: checkpoint.size,
      root: checkpoint.root.toString('base64'),
      sealedAt: checkpoint.sealedAt.toISOString(),
      note: checkpoint.note.toString(),
    },
    witnesses: readCosigners(store).map(({ witness, cosignedAt }) => {
      return { name: witness, cosignedAt: cosignedAt?.toISOString() ?? null }
    }),
    waiting: batch &&
      waiting && {
        since: waiting.since.toISOString(),
        size: batch.size,
        roles: batch.metadata.map(({ role }) => role),
        witnesses: waiting.witnesses,
      },
  }
}

function told({ origin, key, size, checkpoint, witnesses, waiting }: LogFacts): string {
  if (origin === null) return 'the log is begun with the next publication\n'
  const cosigners = witnesses.map(
    ({ name, cosignedAt }) =>
      `witness      ${name}: ${cosignedAt === null ? 'has not cosigned the last checkpoint' : `cosigned ${cosignedAt}`}\n`,
  )
  const waits =
    waiting === null
      ? ''
      : `waiting      ${waiting.roles.join(', ')}, since ${waiting.since}, for witnesses: ${waiting.witnesses.join(', ')}\n`
  return `origin       ${origin}
log          ${key ?? ''}
leaves       ${size}
${cosigners.join('')}${waits}
${checkpoint?.note ?? ''}`
}

async function policy(
  file: string | undefined,
  { withoutOldWitnesses = false }: { readonly withoutOldWitnesses?: boolean },
  command: Command,
): Promise<void> {
  const { withAuthority } = await import('./open-authority.ts')
  const { readPolicy } = await import('../publish/log-policy.ts')
  const { data, actor } = globalOptions(command)
  if (file === undefined) {
    await withAuthority(data, ({ store }) => {
      process.stdout.write(readPolicy(store) ?? '')
      return Promise.resolve()
    })
    return
  }
  const text = await readPolicyFile(file)
  const { changePolicy } = await import('../publish/change-policy.ts')
  const { assertMay } = await import('./assert-may.ts')
  const { projectPublished } = await import('../publish/project-published.ts')
  const { printDrafted } = await import('./key-draft-text.ts')
  const { drafted } = await withAuthority(
    data,
    async (authority) => {
      assertMay(authority.store, { actor, acts: ['manage-keys'] })
      const done = await changePolicy(authority, text, { isForced: withoutOldWitnesses })
      await projectPublished(authority)
      return done
    },
    { actor },
  )
  process.stdout.write(
    drafted === null ? `the log has the policy of ${file}\n` : printDrafted(drafted),
  )
}

async function readPolicyFile(file: string): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('usage/invalid', `expected a policy in ${JSON.stringify(file)}, got ${why}`, {
      cause,
    })
  }
}
