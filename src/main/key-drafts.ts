import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { DraftState } from '../publish/drafts/find-draft.ts'
import type { Authority } from './open-authority.ts'
import { globalOptions } from './global-options.ts'
import { printMissing } from './key-draft-text.ts'
import { printJson, printTime } from './print-table.ts'

/** Adds what the authority does with drafts. */
export function registerDrafts(key: Command): void {
  key
    .command('drafts')
    .description('changes that wait for signatures, and whose')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick key drafts')
    .action(listDrafts)
  key
    .command('payload [draft]')
    .description('write the file that the holders of keys sign')
    .option('-o, --output <file>', 'write it there; default: DRAFT.payload.json')
    .addHelpText(
      'after',
      '\nWithout a draft: of the only one.\n\nExample:\n  bailiwick key payload -o /media/usb/payload.json',
    )
    .action(writePayload)
  key
    .command('drop <draft>')
    .description('give up a change that waits for signatures')
    .addHelpText('after', '\nExample:\n  bailiwick key drop 0a1b2c3d4e5f6a7b')
    .action(dropDraft)
}

async function listDrafts(options: { readonly json?: boolean }, command: Command): Promise<void> {
  const { withAuthority } = await import('./open-authority.ts')
  const { readDrafts, stateOf } = await import('../publish/drafts/find-draft.ts')
  await withAuthority(globalOptions(command).data, (authority) => {
    const states = readDrafts(authority).map((draft) => stateOf(authority, draft))
    const text = states.map(printState).join('\n') + printRivals(states)
    process.stdout.write(options.json === true ? printJson(states.map(factsOf)) : text)
    return Promise.resolve()
  })
}

function factsOf({ draft, dead, missing }: DraftState): object {
  const { id, draftedAt, plan, signatures } = draft
  const signedBy = [...new Set(signatures.map(({ keyid }) => keyid))]
  return { draft: id, draftedAt, title: plan.title, dead, signedBy, missing }
}

function printState({ draft, dead, missing }: DraftState): string {
  const head = `draft ${draft.id}, of ${printTime(draft.draftedAt)}: ${draft.plan.title}\n`
  if (dead !== null)
    return `${head}  ${dead}: «bailiwick key drop ${draft.id}», and draft it again\n`
  if (missing.length > 0) return head + printMissing(missing)
  return draft.signatures.length > 0
    ? `${head}  has all signatures: «bailiwick key accept» of any of them again commits it\n`
    : `${head}  its keys are on this host now: «bailiwick key drop ${draft.id}», and do it again\n`
}

/** Of two drafts of one version the first that is signed overtakes the other. */
function printRivals(states: readonly DraftState[]): string {
  const alive = states.filter(({ dead }) => dead === null)
  const lines = (['root', 'targets'] as const).flatMap((role) => {
    const rivals = alive.filter(({ draft }) => draft.plan[role] !== null)
    if (rivals.length < 2) return []
    const version = rivals[0]?.draft.plan[role]?.version ?? 0
    const ids = rivals.map(({ draft }) => draft.id).join(', ')
    return [`\n${ids} are all ${role} ${version}: the first that is signed overtakes the others\n`]
  })
  return lines.join('')
}

async function writePayload(
  id: string | undefined,
  { output }: { readonly output?: string },
  command: Command,
): Promise<void> {
  const { withAuthority } = await import('./open-authority.ts')
  const { assertAlive, findDraft } = await import('../publish/drafts/find-draft.ts')
  const { printPayloadFile, parsePayloadFile } = await import('../publish/drafts/payload-file.ts')
  const { describePayload } = await import('../publish/drafts/describe-payload.ts')
  const { writeDurableFile } = await import('../platform/durable-file.ts')
  await withAuthority(globalOptions(command).data, (authority: Authority) => {
    const draft = findDraft(authority, id)
    assertAlive(authority, draft)
    const bytes = Buffer.from(printPayloadFile(authority.store, draft))
    const path = output ?? `${draft.id}.payload.json`
    writeDurableFile(path, bytes)
    const lines = describePayload(parsePayloadFile(bytes))
    process.stdout.write(`wrote ${path}; the holders are shown this:\n\n${lines.join('\n')}\n`)
    return Promise.resolve()
  })
}

async function dropDraft(id: string, _options: object, command: Command): Promise<void> {
  const { withAuthority } = await import('./open-authority.ts')
  const { assertMay } = await import('./assert-may.ts')
  const { data, actor } = globalOptions(command)
  await withAuthority(data, (authority) => {
    assertMay(authority.store, { actor, acts: ['manage-keys'] })
    // By its whole name also where the file is damaged, and nothing in it can be asked.
    const named = authority.drafts.all().filter(({ name }) => name.startsWith(id))
    const [only, other] = named
    if (only === undefined || other !== undefined) {
      throw new Fault(
        'draft/not-found',
        `expected the id of one draft, got ${JSON.stringify(id)}, which ${named.length} have: «bailiwick key drafts» shows all`,
      )
    }
    authority.drafts.remove(only.name)
    process.stdout.write(`dropped draft ${only.name}; signatures of it are worth nothing here\n`)
    return Promise.resolve()
  })
}
