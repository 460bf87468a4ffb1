import { Fault } from '../core/fault.ts'
import type { PublicDefinition } from '../core/list-definition.ts'
import { parseMinisignKey, type MinisignKey } from '../core/minisign.ts'
import { checkExports } from './check-exports.ts'
import { isOpaque } from './is-opaque.ts'
import { placeOf, type FollowedList, type LeafAudit } from './leaf-audit.ts'
import { stopsAudit } from './limit-published.ts'
import { MAX_SMALL_TARGET_BYTES } from './limits.ts'
import { checkTargets, targetCode } from './list-audit.ts'
import { parsePublicDefinition } from '../core/parse-public-definition.ts'
import { orTell, type AuditDeps } from './read-file.ts'
import { pathOf, readTarget } from './read-target.ts'
import { targetsOf, type SignedTarget } from './targets-of.ts'

/** The path of the target that has the key of exports (`docs/spec/keys.md` §4). */
const EXPORT_KEY = 'keys/export.pub'

/** Checks what the newest metadata names: every target is there, every list ends at its newest snapshot, every export is made of it. */
export async function checkNewest(
  deps: AuditDeps,
  leaves: LeafAudit,
  at: Date,
): Promise<{ readonly exports: number }> {
  let exports = 0
  let key: MinisignKey | null = null
  for (const [role, { file }] of leaves.metadata.last) {
    const isTargets = role === 'targets' || placeOf(role) !== null
    // What is wrong with the targets themselves was told when the file was read.
    const targets =
      file && isTargets
        ? orTell(
            () => targetsOf(file),
            () => undefined,
          )
        : null
    if (targets === null) continue
    await checkTargets(deps, targets.values())
    const exportKey = targets.get(EXPORT_KEY)
    if (role === 'targets' && exportKey) key = await readExportKey(deps, exportKey)
  }
  const about = { leaves, key, at }
  for (const list of leaves.lists.values()) exports += await checkList(deps, list, about)
  return { exports }
}

interface ListAbout {
  readonly leaves: LeafAudit
  readonly key: MinisignKey | null
  readonly at: Date
}

async function checkList(
  deps: AuditDeps,
  { facts, audit, place, tree }: FollowedList,
  about: ListAbout,
): Promise<number> {
  if (facts === null) return 0
  const lines = await audit.end(facts)
  if (lines !== null && tree !== null && tree.serial === facts.serial && !tree.isChecked) {
    const made = audit.lastTreeRoot(facts, lines)
    if (made !== null) about.leaves.compareTree(place, tree, made)
  }
  const { definition: target } = facts
  if (lines === null || target === null || !deps.source.hasFeeds) return 0
  const definition = await readDefinition(deps, target, facts.list)
  const isPublic = definition?.visibility === 'public' && !isOpaque(place)
  return isPublic ? checkExports(deps, { facts, definition, lines }, about) : 0
}

function readDefinition(
  deps: AuditDeps,
  target: SignedTarget,
  id: string,
): Promise<PublicDefinition | null> {
  return readSmall(deps, target, (bytes) => parsePublicDefinition(bytes, id))
}

function readExportKey(deps: AuditDeps, target: SignedTarget): Promise<MinisignKey | null> {
  return readSmall(deps, target, (bytes) => parseMinisignKey(bytes.toString()))
}

/** A small target and what it says. That it is missing or damaged is told by `checkTargets`. */
async function readSmall<T>(
  { source, findings }: AuditDeps,
  target: SignedTarget,
  parse: (bytes: Buffer) => T,
): Promise<T | null> {
  try {
    const bytes = await readTarget(source, target, MAX_SMALL_TARGET_BYTES)
    return bytes && parse(bytes)
  } catch (error) {
    if (!(error instanceof Fault) || stopsAudit(error)) throw error
    if (targetCode(error) === 'target/invalid') {
      findings.add('target/invalid', pathOf(target), 'what its name says', error)
    }
    return null
  }
}
