import { isSameHash, hashLeaf } from '../core/log/tree-hash.ts'
import { Frontier } from '../core/log/frontier.ts'
import { metadataLeaf, printLeaf } from '../core/log-leaf.ts'
import { assertNotForked } from '../publish/assert-not-forked.ts'
import { readCosigners, readWaiting } from '../publish/log-cosigners.ts'
import type { Authority } from './open-authority.ts'

/** So many leaves are read at once. */
const CHUNK_LEAVES = 4096

/**
 * What is wrong with the log as the database has it, in sentences: its leaves give the root that was signed, and each says what the metadata
 * are. Reads all of it. Throws `log/forked` where what is published is no earlier state of it.
 */
export function checkLog(authority: Pick<Authority, 'store' | 'files'>): string[] {
  const { log } = authority.store
  assertNotForked(authority)
  const checkpoint = log.checkpoint()
  if (checkpoint === null) return []
  const frontier = new Frontier()
  const findings: string[] = []
  for (let at = 0; at < checkpoint.size; at += CHUNK_LEAVES) {
    for (const leaf of log.leaves(at, Math.min(checkpoint.size, at + CHUNK_LEAVES))) {
      frontier.push(hashLeaf(leaf.bytes))
      const wrong = checkLeaf(authority, leaf)
      if (wrong !== null) findings.push(wrong)
    }
  }
  if (!isSameHash(frontier.root(), checkpoint.root)) {
    findings.push(
      'the leaves in the database do not give the root that was signed: somebody wrote past the program; restore a backup',
    )
  }
  return [...findings, ...checkWitnesses(authority.store)]
}

/** That something waits for its witnesses; or who of them was not needed, and has not cosigned. */
function checkWitnesses(store: Authority['store']): string[] {
  const waiting = readWaiting(store)
  if (waiting !== null) {
    return [
      `since ${waiting.since.toISOString()} what was signed waits for its witnesses (${waiting.witnesses.join(', ')}): «bailiwick publish» asks them again and tells their answers`,
    ]
  }
  return readCosigners(store)
    .filter(({ cosignedAt }) => cosignedAt === null)
    .map(
      ({ witness }) =>
        `the witness ${JSON.stringify(witness)} has not cosigned the last checkpoint, which has its quorum without it: see that it can be reached, or take it out of the policy`,
    )
}

/** What is wrong with the metadata that a leaf is about; null where they are not kept, or right. */
function checkLeaf(
  { store }: Pick<Authority, 'store'>,
  { kind, name, number, bytes }: ReturnType<Authority['store']['log']['leaves']>[number],
): string | null {
  const signed = kind === 'metadata' ? store.metadata.find(name, number) : null
  if (signed === null) return null
  const expected = printLeaf(metadataLeaf(name, number, signed.bytes))
  return expected.equals(bytes)
    ? null
    : `version ${number} of ${name} in the database is not what the log has: restore a backup`
}
