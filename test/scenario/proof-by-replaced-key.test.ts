import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answerAll } from '../../src/audit/prove-entries.ts'
import { ENTRY_PROOF_FORMAT, type EntryProofFile } from '../../src/audit/entry-proof-file.ts'
import { verifyEntryProofFile } from '../../src/audit/verify-entry-proof-file.ts'
import { metadataLeaf, NO_STATE, printLeaf } from '../../src/core/log-leaf.ts'
import { printCheckpoint } from '../../src/core/log/checkpoint.ts'
import { printLogProof } from '../../src/core/log/log-proof.ts'
import { printNoteKey } from '../../src/core/log/note-key.ts'
import { printNote } from '../../src/core/log/note.ts'
import { signNote } from '../../src/core/log/sign-note.ts'
import { hashLeaf, hashNode } from '../../src/core/log/tree-hash.ts'
import { makeLeaf, publicLeafMaker } from '../../src/core/proof-tree/leaf-maker.ts'
import { makeProofRoot } from '../../src/core/proof-tree/proof-root.ts'
import { buildTree } from '../../src/core/proof-tree/proof-tree.ts'
import { printSortedJson } from '../../src/core/sorted-json.ts'
import { parsePolicy } from '../../src/core/log/parse-policy.ts'
import { projectPublished } from '../../src/publish/project-published.ts'
import { changeKeys } from '../../src/publish/rotate-key.ts'
import { payloadOf, sha256Hex } from '../../src/publish/sign-metadata.ts'
import { parseOwnMetadata, type TargetsSigned } from '../../src/publish/tuf-metadata.ts'
import { applyList, makeTestAuthority, publishLines } from '../support/authority-folder.ts'
import { stealKeys, type KeyThief } from '../support/key-thief.ts'
import { testSigner } from '../support/log-builders.ts'
import { mockLines } from '../support/mock-published.ts'

test('a proof in a log of his own is of no use to the thief of a key of targets that was replaced', async () => {
  const home = await makeTestAuthority()
  const authority = home.open()
  applyList(authority, 'phishing')
  await publishLines(authority, 'phishing', mockLines('a.example'))
  const thief = stealKeys(authority)
  await changeKeys(authority, { role: 'targets', change: 'rotate' })
  await projectPublished(authority)
  const metadata = (name: string): Buffer =>
    readFileSync(join(authority.paths.published, 'tuf/metadata', name))
  const roots = [metadata('1.root.json'), metadata('2.root.json')]
  const targets = parseOwnMetadata(metadata('1.targets.json'), 'targets')
  const { file, policy } = await forge(thief, roots, targets)
  const verify = (root: Buffer | null) => (): unknown =>
    verifyEntryProofFile(file, { policy: null, root })
  // It hangs together: all that is wrong is whose key has signed the policy.
  expect(() => verifyEntryProofFile(file, { policy, root: null })).not.toThrow()
  for (const root of [...roots, null]) {
    expect(verify(root)).toThrow(expect.objectContaining({ code: 'audit/proof' }))
  }
  authority.close()
  home.remove()
})

async function forge(
  thief: KeyThief,
  roots: readonly Buffer[],
  before: TargetsSigned,
): Promise<{ file: EntryProofFile; policy: ReturnType<typeof parsePolicy> }> {
  const own = testSigner('thief.example/log', 'ed25519')
  const policy = `log ${printNoteKey(own.key)}\nquorum none\n`
  const named = {
    length: policy.length,
    hashes: { sha256: sha256Hex(Buffer.from(policy)) },
    custom: {},
  }
  const signed = { ...before, version: 9, targets: { ...before.targets, 'log/policy.txt': named } }
  const sig = await thief.sign('targets', payloadOf(signed))
  const signatures = [{ keyid: thief.key('targets').keyid, sig }]
  const targets = Buffer.from(printSortedJson({ signatures, signed }))
  const maker = publicLeafMaker('phishing')
  const line = 'innocent.example\tdomain\tnxdomain\t-\t-'
  const tree = buildTree(makeLeaf(maker, line, 1))
  const leaf = printLeaf({
    ...{ v: 2, kind: 'publication', list: 'phishing', place: 'phishing', serial: 1 },
    ...{ state: NO_STATE, previous: NO_STATE, entries: 1, added: 1, removed: 0 },
    ...{ at: '2030-01-01T00:00:00Z', decisions: NO_STATE },
    tree: Buffer.from(makeProofRoot(tree, maker, 1).root).toString('hex'),
  })
  // The targets stand between the roots, where the stolen key still counted.
  const hashes = [
    printLeaf(metadataLeaf('root', 1, roots[0]!)),
    printLeaf(metadataLeaf('targets', 9, targets)),
    printLeaf(metadataLeaf('root', 2, roots[1]!)),
    leaf,
  ].map(hashLeaf)
  const [left, right] = [hashNode(hashes[0]!, hashes[1]!), hashNode(hashes[2]!, hashes[3]!)]
  const text = printCheckpoint({ origin: own.key.name, size: 4, root: hashNode(left, right) })
  const checkpoint = printNote({ text, signatures: [await signNote(own, text)] })
  const proof = (index: number): string =>
    printLogProof({
      ...{ extra: null, index, checkpoint },
      hashes: [hashes[index ^ 1]!, index < 2 ? right : left],
    })
  const proven = (role: string, version: number, bytes: Buffer, index: number) => {
    return { role, version, bytes: bytes.toString('base64'), proof: proof(index) }
  }
  const key = { value: 'innocent.example', kind: 'domain' } as const
  const listed = new Map([['innocent.example\tdomain', { line, since: 1 }]])
  const file = {
    format: ENTRY_PROOF_FORMAT,
    ...{ place: 'phishing', serial: 1, policies: [policy] },
    answers: answerAll({ tree, listed }, maker, 1, [key as never]),
    leaf: { bytes: leaf.toString('base64'), proof: proof(3) },
    roots: [proven('root', 1, roots[0]!, 0), proven('root', 2, roots[1]!, 2)],
    targets: [proven('targets', 9, targets, 1)],
  } as const
  return { file, policy: parsePolicy(Buffer.from(policy)) }
}
