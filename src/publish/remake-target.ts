import { Fault } from '../core/fault.ts'
import { countLines, blocksOfLines, hashLines, measureLines } from '../core/hash-lines.ts'
import { deltaLength } from '../core/delta.ts'
import { DEFINITION_FILE, listTarget, LOG_POLICY_TARGET, SNAPSHOT_FILE } from '../core/layout.ts'
import { verifiedLines } from '../core/verified-lines.ts'
import { readChanges } from './cut-publication.ts'
import { EXPORT_KEY_TARGET } from './init-authority.ts'
import { findPolicy } from './log-policy.ts'
import { printDefinition } from './print-definition.ts'
import type { Publication, PublishDeps, PublishedList } from './ports.ts'
import { printExportKey } from './sign-minisign.ts'
import { stageDelta } from './stage-deltas.ts'
import { stageSnapshot } from './stage-snapshot.ts'
import { stageTarget } from './stage-target.ts'
import type { TargetFile } from './tuf-metadata.ts'

/**
 * Stages a published target again from the database, byte for byte: for when a crash or a hand took its file away.
 *
 * Throws `publish/unrepeatable` when what comes out is not what was signed.
 */
export async function remakeTarget(
  deps: PublishDeps,
  name: string,
  wanted: TargetFile,
): Promise<void> {
  const made = await remake(deps, name, wanted)
  if (made?.hashes.sha256 === wanted.hashes.sha256) return
  throw new Fault(
    'publish/unrepeatable',
    `expected to make the lost file ${JSON.stringify(name)} again with SHA-256 ${wanted.hashes.sha256}, got ${made?.hashes.sha256 ?? 'nothing'}: copy it from a mirror, or have it signed anew with «bailiwick doctor --repair»`,
  )
}

/** What came out, staged; null where the database has nothing to make it from. */
export type Made = Pick<TargetFile, 'hashes' | 'length'> | null

/** Stages a published target again, whatever bytes come out. */
export function remake(
  deps: PublishDeps,
  name: string,
  { custom, hashes }: TargetFile,
): Promise<Made> | Made {
  if (name === EXPORT_KEY_TARGET) return remakeExportKey(deps, custom)
  if (name === LOG_POLICY_TARGET) return remakePolicy(deps, hashes.sha256)
  const list = deps.store.lists.all().find(({ place }) => name.startsWith(listTarget(place, '')))
  if (list === undefined) return null
  if (name === listTarget(list.place, SNAPSHOT_FILE))
    return remakeSnapshot(deps, list, Number(custom['serial']))
  if (name === listTarget(list.place, DEFINITION_FILE))
    return remakeDefinition(deps, list, hashes.sha256)
  return remakeDelta(deps, list, name, { from: Number(custom['from']), to: Number(custom['to']) })
}

function remakeExportKey(
  { files, keys }: PublishDeps,
  custom: TargetFile['custom'],
): Promise<Made> | null {
  const key = keys.all().find((held) => held.keyid === custom['keyid'])
  return key === undefined
    ? null
    : stageTarget(files, EXPORT_KEY_TARGET, [printExportKey(key, String(custom['authority']))])
}

function remakePolicy({ files, store }: PublishDeps, sha256: string): Promise<Made> | null {
  const policy = findPolicy(store, sha256)
  return policy === null ? null : stageTarget(files, LOG_POLICY_TARGET, [Buffer.from(policy)])
}

async function remakeSnapshot(
  { store, files }: PublishDeps,
  list: PublishedList,
  serial: number,
): Promise<Made> {
  const found = store.publications.find(list.rowId, serial)
  if (found === null) return null
  const { entries, state, decision } = found
  const lines = verifiedLines(blocksOfLines(store.publications.lines(list.rowId, decision)), state)
  const about = { list: list.id, serial, entries }
  return (await stageSnapshot(files, list.place, about, lines)).target
}

/** The definition of that digest: the newest one, or one that a serial was published with. */
async function remakeDefinition(
  { store, files }: PublishDeps,
  list: PublishedList,
  sha256: string,
): Promise<Made> {
  const ids = new Set(store.publications.all(list.rowId).map(({ definitionId }) => definitionId))
  const definitions = [
    list.definition,
    ...[...ids].reverse().map((id) => store.lists.definition(id)),
  ]
  const fitting = definitions.find(
    (definition) => hashLines([printDefinition(definition)]) === sha256,
  )
  if (fitting === undefined) return null
  return stageTarget(files, listTarget(list.place, DEFINITION_FILE), [printDefinition(fitting)])
}

async function remakeDelta(
  { store, files }: PublishDeps,
  list: PublishedList,
  name: string,
  serials: { readonly from: number; readonly to: number },
): Promise<Made> {
  const [from, to] = [serials.from, serials.to].map((serial): Publication | null =>
    store.publications.find(list.rowId, serial),
  )
  if (!from || !to) return null
  const diff = readChanges(store, list.rowId, from.decision, to.decision)
  const header = {
    list: list.id,
    from: from.serial,
    to: to.serial,
    removed: countLines(diff.removed),
    added: countLines(diff.added),
    fromState: from.state,
    toState: to.state,
  }
  const rawLength = deltaLength(header, measureLines(diff.added) + measureLines(diff.removed))
  const made = await stageDelta(files, list.place, { header, rawLength }, diff)
  return made[name] ?? null
}
