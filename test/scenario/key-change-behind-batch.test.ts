import { afterEach, beforeEach, expect, test } from 'vitest'
import { printNoteKey } from '../../src/core/log/note-key.ts'
import { printSignatureLines } from '../../src/core/log/note.ts'
import { cosignCheckpoint } from '../../src/core/log/sign-note.ts'
import { parseWitnessRequest } from '../../src/core/log/witness-request.ts'
import type { Authority } from '../../src/main/open-authority.ts'
import { readRoles } from '../../src/publish/authority-roles.ts'
import { changePolicy } from '../../src/publish/change-policy.ts'
import { readPolicy } from '../../src/publish/log-policy.ts'
import { changeKeys } from '../../src/publish/rotate-key.ts'
import {
  applyList,
  makeTestAuthority,
  publishLines,
  type TestAuthority,
} from '../support/authority-folder.ts'
import { testSigner } from '../support/log-builders.ts'
import { mockLines } from '../support/mock-published.ts'

const WITNESS = testSigner('witness.example', 'cosignature')

let home: TestAuthority
let authority: Authority
let isAway = false

beforeEach(async () => {
  isAway = false
  home = await makeTestAuthority()
  const askWitness: Authority['askWitness'] = async (_, body) => {
    if (isAway) return { status: 503, body: Buffer.alloc(0) }
    const { checkpoint } = parseWitnessRequest(Buffer.from(body))
    const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1)
    const cosignature = await cosignCheckpoint(WITNESS, text, 1_893_456_000)
    return { status: 200, body: Buffer.from(printSignatureLines([cosignature])) }
  }
  authority = { ...home.open(), askWitness }
  applyList(authority, 'phishing')
  await publishLines(authority, 'phishing', mockLines('a.example'))
  const [log = ''] = readPolicy(authority.store)?.split('\n') ?? []
  const vkey = printNoteKey(WITNESS.key)
  await changePolicy(authority, `${log}\nwitness w1 ${vkey} http://127.0.0.1:1/\nquorum w1\n`)
})
afterEach(() => {
  authority.close()
  home.remove()
})

test.each(['root', 'targets', 'list-phishing'])(
  'a key that is added to %s behind a rotation that waited brings no replaced key back',
  async (role) => {
    isAway = true
    await expect(changeKeys(authority, { role, change: 'rotate' })).rejects.toThrow(
      expect.objectContaining({ code: 'publish/waits' }),
    )
    isAway = false
    const { roles } = await changeKeys(authority, { role, change: 'add' })
    const { root, targets } = readRoles(authority.store)
    const named = role === 'list-phishing' ? targets.delegations! : root
    const { keyids } =
      role === 'list-phishing'
        ? targets.delegations!.roles.find(({ name }) => name === role)!
        : root.roles[role as 'root']
    expect(roles[0]?.keys.keyids).toEqual(keyids)
    expect(keyids).toHaveLength(2)
    expect(keyids.filter((keyid) => !Object.hasOwn(named.keys, keyid))).toEqual([])
  },
)
